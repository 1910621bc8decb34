// tests/ui/support/page_fixture.h: what the tests of pages share: a small real project, waiting for
// what workers bring, pressing by objectName, and pictures ($KOALA_PICTURES names the folder they
// go to).
#pragma once

#include <functional>

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QPushButton>
#include <QTest>
#include <QWidget>

#include "core/store/project.h"
#include "core/store/starter.h"
#include "tests/support/temporary.h"
#include "ui/widgets/theme.h"

namespace koala::test {

inline bool waitFor(const std::function<bool()>& condition, int timeoutMs = 20'000)
{
    QElapsedTimer timer;
    timer.start();
    while (!condition() && timer.elapsed() < timeoutMs)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 20);
    return condition();
}

template <typename Widget>
Widget* child(QWidget& page, const char* objectName)
{
    auto* found = page.findChild<Widget*>(QString::fromLatin1(objectName));
    EXPECT_NE(found, nullptr) << objectName;
    return found;
}

// Writes <name>-light.png and <name>-dark.png where pictures are wanted.
inline void picture(QWidget& page, const char* name)
{
    const QString folder = qEnvironmentVariable("KOALA_PICTURES");
    if (folder.isEmpty())
        return;
    QDir().mkpath(folder);
    for (const auto& [theme, suffix] :
        {std::pair{ThemeKind::Light, "light"}, {ThemeKind::Dark, "dark"}}) {
        applyTheme(*qApp, theme);
        QElapsedTimer settle;
        settle.start();
        while (settle.elapsed() < 250)
            QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        page.grab().save(QStringLiteral("%1/%2-%3.png")
                .arg(folder, QString::fromLatin1(name), QString::fromLatin1(suffix)));
    }
    applyTheme(*qApp, ThemeKind::Light);
}

// The size of a page beside the rail in a window of 1440×900.
inline void showPage(QWidget& page)
{
    const bool small = qEnvironmentVariableIsSet("KOALA_PICTURES_SMALL"); // 1280×800
    page.resize(small ? 1092 : 1252, small ? 772 : 872);
    page.show();
    QCoreApplication::processEvents();
}

// The starter project without its model's weights where the model is not in the cache folder:
// datasets, prompts and mixture are real either way.
inline Project starterProject(const fs::path& directory)
{
    StarterSources sources;
    sources.dataDirectory = fs::path(KOALA_SOURCE_DIR) / "datasets" / "starter";
    if (const auto model = smollm2File())
        sources.modelFile = *model;
    auto project = makeStarterProject(directory, sources);
    EXPECT_TRUE(project.ok()) << project.error().message;
    return std::move(project).value();
}

} // namespace koala::test
