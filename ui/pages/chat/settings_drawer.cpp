#include "ui/pages/chat/settings_drawer.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QRandomGenerator>
#include <QSlider>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/text_label.h"

namespace koala {

SettingsDrawer::SettingsDrawer(QWidget* parent) : QWidget(parent)
{
    setFixedWidth(296);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    auto* bar = new QWidget(this);
    QHBoxLayout* head = toolBar(bar);
    head->addWidget(new TextLabel(tr("Settings"), TextRole::Strong, bar));
    head->addStretch(1);
    auto* close = iconButton("close", tr("Close the settings"), "closeSettings", bar);
    head->addWidget(close);
    outer->addWidget(bar);
    auto* content = pane(QPalette::Window, this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(4);
    m_temperature = addSlider(*layout, tr("Temperature"), "temperature", 0, 2, 0.05, 2,
        tr("0 always takes the likeliest token; higher is more varied"));
    m_topP = addSlider(*layout, tr("Top-p"), "topP", 0.05, 1, 0.05, 2,
        tr("keeps the likeliest tokens up to this sum"));
    m_topK = addSlider(*layout, tr("Top-k"), "topK", 0, 200, 1, 0,
        tr("keeps so many likeliest tokens; 0 keeps all"));
    m_repetition = addSlider(*layout, tr("Repetition"), "repetition", 1, 2, 0.05, 2,
        tr("above 1 makes used tokens less likely"));
    m_longest = addSlider(
        *layout, tr("Longest"), "maxTokens", 8, 2048, 8, 0, tr("tokens of an answer at most"));
    auto* seedRow = new QHBoxLayout;
    seedRow->addWidget(new TextLabel(tr("Seed"), TextRole::Body, content));
    seedRow->addStretch(1);
    m_seed = new QSpinBox(content);
    m_seed->setObjectName(QStringLiteral("chatSeed"));
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setRange(0, 2'000'000'000);
    m_seed->setFixedWidth(110);
    seedRow->addWidget(m_seed);
    auto* roll = iconButton("retry", tr("Another seed"), "rollSeed", content);
    seedRow->addWidget(roll);
    layout->addLayout(seedRow);
    layout->addSpacing(8);
    layout->addWidget(new Hairline(Qt::Horizontal, content));
    layout->addSpacing(8);
    auto* systemHead = new QHBoxLayout;
    systemHead->addWidget(new TextLabel(tr("System prompt"), TextRole::Body, content));
    systemHead->addStretch(1);
    layout->addLayout(systemHead);
    m_system = new QPlainTextEdit(content);
    m_system->setObjectName(QStringLiteral("systemPrompt"));
    m_system->setAccessibleName(tr("System prompt"));
    m_system->setPlaceholderText(tr("Empty: none is added"));
    m_system->setTabChangesFocus(true);
    m_system->setFixedHeight(64);
    layout->addWidget(m_system);
    layout->addSpacing(8);
    auto* templateRow = new QHBoxLayout;
    templateRow->addWidget(new TextLabel(tr("Template"), TextRole::Body, content));
    templateRow->addStretch(1);
    m_template = comboBox(tr("Template"), "chatTemplate", content);
    m_template->addItem(tr("the model's own"), QString());
    for (const char* name : {"koala", "chatml", "vicuna", "alpaca", "llama-2", "llama-3"})
        m_template->addItem(QString::fromLatin1(name), QString::fromLatin1(name));
    templateRow->addWidget(m_template);
    layout->addLayout(templateRow);
    layout->addSpacing(8);
    layout->addWidget(new Hairline(Qt::Horizontal, content));
    layout->addSpacing(8);
    layout->addWidget(new TextLabel(tr("This answer"), TextRole::Strong, content));
    m_facts = new FactGrid(FactGrid::Align::Left, 72, content);
    layout->addWidget(m_facts);
    layout->addStretch(1);
    outer->addWidget(scrollArea(content, "chatSettings", this), 1);
    set({});
    connect(close, &QToolButton::clicked, this, &SettingsDrawer::closePressed);
    connect(roll, &QToolButton::clicked, this,
        [this] { m_seed->setValue(QRandomGenerator::global()->bounded(1'000'000)); });
    connect(m_seed, &QSpinBox::valueChanged, this, &SettingsDrawer::changed);
    connect(m_system, &QPlainTextEdit::textChanged, this, &SettingsDrawer::changed);
    connect(m_template, &QComboBox::currentIndexChanged, this, &SettingsDrawer::changed);
}

QDoubleSpinBox* SettingsDrawer::addSlider(QVBoxLayout& layout, const QString& label,
    const char* objectName, double least, double most, double step, int decimals,
    const QString& help)
{
    auto* row = new QHBoxLayout;
    auto* name = new TextLabel(label, TextRole::Body, this);
    name->setFixedWidth(92);
    row->addWidget(name);
    auto* slider = new QSlider(Qt::Horizontal, this);
    slider->setRange(0, int((most - least) / step + 0.5));
    slider->setAccessibleName(label);
    slider->setObjectName(QString::fromLatin1(objectName) + QStringLiteral("Slider"));
    slider->setToolTip(help);
    row->addWidget(slider, 1);
    auto* box = new QDoubleSpinBox(this);
    box->setObjectName(QString::fromLatin1(objectName));
    box->setAccessibleName(label);
    box->setAccessibleDescription(help);
    box->setToolTip(help);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    box->setAlignment(Qt::AlignRight);
    box->setDecimals(decimals);
    box->setRange(least, most);
    box->setSingleStep(step);
    box->setFixedWidth(58);
    row->addWidget(box);
    layout.addLayout(row);
    connect(slider, &QSlider::valueChanged, box,
        [=](int value) { box->setValue(least + value * step); });
    connect(box, &QDoubleSpinBox::valueChanged, this, [=, this](double value) {
        const QSignalBlocker quiet(slider);
        slider->setValue(int((value - least) / step + 0.5));
        Q_EMIT changed();
    });
    return box;
}

void SettingsDrawer::set(const ChatSettings& settings)
{
    m_temperature->setValue(settings.temperature);
    m_topP->setValue(settings.topP);
    m_topK->setValue(settings.topK);
    m_repetition->setValue(settings.repetition);
    m_longest->setValue(settings.maxTokens);
    m_seed->setValue(int(settings.seed));
    if (m_system->toPlainText() != settings.system)
        m_system->setPlainText(settings.system);
    m_template->setCurrentIndex(std::max(0, m_template->findData(settings.templateName)));
}

ChatSettings SettingsDrawer::settings() const
{
    ChatSettings settings;
    settings.temperature = m_temperature->value();
    settings.topP = m_topP->value();
    settings.topK = int(m_topK->value());
    settings.repetition = m_repetition->value();
    settings.maxTokens = int(m_longest->value());
    settings.seed = quint64(m_seed->value());
    settings.system = m_system->toPlainText();
    settings.templateName = m_template->currentData().toString();
    return settings;
}

void SettingsDrawer::showAnswer(const ShownAnswer* answer, const QString& model)
{
    m_facts->set(tr("Model"), answer == nullptr ? tr("no answer yet") : model);
    m_facts->set(tr("Weights"), answer == nullptr ? QString() : answer->hash);
    m_facts->set(tr("First token"), answer == nullptr || answer->firstTokenSeconds <= 0
                                        ? QString()
                                        : tr("%1 s").arg(answer->firstTokenSeconds, 0, 'f', 2));
    m_facts->set(tr("Speed"), answer == nullptr || answer->tokensPerSecond <= 0
                                  ? QString()
                                  : tr("%1 tokens/s").arg(answer->tokensPerSecond, 0, 'f', 0));
    m_facts->set(
        tr("Stored"), answer == nullptr || answer->tokens <= 0
                          ? QString()
                          : tr("settings, seed and %1")
                                .arg(counted(answer->tokens, tr("token id"), tr("token ids"))));
}

} // namespace koala
