// ui/shell/main_window.h: the window of one project: rail, pages, status line. Pages are made when
// they are first looked at, so the first paint does not wait for those that nobody asked for; what
// they are and what they get is decided by main.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include <QStackedWidget>
#include <QTimer>
#include <QWidget>

#include "ui/services/latest_task.h"
#include "ui/services/run_service.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/notices.h"
#include "ui/shell/rail.h"
#include "ui/shell/status_line.h"
#include "ui/shell/window_state.h"
#include "ui/widgets/page.h"

namespace koala {

struct PageEntry {
    QString id;
    QString title;
    const char* icon = nullptr;
    bool atFoot = false;
    std::function<Page*(QWidget* parent)> make;
};

struct WindowParts {
    fs::path project;
    QString projectName;
    bool readOnly = false;
    std::vector<PageEntry> pages; // Ctrl+1 is the first
};

class MainWindow final : public QWidget {
    Q_OBJECT
public:
    MainWindow(WindowParts parts, RunService& runs, QWidget* parent = nullptr);
    ~MainWindow() override;

    // Shows a page, making it if needed. An unknown name is left alone.
    void showPage(const QString& id);
    void go(const Destination& destination);
    Page* page(const QString& id); // makes it if needed; null for an unknown name
    QString currentPage() const { return m_current; }
    QString lastPage() const { return m_lastPage; } // in front when the window was closed
    void addNotice(Tone tone, const QString& text, const QString& details);
    NoticeModel& notices() { return m_notices; }
    void bringToFront();

Q_SIGNALS:
    void openProjectRequested();
    void newProjectRequested();
    void starterRequested();
    void projectChosen(const QString& folder);

public:
    void setRecentProjects(const QStringList& folders);

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void addKeys();
    void runsChanged();
    void readComputer();
    void readRecent();
    void showNotices();
    void saveAll();
    std::vector<PaletteItem> paletteItems();

    WindowParts m_parts;
    RunService& m_runs;
    WindowState m_state;
    NoticeModel m_notices;
    Rail* m_rail;
    QStackedWidget* m_stack;
    StatusLine* m_status;
    CommandPalette* m_palette = nullptr;
    QWidget* m_toast = nullptr;
    std::map<QString, Page*> m_made;
    QString m_current, m_lastPage;
    int m_unread = 0;
    LatestTask m_computer, m_recentTask;
    QTimer m_tick;
    QStringList m_mixtures, m_studies;
};

} // namespace koala
