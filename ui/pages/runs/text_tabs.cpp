#include "ui/pages/runs/text_tabs.h"

#include <fstream>

#include <QComboBox>
#include <QHBoxLayout>
#include <QScrollBar>
#include <QSlider>
#include <QTimer>
#include <QVBoxLayout>

#include "core/config/train_config.h"
#include "ui/pages/runs/runs_controller.h"
#include "ui/services/words.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
constexpr std::uint64_t kTailBytes = 256 * 1024;
constexpr int kFollowMs = 1000, kLabelWidth = 190, kWidth = 760;

QString valueOf(const Json& value)
{
    if (value.is_string())
        return safeLine(std::string_view(value.get_ref<const std::string&>()));
    return safeLine(std::string_view(toLine(value)), 600);
}

struct Tail {
    QStringList files;
    QString name;
    std::string text;
    std::uint64_t bytes = 0;
    bool cut = false;
};

Tail tailOf(const fs::path& folder, const QString& wanted)
{
    Tail tail;
    fs::path newest;
    fs::file_time_type time{};
    auto listed = listDirectory(folder);
    if (!listed.ok())
        return tail;
    for (const fs::path& path : *listed) {
        std::error_code code;
        if (!fs::is_regular_file(path, code))
            continue;
        const QString name = qtext(path.filename().string());
        tail.files << name;
        const auto written = fs::last_write_time(path, code);
        if (wanted.isEmpty() ? (newest.empty() || written > time) : name == wanted)
            newest = path, time = written;
    }
    if (newest.empty())
        return tail;
    tail.name = qtext(newest.filename().string());
    std::ifstream file(newest, std::ios::binary | std::ios::ate);
    const auto size = file.tellg();
    if (size <= 0)
        return tail;
    tail.bytes = std::uint64_t(size);
    tail.cut = tail.bytes > kTailBytes;
    tail.text.resize(std::min(tail.bytes, kTailBytes));
    file.seekg(-std::streamoff(tail.text.size()), std::ios::end);
    file.read(tail.text.data(), std::streamsize(tail.text.size()));
    tail.text.resize(std::size_t(file.gcount()));
    return tail;
}
} // namespace

