// ui/pages/compare/answer_pane.h: one side of a comparison: which model, its hash, its answer with
// what the other lacks marked, and how long it is and took.
#pragma once

#include <QWidget>

#include "ui/services/compare_service.h"
#include "ui/widgets/theme.h"

class QComboBox;
class QToolButton;

namespace koala {

class AnswerText;
class SeriesKeyWidget;
class TextLabel;

class AnswerPane final : public QWidget {
    Q_OBJECT
public:
    enum class Side { A, B };
    explicit AnswerPane(Side side, QWidget* parent = nullptr);

    void setModels(const std::vector<ModelChoice>& models, const QString& spec);
    void showAnswer(
        const ComparedAnswer* answer, const std::vector<WordSpan>& onlyHere, bool marked);
    AnswerText& text() { return *m_text; }

Q_SIGNALS:
    void modelChosen(const QString& spec);
    void expandPressed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Side m_side;
    SeriesKeyWidget* m_key;
    QComboBox* m_model;
    TextLabel* m_hash;
    AnswerText* m_text;
    TextLabel *m_length, *m_facts;
    bool m_filling = false;
};

} // namespace koala
