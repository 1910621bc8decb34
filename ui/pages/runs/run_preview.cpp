#include "ui/pages/runs/run_preview.h"

#include <cmath>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/pill.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/stacked_bar.h"

namespace koala {

namespace {
constexpr int kWidth = 368;
// What one trained number costs beside the weights: a gradient and two moments, in single
// precision.
constexpr double kGradientBytes = 4, kMomentBytes = 8;
} // namespace

RunPreview::RunPreview(RunFormController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_ready(new Pill(this)),
      m_reasons(new TextLabel(TextRole::Body, this)),
      m_sentence(new TextLabel(TextRole::Body, this)),
      m_memoryFacts(new TextLabel(TextRole::Secondary, this)),
      m_memoryNote(new TextLabel(TextRole::Secondary, this)),
      m_diskFacts(new TextLabel(TextRole::Secondary, this)),
      m_facts(new FactGrid(FactGrid::Align::Right, 0, this)),
      m_parts(new FactGrid(FactGrid::Align::Right, 0, this)), m_memory(new StackedBar(this)),
      m_command(new TextLabel(TextRole::Code, this)),
      m_foot(new TextLabel(TextRole::Secondary, this))
{
    setObjectName(QStringLiteral("runs.preview"));
    auto* content = pane(QPalette::Base, this);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(size::kGap, 12, size::kGap, 12);
    column->setSpacing(10);
    auto* head = new QHBoxLayout;
    head->addWidget(new TextLabel(tr("Run preview"), TextRole::Title, this));
    head->addStretch();
    m_ready->setObjectName(QStringLiteral("runs.ready"));
    head->addWidget(m_ready);
    column->addLayout(head);
    m_reasons->setWordWrap(true);
    m_reasons->setObjectName(QStringLiteral("runs.reasons"));
    m_reasons->setTone(Tone::Bad);
    column->addWidget(m_reasons);
    auto* nameRow = new QHBoxLayout;
    auto* nameLabel = new TextLabel(tr("Name"), TextRole::Body, this);
    nameLabel->setSecondary(true);
    nameRow->addWidget(nameLabel);
    auto* name = new QLineEdit(this);
    name->setObjectName(QStringLiteral("form.name"));
    name->setAccessibleName(tr("Name of the run"));
    name->setPlaceholderText(tr("named after the recipe"));
    name->setMaxLength(60);
    nameRow->addWidget(name, 1);
    column->addLayout(nameRow);
    connect(name, &QLineEdit::textChanged, this,
        [this](const QString& text) { m_controller.setName(text); });
    column->addWidget(m_facts);
    addSection(*column);
    m_sentence->setWordWrap(true);
    column->addWidget(m_sentence);
    addSection(*column);
    const auto titled = [&](const QString& title, QWidget* right) {
        auto* row = new QHBoxLayout;
        row->addWidget(new TextLabel(title, TextRole::Strong, this));
        row->addStretch();
        row->addWidget(right);
        column->addLayout(row);
    };
    titled(tr("Memory"), m_memoryFacts);
    m_memory->setBarHeight(16);
    m_memory->setAccessibleName(tr("Memory by part"));
    column->addWidget(m_memory);
    column->addWidget(m_parts);
    m_memoryNote->setWordWrap(true);
    column->addWidget(m_memoryNote);
    addSection(*column);
    titled(tr("Disk"), m_diskFacts);
    addSection(*column);
    auto* copy = flatButton(tr("Copy"), "copy", "runs.copyCommand", this);
    titled(tr("Command"), copy);
    auto* box = pane(QPalette::AlternateBase, this);
    auto* inside = new QHBoxLayout(box);
    inside->setContentsMargins(12, 10, 12, 10);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_command->setObjectName(QStringLiteral("runs.command"));
    m_command->setWordWrap(true);
    inside->addWidget(m_command);
    column->addWidget(box);
    column->addStretch();
    column->addWidget(m_foot);
    setFixedWidth(kWidth);
    auto* outer = new QHBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(new Hairline(Qt::Vertical, this));
    auto* area = scrollArea(content, "runs.previewScroll", this);
    content->setAutoFillBackground(true);
    outer->addWidget(area, 1);
    connect(copy, &QPushButton::clicked, this, [this] {
        QString command = m_controller.command();
        QApplication::clipboard()->setText(
            command.replace(QStringLiteral("\n  "), QStringLiteral(" ")));
    });
}

void RunPreview::addSection(QVBoxLayout& column)
{
    column.addWidget(new Hairline(Qt::Horizontal, this));
}

void RunPreview::refresh()
{
    const PlanFacts& facts = m_controller.facts();
    const TrainConfig& config = m_controller.config();
    const QStringList reasons = m_controller.reasons();
    if (reasons.isEmpty())
        m_ready->set("check-circle", tr("Ready"), Tone::Good);
    else
        m_ready->set("error",
            reasons.size() == 1 ? tr("1 reason") : tr("%1 reasons").arg(reasons.size()), Tone::Bad);
    m_reasons->setText(reasons.join(QLatin1Char('\n')));
    m_reasons->setVisible(!reasons.isEmpty());

    const std::int64_t trained = m_controller.trainedParameters();
    m_facts->set(tr("Parameters"), facts.parameters > 0 ? shortCount(facts.parameters) : QString());
    m_facts->set(tr("Trained"),
        trained <= 0 ? QString()
        : config.method == "full"
            ? tr("all, 100 %")
            : tr("%1, %2 %")
                  .arg(shortCount(trained),
                      QLocale().toString(100.0 * double(trained) /
                                             double(std::max<std::int64_t>(1, facts.parameters)),
                          'f', 1)));
    m_facts->set(tr("Tokens"), facts.counting ? tr("counting…")
                               : facts.tokens ? shortCount(*facts.tokens)
                                              : QString());
    m_facts->set(
        tr("Trained tokens"), facts.trainedTokens ? shortCount(*facts.trainedTokens) : QString());
    const auto steps = m_controller.steps();
    m_facts->set(tr("Steps"),
        steps ? (config.steps > 0 ? grouped(*steps) : tr("about %1").arg(grouped(*steps)))
              : QString());
    m_facts->set(tr("Epochs"),
        m_controller.epochs() > 0 ? QLocale().toString(m_controller.epochs(), 'f', 2) : QString());

    const std::int64_t batches = config.batchesPerUpdate();
    const std::int64_t sequences = config.sequences * batches;
    m_sentence->setText(tr(
        "%1 × %2 = %3 sequences per update, at most %4 tokens. Each conversation is seen %5 times.")
            .arg(grouped(config.sequences), grouped(batches), grouped(sequences),
                grouped(sequences * config.maxTokens),
                m_controller.epochs() > 0 ? QLocale().toString(m_controller.epochs(), 'f', 2)
                                          : tr("some")));

    const double weights =
        double(facts.parameters) * (config.precision == "bf16" ? 2 : 4) +
        (config.method == "lora" || config.precision == "bf16" ? double(trained) * 4 : 0);
    const double gradients = double(trained) * kGradientBytes,
                 moments = double(trained) * kMomentBytes;
    const double used = double(facts.memoryTotal - std::min(facts.memoryFree, facts.memoryTotal));
    std::vector<BarSegment> segments;
    if (facts.memoryTotal > 0)
        segments.push_back(
            {used, tokens().tie, BarSegment::Fill::Hatch, tr("In use"), byteCount(quint64(used))});
    if (facts.parameters > 0) {
        segments.push_back({weights, SeriesKey{0}.color(), BarSegment::Fill::Solid, tr("Weights"),
            byteCount(quint64(weights))});
        segments.push_back({gradients, SeriesKey{1}.color(), BarSegment::Fill::Solid,
            tr("Gradients"), byteCount(quint64(gradients))});
        segments.push_back({moments, SeriesKey{2}.color(), BarSegment::Fill::Solid, tr("Optimiser"),
            byteCount(quint64(moments))});
    }
    m_memory->setSegments(std::move(segments), double(facts.memoryTotal));
    m_parts->set(tr("Weights"), facts.parameters > 0 ? byteCount(quint64(weights)) : QString());
    m_parts->set(tr("Gradients"), trained > 0 ? byteCount(quint64(gradients)) : QString());
    m_parts->set(tr("Optimiser"), trained > 0 ? byteCount(quint64(moments)) : QString());
    m_parts->set(tr("In use by other programs"),
        facts.memoryTotal > 0 ? byteCount(quint64(used)) : QString());
    m_memoryFacts->setText(
        facts.memoryTotal > 0 ? tr("%1 free").arg(byteCount(facts.memoryFree)) : QString());
    m_memoryNote->setText(tr("Activations come on top; they grow with sequences at once and with "
                             "the longest sequence."));

    // A checkpoint holds what is trained and, to be resumed, its two moments.
    const double checkpoint = config.method == "full" ? double(trained) * 10 : double(trained) * 12;
    const double kept = checkpoint * double(config.saveEvery > 0 ? config.keep : 1);
    m_diskFacts->setText(trained > 0 ? tr("about %1 for checkpoints · %2 free")
                                           .arg(byteCount(quint64(kept)), byteCount(facts.diskFree))
                                     : tr("%1 free").arg(byteCount(facts.diskFree)));
    m_command->setText(m_controller.command());
    int differing = 0;
    for (const OptionBinding& option : m_controller.options())
        differing += m_controller.differs(option.key);
    m_foot->setText(differing == 0   ? tr("nothing differs from the recipe")
                    : differing == 1 ? tr("1 field differs from the recipe")
                                     : tr("%1 fields differ from the recipe").arg(differing));
}

} // namespace koala
