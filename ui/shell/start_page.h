// ui/shell/start_page.h: what a start without a project shows: open one, make one, or the starter.
#pragma once

#include <QStringList>
#include <QWidget>

namespace koala {

class EmptyState;
class NoticeBar;

class StartPage final : public QWidget {
    Q_OBJECT
public:
    explicit StartPage(const QStringList& recentProjects, QWidget* parent = nullptr);
    void setBusy(
        const QString& words); // while the starter project is being made; empty: not any more
    void tell(const QString& problem); // what went wrong

Q_SIGNALS:
    void starterRequested();
    void openRequested();
    void newRequested();
    void projectChosen(const QString& folder);

private:
    EmptyState* m_state;
    NoticeBar* m_notice;
};

} // namespace koala
