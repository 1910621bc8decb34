#include "ui/pages/data/step_options_form.h"

#include <cmath>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kSettleMs = 400;
constexpr int kListHeight = 84;

QString qview(std::string_view text)
{
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

QStringList textsOf(const Json& list)
{
    QStringList texts;
    for (const Json& item : list)
        if (item.is_string())
            texts << qtext(item.get<std::string>());
    return texts;
}

Json listOf(const QString& text)
{
    Json list = Json::array();
    for (const QString& line : text.split(QLatin1Char('\n')))
        if (!line.trimmed().isEmpty())
            list.push_back(line.trimmed().toStdString());
    return list;
}

// Shares need two digits, counts none.
int decimalsOf(const StepOption& option)
{
    return option.most <= 1.0 ? 2 : 0;
}
} // namespace

StepOptionsForm::StepOptionsForm(QWidget* parent) : QWidget(parent)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 10, 16, 10);
    m_grid = new QGridLayout;
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(0, 1);
    layout->addLayout(m_grid);
    layout->addStretch(1);
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    connect(&m_settle, &QTimer::timeout, this, [this] { Q_EMIT optionsChanged(m_options); });
}

void StepOptionsForm::show(const CleaningStep* step)
{
    if (step != nullptr && step->id == m_id && (m_settle.isActive() || step->options == m_options))
        return; // what is being typed is newer
    m_settle.stop();
    m_id = step == nullptr ? std::string() : step->id;
    m_type = step == nullptr ? nullptr : findStepType(step->type);
    m_options = step == nullptr ? Json::object() : step->options;
    build();
}

void StepOptionsForm::build()
{
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_help.clear();
    if (m_type == nullptr)
        return;
    const Result<Json> complete = completeOptions(*m_type, m_options);
    if (!complete.ok()) {
        m_grid->addWidget(new TextLabel(qtext(complete.error().message)), 0, 0);
        return;
    }
    int row = 0;
    for (const StepOption& option : m_type->options) {
        auto* label = new TextLabel(qview(option.title), TextRole::Body, this);
        label->setElided(true);
        QWidget* editor = editorOf(option, complete->at(std::string(option.name)));
        editor->setObjectName(QStringLiteral("option-") + qview(option.name));
        editor->setAccessibleName(qview(option.title));
        editor->setAccessibleDescription(qview(option.help));
        const bool tall = option.kind == OptionKind::List || option.kind == OptionKind::PromptSet;
        m_grid->addWidget(label, row, 0, 1, tall ? 2 : 1);
        if (tall)
            m_grid->addWidget(editor, ++row, 0, 1, 2);
        else
            m_grid->addWidget(editor, row, 1, Qt::AlignRight | Qt::AlignVCenter);
        auto* help = new TextLabel(qview(option.help), TextRole::Secondary, this);
        help->setWordWrap(true);
        help->setVisible(m_helpShown);
        m_grid->addWidget(help, ++row, 0, 1, 2);
        m_help.push_back(help);
        ++row;
    }
}

QWidget* StepOptionsForm::editorOf(const StepOption& option, const Json& value)
{
    const StepOption* declared = &option; // lives as long as the program
    switch (option.kind) {
    case OptionKind::Bool: {
        auto* box = new QCheckBox(this);
        box->setChecked(value.get<bool>());
        connect(box, &QCheckBox::toggled, this, [this, declared](bool on) { set(*declared, on); });
        return box;
    }
    case OptionKind::Number: {
        auto* box = new QDoubleSpinBox(this);
        box->setDecimals(decimalsOf(option));
        box->setSingleStep(option.most <= 1.0 ? 0.05 : 1.0);
        box->setRange(option.least, option.most);
        box->setValue(value.get<double>());
        box->setFixedWidth(112);
        connect(box, &QDoubleSpinBox::valueChanged, this, [this, declared](double number) {
            set(*declared, decimalsOf(*declared) == 0 ? Json(std::int64_t(std::llround(number)))
                                                      : Json(number));
        });
        return box;
    }
    case OptionKind::Choice: {
        auto* box = new QComboBox(this);
        for (const std::string_view choice : option.choices)
            box->addItem(qview(choice).replace(QLatin1Char('_'), QLatin1Char(' ')), qview(choice));
        box->setCurrentIndex(box->findData(qtext(value.get<std::string>())));
        connect(box, &QComboBox::currentIndexChanged, this,
            [this, declared, box] { set(*declared, box->currentData().toString().toStdString()); });
        return box;
    }
    case OptionKind::Text: {
        auto* edit = new QLineEdit(qtext(value.get<std::string>()), this);
        connect(edit, &QLineEdit::textChanged, this,
            [this, declared](const QString& text) { set(*declared, text.toStdString()); });
        return edit;
    }
    case OptionKind::List: {
        auto* edit = new QPlainTextEdit(textsOf(value).join(QLatin1Char('\n')), this);
        edit->setFixedHeight(kListHeight);
        edit->setTabChangesFocus(true);
        edit->setPlaceholderText(tr("one a line"));
        connect(edit, &QPlainTextEdit::textChanged, this,
            [this, declared, edit] { set(*declared, listOf(edit->toPlainText())); });
        return edit;
    }
    case OptionKind::PromptSet: {
        auto* sets = new QWidget(this);
        auto* column = new QVBoxLayout(sets);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(4);
        const QStringList chosen = textsOf(value);
        QStringList names = m_promptSets;
        for (const QString& name : chosen)
            if (!names.contains(name))
                names << name;
        if (names.isEmpty())
            column->addWidget(
                new TextLabel(tr("the project has no prompt set"), TextRole::Secondary, sets));
        for (const QString& name : names) {
            auto* box = new QCheckBox(safeLine(name, 60), sets);
            box->setObjectName(QStringLiteral("set-") + name);
            box->setProperty("slug", name);
            box->setChecked(chosen.contains(name));
            column->addWidget(box);
            connect(box, &QCheckBox::toggled, this, [this, declared, sets] {
                Json list = Json::array();
                for (const QCheckBox* each : sets->findChildren<QCheckBox*>())
                    if (each->isChecked())
                        list.push_back(each->property("slug").toString().toStdString());
                set(*declared, list);
            });
        }
        return sets;
    }
    case OptionKind::Rows:
    case OptionKind::Edits:
        return new TextLabel(
            counted(qint64(value.size()), tr("row"), tr("rows")), TextRole::Secondary, this);
    }
    return new QWidget(this);
}

void StepOptionsForm::set(const StepOption& option, const Json& value)
{
    const Json fallback = Json::parse(option.fallback, nullptr, false);
    if (value == fallback)
        m_options.erase(std::string(option.name));
    else
        m_options[std::string(option.name)] = value;
    m_settle.start();
}

void StepOptionsForm::setHelpShown(bool shown)
{
    m_helpShown = shown;
    for (QWidget* help : m_help)
        help->setVisible(shown);
}

void StepOptionsForm::reset()
{
    m_options = Json::object();
    build();
    Q_EMIT optionsChanged(m_options);
}

} // namespace koala