ConfigurationTab::ConfigurationTab(RunsController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_cards(new QVBoxLayout)
{
    auto* content = new QWidget(this);
    content->setLayout(m_cards);
    m_cards->setContentsMargins(size::kGap, size::kGap, size::kGap, size::kGap);
    m_cards->setSpacing(size::kGap);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(scrollArea(content, "configuration.scroll", this));
}

void ConfigurationTab::refresh()
{
    const RunSnapshot* run = m_controller.selected();
    if (run == nullptr || !run->config || run->config.get() == m_shown)
        return;
    m_shown = run->config.get();
    while (QLayoutItem* item = m_cards->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto addCard = [&](const QString& title) {
        auto* card = new Card(title, this);
        card->setMaximumWidth(kWidth);
        auto* grid = new FactGrid(FactGrid::Align::Left, kLabelWidth, card);
        card->body()->addWidget(grid);
        card->body()->setContentsMargins(size::kGap, 6, size::kGap, 12);
        m_cards->addWidget(card);
        return std::pair{card, grid};
    };
    if (!run->config->is_object()) {
        addCard(tr("Configuration"))
            .second->set(tr("Problem"), qtext(run->summary.problem), Tone::Bad);
    } else {
        auto [head, facts] = addCard(tr("Run"));
        facts->set(tr("Identifier"), run->id());
        for (const auto& [key, value] : run->config->items())
            if (!value.is_structured() && key != "id")
                facts->set(qtext(key), valueOf(value));
        // The options in the order and groups of their declaration; what is not the default stands
        // out.
        TrainConfig config;
        const auto options = bindOptions(config);
        const OrderedJson defaults = optionsToJson(options);
        const Json& train = memberOr(*run->config, "train");
        FactGrid* grid = nullptr;
        std::string_view group = "?";
        for (const OptionBinding& option : options) {
            const Json& value = memberOr(train, option.key);
            if (value.is_null())
                continue;
            if (option.info.group != group) {
                group = option.info.group;
                grid = addCard(QString::fromUtf8(group.data(), qsizetype(group.size()))).second;
            }
            TextLabel* label = grid->set(
                QString::fromUtf8(option.key.data(), qsizetype(option.key.size())), valueOf(value));
            if (Json(defaults[std::string(option.key)]) != value)
                label->setTone(Tone::Accent);
            label->setToolTip(
                QString::fromUtf8(option.info.help.data(), qsizetype(option.info.help.size()))
                    .toHtmlEscaped());
        }
        for (const auto& [key, value] : run->config->items())
            if (value.is_object() && key != "train") {
                FactGrid* part = addCard(qtext(key)).second;
                for (const auto& [name, entry] : value.items())
                    part->set(qtext(name), valueOf(entry));
            }
    }
    m_cards->addStretch();
}

LogTab::LogTab(RunsController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_file(comboBox(tr("Log file"), "log.file", this)),
      m_facts(new TextLabel(TextRole::Secondary, this)), m_text(new SafeTextView(this)),
      m_follow(new QTimer(this))
{
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* row = toolBar(bar);
    row->addWidget(m_file);
    row->addWidget(m_facts);
    row->addStretch();
    m_text->setFont(fontFor(TextRole::Code));
    m_text->setObjectName(QStringLiteral("log.text"));
    m_text->setAccessibleName(tr("Log"));
    m_text->setWordWrapMode(QTextOption::NoWrap);
    auto* ground = pane(QPalette::Base, this);
    auto* inside = new QVBoxLayout(ground);
    inside->setContentsMargins(size::kGap, 8, 4, 0);
    inside->addWidget(m_text);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar);
    column->addWidget(ground, 1);
    connect(m_file, &QComboBox::activated, this, &LogTab::refresh);
    connect(m_follow, &QTimer::timeout, this, [this] {
        if (isVisible() && m_controller.canStop())
            refresh();
    });
    m_follow->start(kFollowMs);
}

void LogTab::refresh()
{
    const RunSnapshot* run = m_controller.selected();
    if (run == nullptr)
        return;
    if (m_run != run->id()) {
        m_run = run->id();
        m_file->clear();
        m_text->setSafeText({});
    }
    m_reading.request([folder = run->summary.directory / "log", wanted = m_file->currentText()](
                          std::stop_token) { return tailOf(folder, wanted); },
        [this](Tail tail) {
            if (m_file->count() != tail.files.size()) {
                m_file->clear();
                m_file->addItems(tail.files);
            }
            m_file->setCurrentText(tail.name);
            m_file->setVisible(!tail.files.isEmpty());
            m_facts->setText(
                tail.name.isEmpty() ? tr("nothing has been written yet")
                : tail.cut
                    ? tr("the last %1 of %2").arg(byteCount(kTailBytes), byteCount(tail.bytes))
                    : byteCount(tail.bytes));
            QScrollBar* bar = m_text->verticalScrollBar();
            const bool atEnd = bar->value() >= bar->maximum() - 4;
            m_text->setSafeText(safeText(std::string_view(tail.text), int(kTailBytes)));
            if (atEnd)
                bar->setValue(bar->maximum());
        });
}

SamplesTab::SamplesTab(RunsController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller),
      m_prompt(comboBox(tr("Prompt"), "samples.prompt", this)),
      m_step(new QSlider(Qt::Horizontal, this)), m_words(new TextLabel(TextRole::Secondary, this)),
      m_text(new SafeTextView(this))
{
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* row = toolBar(bar);
    m_prompt->setMinimumWidth(160);
    m_step->setObjectName(QStringLiteral("samples.step"));
    m_step->setAccessibleName(tr("Step"));
    m_step->setFixedWidth(240);
    row->addWidget(m_prompt);
    row->addWidget(m_step);
    row->addWidget(m_words);
    row->addStretch();
    m_text->setObjectName(QStringLiteral("samples.text"));
    m_text->setAccessibleName(tr("Answer"));
    auto* ground = pane(QPalette::Base, this);
    auto* inside = new QVBoxLayout(ground);
    inside->setContentsMargins(size::kGap, size::kGap, size::kGap, 0);
    inside->addWidget(m_text);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar);
    column->addWidget(ground, 1);
    connect(m_prompt, &QComboBox::activated, this, &SamplesTab::showSample);
    connect(m_step, &QSlider::valueChanged, this, &SamplesTab::showSample);
}

void SamplesTab::refresh()
{
    const RunSnapshot* run = m_controller.selected();
    if (run == nullptr || !run->state || run->state.get() == m_shown)
        return;
    m_shown = run->state.get();
    QStringList prompts;
    m_steps.clear();
    for (const SampleEvent& sample : run->state->samples) {
        if (const QString id = safeLine(std::string_view(sample.promptId), 80);
            !prompts.contains(id))
            prompts << id;
        if (std::ranges::find(m_steps, sample.step) == m_steps.end())
            m_steps.push_back(sample.step);
    }
    std::ranges::sort(m_steps);
    if (m_prompt->count() != prompts.size()) {
        m_prompt->clear();
        m_prompt->addItems(prompts);
    }
    m_step->setRange(0, std::max(0, int(m_steps.size()) - 1));
    m_step->setEnabled(m_steps.size() > 1);
    m_prompt->setVisible(!prompts.isEmpty());
    showSample();
}

void SamplesTab::showSample()
{
    const RunSnapshot* run = m_controller.selected();
    if (run == nullptr || !run->state || m_steps.empty()) {
        m_words->setText(
            tr("This run answers no fixed prompts: its recipe names no sample_prompts."));
        m_text->setSafeText({});
        return;
    }
    const std::int64_t step =
        m_steps[std::size_t(std::clamp(m_step->value(), 0, int(m_steps.size()) - 1))];
    m_words->setText(
        tr("step %1, %2 of %3").arg(grouped(step)).arg(m_step->value() + 1).arg(m_steps.size()));
    for (const SampleEvent& sample : run->state->samples)
        if (sample.step == step &&
            safeLine(std::string_view(sample.promptId), 80) == m_prompt->currentText())
            m_text->setSafeText(safeText(std::string_view(sample.text)));
}

} // namespace koala
