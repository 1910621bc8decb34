// ui/shell/rail.h: the rail at the left: project name, pages, recent things, Machines and Settings.
// Wide (188 px) or icons only (52 px). Each entry is a push button to readers and tests, named
// "rail.<page>".
#pragma once

#include <vector>

#include <QAbstractButton>
#include <QMenu>
#include <QWidget>

#include "ui/widgets/page.h"

class QVBoxLayout;

namespace koala {

class RailButton final : public QAbstractButton {
    Q_OBJECT
public:
    RailButton(const QString& text, const char* iconName, QWidget* parent);
    void setBusy(bool busy);       // the dot of something that runs
    void setCurrent(bool current); // not checkable: readers press it like any other button
    void setSeries(int key);       // a run's key instead of the icon; recent entries
    void setSmall(bool small);     // recent entries are 26 px high
    void setNarrow(bool narrow);   // icon only
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const char* m_icon;
    int m_series = -1;
    bool m_current = false, m_busy = false, m_small = false, m_narrow = false;
};

struct RecentEntry {
    QString text;
    const char* icon = nullptr;
    int series = -1;
    bool busy = false;
    Destination destination;
    bool operator==(const RecentEntry& other) const
    {
        return text == other.text && series == other.series && busy == other.busy &&
               destination.subject == other.destination.subject;
    }
};

class Rail final : public QWidget {
    Q_OBJECT
public:
    explicit Rail(const QString& projectName, QWidget* parent = nullptr);
    void addPage(const QString& id, const QString& title, const char* iconName, bool atFoot);
    void setCurrent(const QString& id);
    void setBusy(const QString& id, bool busy);
    void setRecent(std::vector<RecentEntry> recent); // at most six are shown
    void setNarrow(bool narrow);
    bool narrow() const { return m_narrow; }
    QMenu& projectMenu() const { return *m_menu; }

Q_SIGNALS:
    void pagePressed(const QString& id);
    void recentPressed(const koala::Destination& destination);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    class ProjectButton;
    ProjectButton* m_project;
    QMenu* m_menu;
    QVBoxLayout* m_pages;
    QVBoxLayout* m_recentColumn;
    QVBoxLayout* m_foot;
    QWidget* m_recentTitle;
    std::vector<std::pair<QString, RailButton*>> m_buttons;
    std::vector<RailButton*> m_recentButtons;
    std::vector<RecentEntry> m_recent;
    bool m_narrow = false;
};

} // namespace koala
