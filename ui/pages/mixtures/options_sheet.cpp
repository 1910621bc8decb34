#include "ui/pages/mixtures/options_sheet.h"

#include <algorithm>

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/segmented.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kLongest = 1'048'576;

QSpinBox* lengthBox(const QString& name, const char* objectName, QWidget* parent)
{
    auto* box = new QSpinBox(parent);
    box->setObjectName(QLatin1StringView(objectName));
    box->setAccessibleName(name);
    box->setRange(8, kLongest);
    box->setSingleStep(256);
    box->setGroupSeparatorShown(true);
    box->setSuffix(OptionsSheet::tr(" tokens"));
    box->setFixedSize(150, size::kControl);
    return box;
}

void choose(QComboBox& box, const std::string& value)
{
    if (box.findData(qtext(value)) < 0)
        box.addItem(safeLine(value, 60), qtext(value));
    box.setCurrentIndex(box.findData(qtext(value)));
}
} // namespace

OptionsSheet::OptionsSheet(MixtureEditor& editor, const MixtureService& service, QWidget* owner)
    : Sheet(tr("Options of this mixture"), "mixtureOptionsSheet", {760, 680}, owner),
      m_editor(editor)
{
    auto* whole = new QWidget(this);
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    m_grid = new QGridLayout;
    m_grid->setHorizontalSpacing(16);
    m_grid->setVerticalSpacing(10);
    m_grid->setColumnMinimumWidth(0, 150);
    m_grid->setColumnStretch(2, 1);
    column->addLayout(m_grid);
    column->addStretch(1);
    content()->addWidget(scrollArea(whole, "mixtureOptionsScroll", this), 1);
    makeFields(whole);
    makePromptSets(service);
    m_evaluation = new QCheckBox(tr("Allow datasets that are for testing only"), whole);
    m_evaluation->setObjectName(QStringLiteral("optionEvaluation"));
    addRow(tr("Evaluation data"), m_evaluation, tr("Training on test data makes tests worthless."));
    fill(service);
    auto* cancel = plainButton(tr("Cancel"), nullptr, "optionsCancel", this);
    auto* apply = filledButton(tr("Apply"), nullptr, "optionsApply", this);
    addButton(cancel);
    addButton(apply);
    connect(m_maxTokens, &QSpinBox::valueChanged, this, &OptionsSheet::agree);
    connect(m_packing, &Segmented::chosen, this, &OptionsSheet::agree);
    connect(m_rule, &Segmented::chosen, this, &OptionsSheet::agree);
    connect(cancel, &QPushButton::clicked, this, &Sheet::dismiss);
    connect(apply, &QPushButton::clicked, this, [this] {
        const MixtureOptions chosen = options();
        dismiss();
        m_editor.setOptions(chosen);
    });
}

void OptionsSheet::makeFields(QWidget* whole)
{
    m_model = comboBox(tr("Model"), "optionModel", whole);
    m_template = comboBox(tr("Template"), "optionTemplate", whole);
    m_maxTokens = lengthBox(tr("Longest conversation"), "optionMaxTokens", whole);
    m_tooLong = new Segmented(
        {tr("leave out last rounds"), tr("cut"), tr("split")}, "optionTooLong", whole);
    m_packing = new Segmented({tr("none"), tr("documents"), tr("stream")}, "optionPacking", whole);
    m_length = lengthBox(tr("Packed length"), "optionPackingLength", whole);
    m_system = new QLineEdit(whole);
    m_system->setObjectName(QStringLiteral("optionSystem"));
    addRow(tr("Model"), m_model, tr("Whose tokeniser counts; a run with another one counts anew."));
    addRow(tr("Template"), m_template, tr("How a conversation becomes one text."));
    addRow(tr("Longest conversation"), m_maxTokens, tr("What is longer is shortened."));
    addRow(tr("Too long"), m_tooLong,
        tr("Whole rounds at the end, all after the limit, or nothing: split makes several "
           "documents of whole rounds."));
    addRow(tr("Packing"), m_packing,
        tr("None: one conversation a sequence. Documents: several, that do not see each other. "
           "Stream: one endless text, cut anywhere, as EasyLM does it."));
    addRow(tr("Packed length"), m_length,
        tr("Tokens of a sequence; in documents at least the longest conversation."));
    addRow(tr("Stream"), makeStream(whole),
        tr("Where rows begin, and whether a second, trained EOS stands behind each record."));
    addRow(tr("System message"), m_system, tr("For records that have none. Empty: none."));
}

QWidget* OptionsSheet::makeStream(QWidget* whole)
{
    auto* holder = new QWidget(whole);
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    m_rule = new Segmented({tr("as Koala"), tr("newest EasyLM")}, "optionStreamRule", holder);
    m_rule->setAccessibleName(tr("Rule of the stream"));
    m_addEos = new QCheckBox(tr("second EOS behind each record"), holder);
    m_addEos->setObjectName(QStringLiteral("optionAddEos"));
    m_startWithBos = new QCheckBox(tr("BOS in front of each row"), holder);
    m_startWithBos->setObjectName(QStringLiteral("optionStartWithBos"));
    column->addWidget(m_rule, 0, Qt::AlignLeft);
    column->addWidget(m_addEos);
    column->addWidget(m_startWithBos);
    return holder;
}

