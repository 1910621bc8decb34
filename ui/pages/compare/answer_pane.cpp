#include "ui/pages/compare/answer_pane.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/answer_text.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
// The letter of a side on its colour.
class SideBadge final : public QWidget {
public:
    SideBadge(bool isA, QWidget* parent) : QWidget(parent), m_isA(isA) { setFixedSize(20, 20); }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_isA ? tokens().a : tokens().b);
        painter.drawRoundedRect(rect(), 4, 4);
        painter.setFont(fontFor(TextRole::Strong));
        painter.setPen(tokens().card);
        painter.drawText(
            rect(), Qt::AlignCenter, m_isA ? QStringLiteral("A") : QStringLiteral("B"));
    }

private:
    bool m_isA;
};
} // namespace

AnswerPane::AnswerPane(Side side, QWidget* parent) : QWidget(parent), m_side(side)
{
    const bool isA = side == Side::A;
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->setSpacing(0);
    auto* head = new QWidget(this);
    head->setFixedHeight(size::kPaneHead);
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(12, 0, 8, 0);
    line->setSpacing(8);
    line->addWidget(new SideBadge(isA, head));
    m_key = new SeriesKeyWidget(SeriesKeyWidget::Form::Line, head);
    line->addWidget(m_key);
    m_model = comboBox(
        isA ? tr("Model A") : tr("Model B"), isA ? "compareModelA" : "compareModelB", head);
    m_model->setMinimumContentsLength(12);
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    line->addWidget(m_model, 1);
    m_hash = new TextLabel(TextRole::Code, head);
    m_hash->setSecondary(true);
    m_hash->setToolTip(tr("Hash of the weights that answered"));
    line->addWidget(m_hash);
    auto* expand = iconButton(
        "expand", isA ? tr("Show only A") : tr("Show only B"), isA ? "expandA" : "expandB", head);
    line->addWidget(expand);
    layout->addWidget(head);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    auto* holder = pane(QPalette::Base, this);
    auto* inset = new QVBoxLayout(holder);
    inset->setContentsMargins(16, 12, 12, 8);
    m_text = new AnswerText(holder);
    m_text->setObjectName(isA ? QStringLiteral("answerA") : QStringLiteral("answerB"));
    m_text->setAccessibleName(isA ? tr("Answer A") : tr("Answer B"));
    inset->addWidget(m_text);
    layout->addWidget(holder, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    auto* foot = new QWidget(this);
    foot->setFixedHeight(size::kStatusLine);
    auto* facts = new QHBoxLayout(foot);
    facts->setContentsMargins(16, 0, 16, 0);
    m_length = new TextLabel(TextRole::Secondary, foot);
    m_facts = new TextLabel(TextRole::Secondary, foot);
    facts->addWidget(m_length);
    facts->addStretch(1);
    facts->addWidget(m_facts);
    layout->addWidget(foot);
    connect(m_model, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_filling)
            Q_EMIT modelChosen(m_model->currentData().toString());
    });
    connect(expand, &QToolButton::clicked, this, &AnswerPane::expandPressed);
}

void AnswerPane::setModels(const std::vector<ModelChoice>& models, const QString& spec)
{
    m_filling = true;
    m_model->clear();
    for (const ModelChoice& choice : models) {
        m_model->addItem(choice.step < 0
                             ? choice.name
                             : choice.name + QStringLiteral(" @ ") + grouped(choice.step),
            choice.spec);
        if (choice.spec == spec)
            m_key->setKey({choice.key < 0 ? 7 : choice.key});
    }
    m_model->setCurrentIndex(m_model->findData(spec));
    m_filling = false;
}

void AnswerPane::showAnswer(
    const ComparedAnswer* answer, const std::vector<WordSpan>& onlyHere, bool marked)
{
    if (answer == nullptr) {
        m_text->setPlain(tr("Not answered yet."));
        m_text->setMarks({{0, int(m_text->safe().size()), TextMark::Kind::Quiet}});
        m_length->clear();
        m_facts->clear();
        m_hash->clear();
        return;
    }
    m_text->setAnswer(answer->text);
    std::vector<TextMark> marks;
    if (marked)
        for (const WordSpan& span : onlyHere)
            marks.push_back({span.start, span.length,
                m_side == Side::A ? TextMark::Kind::OnlyA : TextMark::Kind::OnlyB});
    m_text->setMarks(std::move(marks));
    const QString speed = answer->seconds > 0
                              ? tr(" · %1 tok/s").arg(qRound(answer->tokens / answer->seconds))
                              : QString();
    m_length->setText(counted(answer->tokens, tr("token"), tr("tokens")) + speed);
    m_facts->setText(answer->finishReason == QStringLiteral("length")
                         ? tr("cut at the longest answer")
                         : tr("ended by itself"));
    m_hash->setText(shortHash(answer->sha256.toStdString()));
}

void AnswerPane::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(0, 0, width(), 2, m_side == Side::A ? tokens().a : tokens().b);
}

} // namespace koala
