#include "ui/pages/data/example_pane.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/services/role_words.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/pill.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr std::size_t kTurnBytes = 20'000;
constexpr qsizetype kLetters = 90'000;

struct MarkedText {
    QString text;
    std::vector<TextMark> marks;
};

// A turn's bytes with the spans of it marked; cut at the borders of the spans, so that positions
// hold whatever stands in the text.
void append(
    MarkedText& out, std::string_view text, std::vector<std::pair<std::size_t, std::size_t>> spans)
{
    const std::size_t end = std::min(text.size(), kTurnBytes);
    std::ranges::sort(spans);
    std::size_t at = 0;
    for (const auto& [from, to] : spans) {
        const std::size_t begin = std::clamp(from, at, end);
        const std::size_t stop = std::clamp(to, begin, end);
        out.text += safeText(text.substr(at, begin - at));
        const qsizetype start = out.text.size();
        out.text += safeText(text.substr(begin, stop - begin));
        out.marks.push_back({int(start), int(out.text.size() - start), TextMark::Kind::Shared});
        at = stop;
    }
    out.text += safeText(text.substr(at, end - at));
    if (end < text.size())
        out.text += QStringLiteral(" …");
}

std::vector<std::pair<std::size_t, std::size_t>> spansOf(
    const std::vector<TextSpan>& spans, std::size_t turn)
{
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (const TextSpan& span : spans)
        if (span.turn == turn)
            found.emplace_back(span.begin, span.end);
    return found;
}

MarkedText marked(const Conversation& conversation, const std::vector<TextSpan>& spans)
{
    MarkedText out;
    for (std::size_t i = 0; i < conversation.turns.size() && out.text.size() < kLetters; ++i) {
        const Turn& turn = conversation.turns[i];
        if (i > 0)
            out.text += QStringLiteral("\n\n");
        out.text += roleTitle(turn.role) + QLatin1Char('\n');
        append(out, turn.text, spansOf(spans, i));
    }
    return out;
}

void fill(SafeTextView& view, const MarkedText& text)
{
    view.setSafeText(text.text);
    view.setMarks(text.marks);
    view.verticalScrollBar()->setValue(0);
}
} // namespace

ExamplePane::ExamplePane(CleaningController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeHead());
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    m_reason = new TextLabel(TextRole::Body, this);
    m_reason->setObjectName(QStringLiteral("exampleReason"));
    m_reason->setWordWrap(true);
    m_reason->setContentsMargins(16, 8, 16, 8);
    m_reason->setMinimumHeight(48);
    layout->addWidget(m_reason);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    m_left = makeSide("exampleLeft");
    m_right = makeSide("exampleRight");
    auto* columns = splitter(Qt::Horizontal, "exampleSplitter", this);
    columns->addWidget(m_left.whole);
    columns->addWidget(m_right.whole);
    columns->setChildrenCollapsible(false);
    layout->addWidget(columns, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    layout->addWidget(makeFoot());
    connect(m_left.text->verticalScrollBar(), &QScrollBar::valueChanged,
        m_right.text->verticalScrollBar(), &QScrollBar::setValue);
    connect(m_right.text->verticalScrollBar(), &QScrollBar::valueChanged,
        m_left.text->verticalScrollBar(), &QScrollBar::setValue);
    connect(&m_controller, &CleaningController::exampleChosen, this, &ExamplePane::showExample);
    connect(&m_controller.service(), &CleaningService::exampleReady, this, &ExamplePane::showTexts);
    showExample();
}

