// ui/pages/compare/group_votes_view.h: votes by group as bars: A, tie, B. A click on a group
// filters the prompts to it; again clears.
#pragma once

#include <vector>

#include <QWidget>

#include "ui/pages/compare/compare_controller.h"

class QVBoxLayout;

namespace koala {

class GroupVotesView final : public QWidget {
    Q_OBJECT
public:
    explicit GroupVotesView(QWidget* parent = nullptr);
    void set(const std::vector<GroupVotes>& groups);
    const QString& chosen() const { return m_chosen; }

Q_SIGNALS:
    void groupChosen(const QString& group); // "": every group

private:
    QVBoxLayout* m_layout;
    std::vector<QWidget*> m_rows;
    QString m_chosen;
};

} // namespace koala
