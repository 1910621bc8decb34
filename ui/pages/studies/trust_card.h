// ui/pages/studies/trust_card.h: the column beside the results: who voted, what speaks for and
// against the figures, what was compared. Every line is computed from the study.
#pragma once

#include "ui/services/study_results.h"
#include "ui/widgets/card.h"

namespace koala {

struct TrustCheck {
    const char* icon;
    Tone tone;
    QString title;
    QString detail;
};
// Pure: what can be said from the figures alone.
std::vector<TrustCheck> trustChecks(const StudyResult& study);

// Icon, title and quiet detail, a row each; rows are kept and only their words change.
class CheckList final : public QWidget {
    Q_OBJECT
public:
    explicit CheckList(QWidget* parent = nullptr);
    void set(const std::vector<TrustCheck>& checks);

private:
    struct Row {
        QWidget* widget;
        QLabel* icon;
        TextLabel* title;
        TextLabel* detail;
        TrustCheck check;
    };
    void drawIcons();
    void changeEvent(QEvent* event) override;
    std::vector<Row> m_rows;
};

class TrustCard final : public Card {
    Q_OBJECT
public:
    explicit TrustCard(QWidget* parent = nullptr);
    void set(const StudyResult& study);

private:
    CheckList* m_checks;
    TextLabel* m_reach;
};

class RatersCard final : public Card {
    Q_OBJECT
public:
    explicit RatersCard(QWidget* parent = nullptr);
    void set(const StudyResult& study);

private:
    struct Row {
        QWidget* widget;
        TextLabel* name;
        TextLabel* figure;
        QWidget* bar;
        TextLabel* detail;
    };
    std::vector<Row> m_rows;
};

// A and B with the hashes of the weights that answered, and the prompt set.
class ComparedCard final : public Card {
    Q_OBJECT
public:
    explicit ComparedCard(QWidget* parent = nullptr);
    void set(const StudyResult& study);

private:
    TextLabel* m_names[3];
    TextLabel* m_hashes[3];
};

} // namespace koala
