// ui/pages/runs/failure_card.h: one card for a run that failed or was lost: what happened, when,
// the last safe point and the next step, with the command that does it.
#pragma once

#include "ui/services/run_service.h"
#include "ui/widgets/card.h"

class QPushButton;
class QGridLayout;

namespace koala {

struct FailureWords {
    QString title, what, when, safe, next, command;
    qint64 safeStep = -1;
};
// Empty title: the run has not failed.
FailureWords failureWords(const RunSnapshot& run);

class FailureCard final : public Card {
    Q_OBJECT
public:
    explicit FailureCard(QWidget* parent = nullptr);
    void setRun(const RunSnapshot* run); // hidden unless it failed

Q_SIGNALS:
    void logRequested();
    void resumeRequested(qint64 step);

private:
    FailureWords m_words;
    TextLabel *m_what, *m_when, *m_safe, *m_next, *m_command;
    QWidget* m_commandBox;
};

} // namespace koala