void OptionsSheet::addRow(const QString& label, QWidget* field, const QString& note)
{
    const int row = m_grid->rowCount();
    auto* name = new TextLabel(label, TextRole::Body);
    auto* words = new TextLabel(note, TextRole::Secondary);
    words->setWordWrap(true);
    if (field->accessibleName().isEmpty())
        field->setAccessibleName(label);
    field->setToolTip(note);
    field->setAccessibleDescription(note);
    m_grid->addWidget(name, row, 0, Qt::AlignTop);
    m_grid->addWidget(field, row, 1, Qt::AlignTop);
    m_grid->addWidget(words, row, 2, Qt::AlignVCenter);
    name->setMinimumHeight(size::kControl);
}

void OptionsSheet::makePromptSets(const MixtureService& service)
{
    auto* holder = new QWidget;
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(6);
    QStringList sets = service.promptSets();
    for (const std::string& excluded : m_editor.base().excludePrompts)
        if (!sets.contains(qtext(excluded)))
            sets.append(qtext(excluded));
    for (const QString& set : sets) {
        auto* box = new QCheckBox(safeLine(set, 60), holder);
        box->setObjectName(QStringLiteral("exclude-") + set);
        box->setAccessibleName(tr("Exclude prompts of %1").arg(safeLine(set, 60)));
        column->addWidget(box);
        m_sets.emplace_back(set.toStdString(), box);
    }
    if (sets.isEmpty())
        column->addWidget(
            new TextLabel(tr("no prompt sets in this project"), TextRole::Secondary, holder));
    addRow(tr("Exclude prompts of"), holder,
        tr("Rows that ask one of these prompts are left out, so that tests stay tests."));
}

void OptionsSheet::fill(const MixtureService& service)
{
    const MixtureOptions now = optionsOf(m_editor.base());
    if (service.models().isEmpty() || now.model.empty())
        m_model->addItem(tr("the project's first"), QString());
    for (const QString& model : service.models())
        m_model->addItem(safeLine(model, 60), model);
    choose(*m_model, now.model);
    m_template->addItem(tr("the model's own"), QString());
    for (const QString& name : MixtureService::templateNames())
        m_template->addItem(name, name);
    choose(*m_template, now.chatTemplate);
    m_maxTokens->setValue(int(std::min<std::int64_t>(now.maxTokens, kLongest)));
    m_tooLong->setCurrent(int(now.tooLong));
    m_packing->setCurrent(int(now.packing));
    m_length->setValue(int(std::min<std::int64_t>(now.packingLength, kLongest)));
    m_rule->setCurrent(int(now.streamRule));
    m_addEos->setChecked(now.addEos);
    m_startWithBos->setChecked(now.startWithBos);
    m_system->setText(qtext(now.system));
    for (const auto& [set, box] : m_sets)
        box->setChecked(std::ranges::find(now.excludePrompts, set) != now.excludePrompts.end());
    m_evaluation->setChecked(now.allowEvaluationData);
    agree();
}

void OptionsSheet::agree()
{
    const bool documents = m_packing->current() == int(PackingMode::Documents);
    m_length->setEnabled(m_packing->current() != int(PackingMode::None));
    m_length->setMinimum(documents ? m_maxTokens->value() : 8);
    const bool stream = m_packing->current() == int(PackingMode::Stream);
    m_maxTokens->setEnabled(!stream); // a stream is cut anywhere
    m_tooLong->setEnabled(!stream);
    for (QWidget* field : std::initializer_list<QWidget*>{m_rule, m_addEos, m_startWithBos})
        field->setEnabled(stream);
    m_startWithBos->setEnabled(stream && m_rule->current() == int(StreamRule::Newest));
}

MixtureOptions OptionsSheet::options() const
{
    MixtureOptions chosen;
    chosen.model = m_model->currentData().toString().toStdString();
    chosen.chatTemplate = m_template->currentData().toString().toStdString();
    chosen.maxTokens = m_maxTokens->value();
    chosen.tooLong = TooLong(m_tooLong->current());
    chosen.packing = PackingMode(m_packing->current());
    chosen.packingLength = m_length->value();
    chosen.streamRule = StreamRule(m_rule->current());
    chosen.addEos = m_addEos->isChecked();
    chosen.startWithBos = m_startWithBos->isChecked();
    chosen.system = m_system->text().toStdString();
    for (const auto& [set, box] : m_sets)
        if (box->isChecked())
            chosen.excludePrompts.push_back(set);
    chosen.allowEvaluationData = m_evaluation->isChecked();
    return chosen;
}

} // namespace koala
