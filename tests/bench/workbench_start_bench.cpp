// tests/bench/workbench_start_bench.cpp: process start to first paint of the workbench, offscreen,
// on a small project: the medians and the slowest of twenty starts. Must: at most 200 ms.
//
// The parent notes the time and starts itself again with that time as its argument; the child does
// what koala-workbench does and prints how long it took until the window had painted.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <QApplication>
#include <QTimer>

#include "core/base/process.h"
#include "core/store/project.h"
#include "ui/shell/project_window.h"
#include "ui/shell/single_instance.h"
#include "ui/widgets/theme.h"

namespace koala {
namespace {

constexpr int kStarts = 20;

std::int64_t nowMicroseconds()
{
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

class FirstPaint final : public QObject {
public:
    FirstPaint(QWidget& window, std::int64_t begin) : m_begin(begin)
    {
        window.installEventFilter(this);
    }
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() == QEvent::UpdateRequest)
            QTimer::singleShot(0, this, [this] { // the whole window has been drawn by then
                std::printf("%lld\n", static_cast<long long>(nowMicroseconds() - m_begin));
                std::fflush(stdout);
                QCoreApplication::quit();
            });
        return false;
    }

private:
    std::int64_t m_begin;
};

int child(int argc, char** argv)
{
    const std::int64_t begin = std::stoll(argv[1]);
    QApplication application(argc, argv);
    const fs::path project = argv[2];
    Preferences preferences(QString::fromStdString((project / "preferences.ini").string()));
    applyTheme(application, systemTheme(), preferences.pointSize());
    SingleInstance instance(project);
    instance.claim({});
    ProjectWindow open(project, false, QString::fromUtf8(argv[3]), preferences);
    FirstPaint paint(open.window(), begin);
    open.window().show();
    return QApplication::exec();
}

int parent(const char* self)
{
    auto folder = TemporaryDirectory::create({}, "koala-start");
    if (!folder.ok() || !Project::create(folder->path() / "project", "Starter").ok())
        return 1;
    for (const char* page : {"data", "runs", "chat", "compare"}) {
        std::vector<double> milliseconds;
        for (int i = 0; i < kStarts; ++i) {
            auto words = runAndCapture({.arguments = {self, std::to_string(nowMicroseconds()),
                                            (folder->path() / "project").string(), page},
                .environment = {"QT_QPA_PLATFORM=offscreen"},
                .captureOutput = true});
            if (!words.ok()) {
                std::fprintf(stderr, "%s\n", words.error().message.c_str());
                return 1;
            }
            milliseconds.push_back(std::stod(*words) / 1000);
        }
        std::ranges::sort(milliseconds);
        std::printf(
            "first paint, page %-8s median %.0f ms, slowest %.0f ms of %d starts (must: 200 ms)\n",
            page, milliseconds[milliseconds.size() / 2], milliseconds.back(), kStarts);
    }
    return 0;
}

} // namespace
} // namespace koala

int main(int argc, char** argv)
{
    return argc == 4 ? koala::child(argc, argv) : koala::parent(argv[0]);
}
