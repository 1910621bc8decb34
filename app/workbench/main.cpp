// app/workbench/main.cpp: koala-workbench [PROJECT] [--page NAME]. Without a project the last one
// is opened, and without a last one the start page.
#include <cstdio>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QProcess>

#include "app/workbench/start_window.h"
#include "ui/services/preferences.h"
#include "ui/shell/project_window.h"
#include "ui/shell/single_instance.h"
#include "ui/shell/start_page.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace koala {
namespace {

ThemeKind kindOf(const QString& name, ThemeKind system)
{
    return name == QStringLiteral("light")      ? ThemeKind::Light
           : name == QStringLiteral("dark")     ? ThemeKind::Dark
           : name == QStringLiteral("contrast") ? ThemeKind::HighContrast
                                                : system;
}

// $KOALA_PROJECT, the current folder if it is a project, else the last one that is still there.
QString defaultProject(const Preferences& preferences)
{
    if (const QString named = qEnvironmentVariable("KOALA_PROJECT"); !named.isEmpty())
        return named;
    if (QFileInfo::exists(QStringLiteral("project.json")))
        return QDir::currentPath();
    for (const QString& folder : preferences.recentProjects())
        if (QFileInfo::exists(folder + QStringLiteral("/project.json")))
            return folder;
    return {};
}

// Other projects open in windows of their own: one process a project.
void openElsewhere(const QString& folder)
{
    QProcess::startDetached(QCoreApplication::applicationFilePath(), {folder});
}

int runStartPage(Preferences& preferences, const QString& problem)
{
    StartPage page(preferences.recentProjects());
    ProjectChooser chooser;
    QObject::connect(
        &page, &StartPage::openRequested, &chooser, [&] { chooser.chooseExisting(&page); });
    QObject::connect(&page, &StartPage::newRequested, &chooser, [&] { chooser.makeNew(&page); });
    QObject::connect(&page, &StartPage::starterRequested, &chooser, &ProjectChooser::openStarter);
    QObject::connect(&page, &StartPage::projectChosen, &page, [&](const QString& folder) {
        openElsewhere(folder);
        page.close();
    });
    QObject::connect(&chooser, &ProjectChooser::working, &page, &StartPage::setBusy);
    QObject::connect(&chooser, &ProjectChooser::failed, &page, &StartPage::tell);
    QObject::connect(&chooser, &ProjectChooser::chosen, &page, [&](const QString& folder) {
        openElsewhere(folder);
        page.close();
    });
    if (!problem.isEmpty())
        page.tell(problem);
    page.show();
    return QApplication::exec();
}

int runProject(const QString& folder, const QString& page, Preferences& preferences)
{
    std::error_code code;
    const fs::path project =
        fs::weakly_canonical(fs::path(QFileInfo(folder).absoluteFilePath().toStdString()), code);
    SingleInstance instance(project);
    const SingleInstance::Outcome outcome = instance.claim(page);
    if (outcome == SingleInstance::Outcome::BroughtToFront) {
        std::fprintf(stderr,
            "koala-workbench: %s is open already; its window was brought to the front\n",
            project.c_str());
        return 0;
    }
    ProjectWindow open(project, outcome == SingleInstance::Outcome::ReadOnly, page, preferences);
    MainWindow& window = open.window();
    ProjectChooser chooser;
    QObject::connect(
        &instance, &SingleInstance::raiseRequested, &window, [&](const QString& wanted) {
            if (!wanted.isEmpty())
                window.showPage(wanted);
            window.bringToFront();
        });
    QObject::connect(&window, &MainWindow::openProjectRequested, &chooser,
        [&] { chooser.chooseExisting(&window); });
    QObject::connect(
        &window, &MainWindow::newProjectRequested, &chooser, [&] { chooser.makeNew(&window); });
    QObject::connect(
        &window, &MainWindow::starterRequested, &chooser, &ProjectChooser::openStarter);
    QObject::connect(&window, &MainWindow::projectChosen, &chooser, &openElsewhere);
    QObject::connect(&chooser, &ProjectChooser::chosen, &window, &openElsewhere);
    QObject::connect(&chooser, &ProjectChooser::failed, &window,
        [&](const QString& message) { window.addNotice(Tone::Bad, message, {}); });
    QObject::connect(&chooser, &ProjectChooser::working, &window, [&](const QString& words) {
        if (!words.isEmpty())
            window.addNotice(Tone::Neutral, words, {});
    });
    if (outcome == SingleInstance::Outcome::Owner)
        preferences.addRecentProject(QString::fromStdString(project.string()));
    window.show();
    return QApplication::exec();
}

} // namespace
} // namespace koala

int main(int argc, char** argv)
{
    using namespace koala;
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("koala-workbench"));
    QApplication::setApplicationVersion(QStringLiteral(KOALA_VERSION));
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Assemble dialogue mixtures, fine-tune, chat and compare."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("PROJECT"), QStringLiteral("the project folder"),
        QStringLiteral("[PROJECT]"));
    const QCommandLineOption pageOption(QStringLiteral("page"),
        QStringLiteral("data, mixtures, runs, chat, compare, studies, machines or settings"),
        QStringLiteral("NAME"));
    parser.addOption(pageOption);
    parser.process(application);

    Preferences preferences;
    const ThemeKind system = systemTheme();
    const auto dress = [&] {
        applyTheme(application, kindOf(preferences.theme(), system), preferences.pointSize());
    };
    dress();
    QObject::connect(&preferences, &Preferences::appearanceChanged, &application, dress);
    QApplication::setWindowIcon(icon("koala", IconTint::Accent));

    const QStringList named = parser.positionalArguments();
    const QString folder = named.isEmpty() ? defaultProject(preferences) : named.front();
    if (folder.isEmpty())
        return runStartPage(preferences, {});
    if (auto name = projectName(fs::path(folder.toStdString())); !name.ok())
        return runStartPage(
            preferences, QStringLiteral("%1 cannot be opened as a project: %2")
                             .arg(folder, QString::fromStdString(name.error().message)));
    return runProject(folder, parser.value(pageOption), preferences);
}
