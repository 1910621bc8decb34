// ui/pages/studies/result_card.h: the answer of a study at a glance: the win bar with its four
// counts, the sentence with interval and exact test, and the interval on its scale.
#pragma once

#include "ui/services/study_results.h"
#include "ui/widgets/card.h"

namespace koala {

// Counts above the parts of the bar that they belong to.
class OutcomeBar final : public QWidget {
    Q_OBJECT
public:
    explicit OutcomeBar(QWidget* parent = nullptr);
    void set(const Outcome& outcome, const QString& left, const QString& right);
    QSize sizeHint() const override { return {480, 48}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Outcome m_outcome;
    QString m_left, m_right;
};

// "always A" to "always B" with the interval on it.
class IntervalScale final : public QWidget {
    Q_OBJECT
public:
    explicit IntervalScale(QWidget* parent = nullptr);
    void set(const Outcome& outcome);
    QSize sizeHint() const override { return {300, 56}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Outcome m_outcome;
};

class ResultCard final : public Card {
    Q_OBJECT
public:
    explicit ResultCard(QWidget* parent = nullptr);
    void set(const StudyResult& study);

private:
    OutcomeBar* m_bar;
    IntervalScale* m_scale;
    TextLabel* m_verdict;
    TextLabel* m_detail;
};

} // namespace koala