QWidget* ExamplePane::makeHead()
{
    auto* head = new QWidget(this);
    head->setFixedHeight(size::kPaneHead);
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(16, 0, 8, 0);
    m_count = new TextLabel(TextRole::Secondary, head);
    m_count->setObjectName(QStringLiteral("exampleCount"));
    m_count->setElided(true);
    m_legend = new TextLabel(tr("marked = in both"), TextRole::Secondary, head);
    m_previous = iconButton("chevron-left", tr("Previous example"), "previousExample", head);
    m_next = iconButton("chevron-right", tr("Next example"), "nextExample", head);
    line->addWidget(new TextLabel(tr("What it took"), TextRole::Strong, head));
    line->addWidget(m_count, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_legend, m_previous, m_next})
        line->addWidget(widget);
    connect(m_previous, &QToolButton::clicked, this, [this] { m_controller.stepExample(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { m_controller.stepExample(1); });
    return head;
}

ExamplePane::Side ExamplePane::makeSide(const char* objectName)
{
    Side side;
    side.whole = new QWidget(this);
    side.whole->setMinimumWidth(160);
    auto* layout = new QVBoxLayout(side.whole);
    layout->setContentsMargins(16, 0, 8, 0);
    layout->setSpacing(6);
    auto* head = new QHBoxLayout;
    side.title = new TextLabel(TextRole::Strong, side.whole);
    side.title->setFixedHeight(size::kPaneHead - 6);
    side.state = new Pill(side.whole);
    side.facts = new TextLabel(TextRole::Secondary, side.whole);
    side.facts->setElided(true);
    side.facts->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    head->addWidget(side.title);
    head->addWidget(side.state);
    head->addWidget(side.facts, 1);
    layout->addLayout(head);
    side.text = new SafeTextView(side.whole);
    side.text->setObjectName(QLatin1StringView(objectName));
    layout->addWidget(side.text, 1);
    return side;
}

QWidget* ExamplePane::makeFoot()
{
    auto* foot = new QWidget(this);
    auto* line = new QHBoxLayout(foot);
    line->setContentsMargins(12, 8, 12, 8);
    m_showRow = plainButton(tr("Show in Rows"), "data", "showInRows", foot);
    m_instead = plainButton(tr("Keep this instead"), "compare", "keepInstead", foot);
    m_both = plainButton(tr("Keep both"), "plus", "keepBoth", foot);
    line->addWidget(m_showRow);
    line->addStretch(1);
    line->addWidget(m_instead);
    line->addWidget(m_both);
    connect(m_showRow, &QPushButton::clicked, this, [this] {
        if (const StepExample* shown = m_controller.example())
            Q_EMIT showRow(shown->row);
    });
    connect(m_instead, &QPushButton::clicked, this, [this] {
        if (const StepExample* shown = m_controller.example(); shown && shown->otherRow)
            m_controller.keepInstead(shown->row, *shown->otherRow);
    });
    connect(m_both, &QPushButton::clicked, this, [this] {
        if (const StepExample* shown = m_controller.example())
            m_controller.keepRow(shown->row);
    });
    return foot;
}

void ExamplePane::showExample()
{
    const StepExample* shown = m_controller.example();
    const StepReport* report = m_controller.model().report(m_controller.currentStep());
    const bool any = shown != nullptr;
    for (QWidget* widget : std::initializer_list<QWidget*>{m_showRow, m_both, m_previous, m_next})
        widget->setEnabled(any);
    m_instead->setVisible(any && shown->otherRow.has_value());
    m_legend->setVisible(any && (!shown->spans.empty() || !shown->otherSpans.empty()));
    m_left.whole->setVisible(any);
    if (!any) {
        m_right.whole->setVisible(false);
        m_count->setText({});
        m_reason->setText(report == nullptr ? tr("Nothing yet: the step is off or has not run.")
                                            : tr("This step took nothing."));
        return;
    }
    const qint64 of = qint64(std::max({report->taken, report->edited, report->tagged}));
    m_count->setText(tr("example %1 of %2")
            .arg(grouped(m_controller.exampleNumber() + 1),
                grouped(std::max<qint64>(of, m_controller.exampleCount()))));
    m_previous->setEnabled(m_controller.exampleNumber() > 0);
    m_next->setEnabled(m_controller.exampleNumber() + 1 < m_controller.exampleCount());
    m_both->setText(shown->otherRow ? tr("Keep both") : tr("Keep it"));
    m_both->setAccessibleName(m_both->text());
    m_both->setVisible(report->taken > 0);
    m_reason->setText(safeLine(shown->reason, 500));
}

void ExamplePane::showTexts(const ExampleTexts& texts)
{
    const StepExample* shown = m_controller.example();
    if (shown == nullptr || shown->row != texts.row)
        return;
    const StepReport* report = m_controller.model().report(m_controller.currentStep());
    const bool taken = report != nullptr && report->taken > 0;
    const auto rowTitle = [](std::uint64_t row) {
        return tr("Row %1").arg(grouped(qint64(row) + 1));
    };
    const auto turns = [](const Conversation& conversation) {
        return counted(qint64(conversation.turns.size()), tr("turn"), tr("turns"));
    };
    Side& row = texts.other || !shown->otherText.empty() ? m_right : m_left;
    m_right.whole->setVisible(&row == &m_right || !shown->after.empty());
    row.title->setText(rowTitle(shown->row));
    row.facts->setText(turns(texts.conversation));
    if (taken)
        row.state->set("close", tr("taken"), Tone::Bad);
    else
        row.state->set("edit",
            report != nullptr && report->tagged > 0 ? tr("tagged") : tr("before"), Tone::Warning);
    if (shown->before.empty()) {
        fill(*row.text, marked(texts.conversation, shown->spans));
    } else { // an edit: the turn as it was and as it is
        MarkedText before, after;
        append(before, shown->before, {});
        append(after, shown->after, {});
        fill(*m_left.text, before);
        fill(*m_right.text, after);
        m_right.title->setText(rowTitle(shown->row));
        m_right.facts->setText({});
        m_right.state->set("check", tr("after"), Tone::Good);
    }
    if (texts.other) {
        m_left.title->setText(rowTitle(*shown->otherRow));
        m_left.facts->setText(turns(*texts.other));
        m_left.state->set("check", tr("kept"), Tone::Good);
        fill(*m_left.text, marked(*texts.other, shown->otherSpans));
    } else if (!shown->otherText.empty()) {
        m_left.title->setText(tr("Test prompt"));
        m_left.facts->setText({});
        m_left.state->set("lock", tr("test set"), Tone::Neutral);
        MarkedText prompt;
        append(prompt, shown->otherText, spansOf(shown->otherSpans, 0));
        fill(*m_left.text, prompt);
    }
    m_left.text->setAccessibleName(m_left.title->text());
    m_right.text->setAccessibleName(m_right.title->text());
}

} // namespace koala
