// ui/shell/project_window.h: everything that one open project has in this program: its services,
// made when their page is first looked at, and its window. main makes one; the gallery and the
// tests too.
#pragma once

#include <memory>

#include <QObject>

#include "core/base/files.h"
#include "ui/services/preferences.h"
#include "ui/shell/main_window.h"

namespace koala {

class ChatPage;
class DataService;
class EngineService;
class MachineService;
class MachinesController;
class MixtureService;
class CompareService;
class RunPlanner;
class StudiesController;
class StudiesService;

class ProjectWindow final : public QObject {
    Q_OBJECT
public:
    // `project` holds a project.json. page: "" the one that was in front the last time.
    ProjectWindow(const fs::path& project, bool readOnly, const QString& page,
        Preferences& preferences, QObject* parent = nullptr);
    ~ProjectWindow() override;

    MainWindow& window() { return *m_window; }
    RunService& runs() { return *m_runs; }

private:
    std::vector<PageEntry> pages(Preferences& preferences);

    fs::path m_project;
    std::unique_ptr<RunService> m_runs;
    std::unique_ptr<RunPlanner> m_planner;
    std::unique_ptr<DataService> m_data;
    std::unique_ptr<MixtureService> m_mixtures;
    std::unique_ptr<EngineService> m_engine;
    std::unique_ptr<CompareService> m_compare;
    std::unique_ptr<StudiesService> m_studies;
    std::unique_ptr<StudiesController> m_studiesController;
    std::unique_ptr<MachineService> m_machine;
    std::unique_ptr<MachinesController> m_machinesController;
    std::unique_ptr<MainWindow> m_window; // last: its pages use what stands above
};

// The name in project.json, or why this folder is no project.
Result<QString> projectName(const fs::path& project);

} // namespace koala
