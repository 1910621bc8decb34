#include "ui/shell/project_window.h"

#include "core/base/json.h"
#include "ui/pages/chat/chat_page.h"
#include "ui/pages/compare/compare_page.h"
#include "ui/pages/data/data_page.h"
#include "ui/pages/machines/machines_page.h"
#include "ui/pages/mixtures/mixtures_page.h"
#include "ui/pages/runs/runs_page.h"
#include "ui/pages/settings/settings_page.h"
#include "ui/pages/studies/studies_page.h"
#include "ui/services/engine_service.h"
#include "ui/services/run_planner.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
// Makes a service when its page is first looked at; later pages share it.
template <typename Service>
Service& once(std::unique_ptr<Service>& slot, const fs::path& project)
{
    if (!slot)
        slot = std::make_unique<Service>(project);
    return *slot;
}
} // namespace

Result<QString> projectName(const fs::path& project)
{
    KOALA_TRY(const Json json, readJsonFile(project / "project.json"));
    KOALA_TRY(const std::string name, stringAt(json, "name", (project / "project.json").string()));
    return safeLine(std::string_view(name), 80);
}

ProjectWindow::ProjectWindow(const fs::path& project, bool readOnly, const QString& page,
    Preferences& preferences, QObject* parent)
    : QObject(parent), m_project(project), m_runs(std::make_unique<RunService>(project))
{
    auto name = projectName(project);
    WindowParts parts{project,
        name.ok() ? *name : QString::fromStdString(project.filename().string()), readOnly,
        pages(preferences)};
    const QString first = parts.pages.front().id;
    m_window = std::make_unique<MainWindow>(std::move(parts), *m_runs);
    m_window->setRecentProjects(preferences.recentProjects());
    for (const QString& wanted : {page, m_window->lastPage(), first})
        if (m_window->currentPage().isEmpty() && !wanted.isEmpty())
            m_window->showPage(wanted);
}

ProjectWindow::~ProjectWindow() = default;

std::vector<PageEntry> ProjectWindow::pages(Preferences& preferences)
{
    return {
        {QStringLiteral("data"), tr("Data"), "data", false,
            [this](QWidget* parent) {
                auto* page = new DataPage(once(m_data, m_project), parent);
                connect(page, &DataPage::openStarter, this,
                    [this] { Q_EMIT m_window->starterRequested(); });
                return page;
            }},
        {QStringLiteral("mixtures"), tr("Mixtures"), "mixtures", false,
            [this](
                QWidget* parent) { return new MixturesPage(once(m_mixtures, m_project), parent); }},
        {QStringLiteral("runs"), tr("Runs"), "runs", false,
            [this](QWidget* parent) {
                return new RunsPage(*m_runs, once(m_planner, m_project), parent);
            }},
        {QStringLiteral("chat"), tr("Chat"), "chat", false,
            [this](QWidget* parent) {
                return new ChatPage(m_project, once(m_engine, m_project), parent);
            }},
        {QStringLiteral("compare"), tr("Compare"), "compare", false,
            [this](
                QWidget* parent) { return new ComparePage(once(m_compare, m_project), parent); }},
        {QStringLiteral("studies"), tr("Studies"), "studies", false,
            [this](QWidget* parent) {
                if (!m_studiesController)
                    m_studiesController =
                        std::make_unique<StudiesController>(once(m_studies, m_project));
                return new StudiesPage(*m_studiesController, parent);
            }},
        {QStringLiteral("machines"), tr("Machines"), "machines", true,
            [this](QWidget* parent) {
                if (!m_machinesController)
                    m_machinesController =
                        std::make_unique<MachinesController>(once(m_machine, m_project));
                return new MachinesPage(*m_machinesController, parent);
            }},
        {QStringLiteral("settings"), tr("Settings"), "settings", true,
            [this, &preferences](
                QWidget* parent) { return new SettingsPage(preferences, m_project, parent); }},
    };
}

} // namespace koala
