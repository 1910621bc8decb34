#include "ui/pages/mixtures/summary_card.h"

#include <algorithm>

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QSpinBox>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/segmented.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/stacked_bar.h"

namespace koala {

namespace {
double amountIn(MixtureBasis basis, const MixtureAmounts& amounts)
{
    switch (basis) {
    case MixtureBasis::Rows:
        return double(amounts.rows);
    case MixtureBasis::Tokens:
        return double(amounts.tokens);
    case MixtureBasis::TrainedTokens:
        return double(amounts.trainedTokens);
    }
    return 0;
}

QString difference(std::uint64_t now, std::uint64_t saved)
{
    if (now == saved)
        return SummaryCard::tr("as saved");
    return SummaryCard::tr("%1 %2 since saved")
        .arg(now > saved ? QStringLiteral("+") : QStringLiteral("−"),
            shortCount(qint64(now > saved ? now - saved : saved - now)));
}

QSpinBox* numberBox(
    const QString& name, const char* objectName, int most, int width, QWidget* parent)
{
    auto* box = new QSpinBox(parent);
    box->setObjectName(QLatin1StringView(objectName));
    box->setAccessibleName(name);
    box->setRange(0, most);
    box->setFixedSize(width, size::kControl);
    box->setKeyboardTracking(false);
    makeTame(box);
    return box;
}
} // namespace

SummaryCard::SummaryCard(MixturesController& controller, QWidget* parent)
    : Card(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout;
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(12);
    body()->addLayout(layout);
    layout->addWidget(makeControls());
    m_bar = new StackedBar(this);
    m_bar->setAccessibleName(tr("Shares"));
    m_bar->setObjectName(QStringLiteral("shareBar"));
    m_bar->setBarHeight(28);
    layout->addWidget(m_bar);
    layout->addWidget(makeFigures());
    connect(&m_controller, &MixturesController::stateChanged, this, &SummaryCard::refresh);
    connect(&m_controller, &MixturesController::figuresChanged, this, &SummaryCard::showFigures);
    connect(&m_controller, &MixturesController::checksChanged, this, &SummaryCard::showChecks);
    connect(&m_controller, &MixturesController::countingRows, this,
        [this](quint64 done, quint64 total) {
            m_state->setText(tr("counting tokens: %1 of %2 rows")
                    .arg(grouped(qint64(done)), grouped(qint64(total))));
        });
}

QWidget* SummaryCard::makeControls()
{
    auto* holder = new QWidget(this);
    auto* line = new QHBoxLayout(holder);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(8);
    line->addWidget(new TextLabel(tr("Basis"), TextRole::Body, holder));
    m_basis =
        new Segmented({tr("rows"), tr("tokens"), tr("trained tokens")}, "mixtureBasis", holder);
    m_basis->setAccessibleName(tr("Basis of the shares"));
    m_basis->setToolTip(tr("What shares and total count: conversations, all their tokens, or only "
                           "the tokens that are trained on"));
    line->addWidget(m_basis);
    line->addSpacing(8);
    m_mode = new Segmented({tr("every row"), tr("by share")}, "mixtureMode", holder);
    m_mode->setAccessibleName(tr("What is taken"));
    m_mode->setToolTip(
        tr("Every row takes all that caps and slices leave; by share takes what the sliders say"));
    line->addWidget(m_mode);
    line->addStretch(1);
    m_state = new TextLabel(TextRole::Secondary, holder);
    m_state->setObjectName(QStringLiteral("mixtureState"));
    line->addWidget(m_state);
    line->addSpacing(8);
    line->addWidget(new TextLabel(tr("Total"), TextRole::Body, holder));
    m_total = numberBox(tr("Total"), "mixtureTotal", 2'000'000'000, 108, holder);
    m_total->setSpecialValueText(tr("largest"));
    m_total->setGroupSeparatorShown(true);
    m_total->setToolTip(tr("Size of an epoch in the basis, of which shares are parts. 0, largest: "
                           "until the source that ends first has been taken whole"));
    line->addWidget(m_total);
    line->addWidget(new TextLabel(tr("Seed"), TextRole::Body, holder));
    m_seed = numberBox(tr("Seed"), "mixtureSeed", 2'000'000'000, 84, holder);
    m_seed->setToolTip(tr("Decides which rows are held out and taken, and their order; the same "
                          "seed gives the same order everywhere"));
    line->addWidget(m_seed);
    auto* options = plainButton(tr("Options…"), "settings", "mixtureOptions", holder);
    options->setToolTip(tr("Packing, longest conversation, tokeniser, template, system message"));
    line->addWidget(options);
    MixtureEditor& editor = m_controller.editor();
    connect(options, &QPushButton::clicked, this, &SummaryCard::optionsWanted);
    connect(m_basis, &Segmented::chosen, this,
        [&editor](int basis) { editor.setBasis(MixtureBasis(basis)); });
    connect(
        m_mode, &Segmented::chosen, this, [&editor](int mode) { editor.setByShare(mode == 1); });
    connect(m_total, &QSpinBox::valueChanged, this, [this, &editor](int total) {
        if (!m_filling)
            editor.setTotal(total);
    });
    connect(m_seed, &QSpinBox::valueChanged, this, [this, &editor](int seed) {
        if (!m_filling)
            editor.setSeed(std::uint64_t(seed));
    });
    for (QSpinBox* box : {m_total, m_seed})
        connect(box, &QSpinBox::editingFinished, &editor, &MixtureEditor::endGesture);
    return holder;
}

SummaryCard::Figure SummaryCard::addFigure(
    QGridLayout& grid, const QString& title, const char* objectName, const QString& tip)
{
    QWidget* parent = grid.parentWidget();
    const int column = grid.count() == 0 ? 0 : grid.columnCount();
    if (column > 0)
        grid.addWidget(new Hairline(Qt::Vertical, parent), 0, column, 3, 1);
    const int at = column == 0 ? 0 : column + 1;
    Figure figure{new TextLabel(title, TextRole::Secondary, parent),
        new TextLabel(TextRole::Title, parent), new TextLabel(TextRole::Secondary, parent)};
    figure.title->setElided(true);
    grid.addWidget(figure.title, 0, at);
    figure.value->setAccessibleName(title);
    figure.value->setObjectName(QLatin1StringView(objectName));
    figure.value->setToolTip(tip);
    figure.value->setAccessibleDescription(tip);
    figure.note->setElided(true);
    figure.note->setObjectName(QLatin1StringView(objectName) + QStringLiteral("Note"));
    grid.addWidget(figure.value, 1, at);
    grid.addWidget(figure.note, 2, at);
    grid.setColumnStretch(at, 1);
    return figure;
}

QWidget* SummaryCard::makeFigures()
{
    auto* holder = new QWidget(this);
    auto* grid = new QGridLayout(holder);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(14);
    grid->setVerticalSpacing(1);
    m_rows = addFigure(*grid, tr("Conversations"), "figureRows",
        tr("Rows of one epoch, with repeats; `koala mixture build` counts the same"));
    m_tokens = addFigure(
        *grid, tr("Tokens"), "figureTokens", tr("All tokens of one epoch, after cutting"));
    m_trained = addFigure(*grid, tr("Trained tokens"), "figureTrained",
        tr("Tokens whose prediction the loss counts: the answers and their ends"));
    m_sequences = addFigure(
        *grid, tr("Packed sequences"), "figureSequences", tr("What training reads in one epoch"));
    m_steps = addFigure(*grid, tr("Steps of an epoch"), "figureSteps", {});
    m_longest = addFigure(*grid, tr("Longest"), "figureLongest",
        tr("Tokens of the longest conversation before anything is cut"));
    m_heldOut = addFigure(*grid, tr("Held out"), "figureHeldOut",
        tr("Rows that are never trained on; the held-out loss is measured on them"));
    return holder;
}

void SummaryCard::refresh()
{
    const MixtureEditor& editor = m_controller.editor();
    m_filling = true;
    m_basis->setCurrent(int(editor.base().basis));
    m_mode->setCurrent(editor.byShare() ? 1 : 0);
    m_seed->setValue(int(editor.base().seed));
    m_total->setValue(int(std::min<std::int64_t>(editor.base().total, m_total->maximum())));
    m_total->setEnabled(editor.byShare());
    m_filling = false;
}

void SummaryCard::showBar(const MixtureFigures& figures)
{
    MixtureEditor& editor = m_controller.editor();
    std::vector<BarSegment> segments;
    std::vector<double> shares;
    const MixtureBasis basis = editor.base().basis;
    const double all = std::max(1.0, amountIn(basis, figures.total));
    for (int i = 0; i < int(figures.sources.size()); ++i) {
        const double amount = amountIn(basis, figures.sources[std::size_t(i)].taken);
        shares.push_back(amount / all);
        const int index = editor.editedIndex(i);
        if (index < 0)
            continue;
        const EditedSource& source = editor.sources()[std::size_t(index)];
        segments.push_back({amount, SeriesKey{source.key}.color(), BarSegment::Fill::Solid,
            safeLine(source.title, 40), tr("%1 %").arg(qRound(100 * amount / all))});
    }
    editor.setActualShares(shares);
    m_bar->setSegments(std::move(segments));
}

void SummaryCard::showFigures()
{
    const MixtureFigures& figures = m_controller.figures();
    showBar(figures);
    if (!figures.problem.isEmpty()) { // the notice says why; old figures would be of something else
        m_state->setText(tr("cannot be counted"));
        for (const Figure& figure :
            {m_rows, m_tokens, m_trained, m_sequences, m_steps, m_longest, m_heldOut}) {
            figure.value->setText(QStringLiteral("–"));
            figure.note->setText({});
        }
        return;
    }
    m_state->setText(
        m_controller.editor().byShare() ? tr("shares total 100 %") : tr("every row is taken"));
    m_rows.value->setText(grouped(qint64(figures.total.rows)));
    m_tokens.value->setText(shortCount(qint64(figures.total.tokens)));
    m_trained.value->setText(shortCount(qint64(figures.total.trainedTokens)));
    m_tokens.value->setToolTip(
        tr("%1 tokens of one epoch, after cutting").arg(grouped(qint64(figures.total.tokens))));
    m_trained.value->setToolTip(tr("%1 tokens whose prediction the loss counts: the answers and "
                                   "their ends")
            .arg(grouped(qint64(figures.total.trainedTokens))));
    const auto& saved = m_controller.savedTotal();
    m_rows.note->setText(saved ? difference(figures.total.rows, saved->rows) : QString());
    m_tokens.note->setText(saved ? difference(figures.total.tokens, saved->tokens) : QString());
    QString trained;
    if (figures.total.tokens > 0)
        trained = tr("%1 % of all")
                      .arg(qRound(100.0 * double(figures.total.trainedTokens) /
                                  double(figures.total.tokens)));
    if (saved && saved->trainedTokens != figures.total.trainedTokens)
        trained = difference(figures.total.trainedTokens, saved->trainedTokens);
    m_trained.note->setText(trained);
    m_heldOut.value->setText(grouped(qint64(figures.heldOut.rows)));
    m_heldOut.note->setText(tr("before shuffling"));
}

void SummaryCard::showChecks()
{
    const MixtureChecks& checks = m_controller.checks();
    const Mixture& mixture = m_controller.editor().base();
    m_sequences.value->setText(grouped(qint64(checks.packedSequences)));
    m_sequences.note->setText(mixture.packing == PackingMode::None
                                  ? tr("one conversation each")
                                  : tr("of %1, %2 % full")
                                        .arg(grouped(mixture.packingLength))
                                        .arg(100 * checks.fill, 0, 'f', 1));
    showSteps(checks.packedSequences);
    m_longest.value->setText(grouped(checks.longest));
    m_longest.note->setText(checks.cut == 0
                                ? tr("nothing is cut")
                                : counted(qint64(checks.cut), tr("is cut"), tr("are cut")));
    m_longest.note->setTone(checks.cut == 0 ? Tone::Neutral : Tone::Warning);
}

// With the steps of the newest run: how often they see the mixture; else how many an epoch takes.
void SummaryCard::showSteps(std::uint64_t sequences)
{
    const MixtureSchedule& schedule = m_controller.service().schedule();
    const QString each =
        tr("%1 in a step").arg(counted(schedule.sequencesPerStep, tr("sequence"), tr("sequences")));
    const QString like = schedule.run.isEmpty()
                             ? tr("as declared by default; a recipe may say otherwise")
                             : tr("as in the newest run, %1").arg(safeLine(schedule.run, 60));
    if (schedule.steps > 0) {
        m_steps.title->setText(
            tr("Epochs in %1").arg(counted(schedule.steps, tr("step"), tr("steps"))));
        m_steps.value->setText(QString::number(epochsOf(schedule, sequences), 'f', 2));
    } else {
        m_steps.title->setText(tr("Steps of an epoch"));
        m_steps.value->setText(grouped(stepsOfEpoch(schedule, sequences)));
    }
    m_steps.note->setText(each);
    m_steps.value->setAccessibleName(m_steps.title->text());
    m_steps.value->setToolTip(each + QStringLiteral(", ") + like);
    m_steps.value->setAccessibleDescription(m_steps.value->toolTip());
}

void SummaryCard::changeEvent(QEvent* event)
{
    Card::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_controller.figures().number > 0)
        showBar(MixtureFigures(m_controller.figures()));
}

} // namespace koala
