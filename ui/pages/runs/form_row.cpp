#include "ui/pages/runs/form_row.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/pages/runs/run_form_controller.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/segmented.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kTitleWidth = 140, kEditorWidth = 204, kNumberWidth = 120, kLeft = 22;
constexpr int kMostSegments = 3;

QString view(std::string_view text)
{
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

// How a bound reads: "0", "1e7", "0.5".
QString boundText(double bound)
{
    return QString::number(bound, 'g', 6);
}
} // namespace

QString optionTitle(std::string_view key)
{
    static const std::map<std::string_view, const char*> named = {
        {"lora_rank", QT_TRANSLATE_NOOP("Option", "Rank")},
        {"lora_alpha", QT_TRANSLATE_NOOP("Option", "Alpha")},
        {"lora_dropout", QT_TRANSLATE_NOOP("Option", "Dropout")},
        {"lora_targets", QT_TRANSLATE_NOOP("Option", "Matrices")},
        {"sequences", QT_TRANSLATE_NOOP("Option", "Sequences at once")},
        {"max_tokens", QT_TRANSLATE_NOOP("Option", "Longest sequence")},
        {"global_batch_tokens", QT_TRANSLATE_NOOP("Option", "Tokens an update")},
        {"clip", QT_TRANSLATE_NOOP("Option", "Gradient limit")},
        {"warmup_steps", QT_TRANSLATE_NOOP("Option", "Warm-up")},
        {"keep", QT_TRANSLATE_NOOP("Option", "Keep newest")},
    };
    if (const auto found = named.find(key); found != named.end())
        return QCoreApplication::translate("Option", found->second);
    QString title = view(key).replace(QLatin1Char('_'), QLatin1Char(' '));
    if (!title.isEmpty())
        title[0] = title[0].toUpper();
    return title;
}

FormRow::FormRow(RunFormController& controller, const OptionBinding& option, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_key(option.key), m_group(option.info.group),
      m_advanced(option.info.advanced),
      m_title(new TextLabel(optionTitle(option.key), TextRole::Body, this)),
      m_note(new TextLabel(TextRole::Secondary, this)),
      m_help(new TextLabel(TextRole::Secondary, this)),
      m_reset(iconButton("reset", tr("Reset %1").arg(optionTitle(option.key)), "form.reset", this)),
      m_info(iconButton("info", tr("About %1").arg(optionTitle(option.key)), "form.info", this))
{
    setObjectName(QStringLiteral("form.row.") + qtext(m_key));
    for (const std::string_view choice : option.info.choices)
        m_choices << view(choice);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kLeft, 4, 12, 4);
    row->setSpacing(8);
    m_title->setFixedWidth(kTitleWidth);
    m_title->setBuddy(nullptr);
    row->addWidget(m_title);
    QWidget* editor = makeEditor(option);
    editor->setAccessibleName(optionTitle(option.key));
    row->addWidget(editor);
    m_note->setElided(true);
    row->addWidget(m_note, 1);
    QSizePolicy keepsRoom = m_reset->sizePolicy();
    keepsRoom.setRetainSizeWhenHidden(true);
    m_reset->setSizePolicy(keepsRoom);
    m_reset->setObjectName(QStringLiteral("form.reset.") + qtext(m_key));
    row->addWidget(m_reset);
    row->addWidget(m_info);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    QString help = view(option.info.help);
    if (!help.isEmpty())
        help[0] = help[0].toUpper();
    QStringList about{help + QLatin1Char('.')};
    if (option.info.min && option.info.max)
        about << tr("From %1 to %2.").arg(boundText(*option.info.min), boundText(*option.info.max));
    about << tr("In recipes and on the command line: %1").arg(qtext(m_key));
    m_help->setText(about.join(QLatin1Char(' ')));
    m_help->setWordWrap(true);
    m_help->setForegroundRole(QPalette::WindowText);
    m_help->setContentsMargins(kLeft + kTitleWidth + 12, 0, 60, 10);
    m_help->hide();
    column->addWidget(m_help);
    m_info->setCheckable(false);
    connect(m_info, &QToolButton::clicked, this, [this] { setHelpShown(!m_helpShown); });
    connect(m_reset, &QToolButton::clicked, this, [this] { m_controller.reset(m_key); });
    refresh();
}

QWidget* FormRow::makeEditor(const OptionBinding& option)
{
    const QString name = QStringLiteral("form.") + qtext(m_key);
    const bool list = std::holds_alternative<std::vector<std::string>*>(option.field);
    const bool named = m_key == "model" || m_key == "mixture";
    if (std::holds_alternative<bool*>(option.field))
        m_choices = {QStringLiteral("false"), QStringLiteral("true")};
    if (!list && !m_choices.isEmpty() && m_choices.size() <= kMostSegments) {
        m_segments = new Segmented(m_choices, "", this);
        m_segments->setObjectName(name);
        connect(m_segments, &Segmented::chosen, this,
            [this](int index) { m_controller.set(m_key, m_choices[index]); });
        return m_segments;
    }
    if (named || (!list && !m_choices.isEmpty())) {
        m_combo = comboBox(optionTitle(option.key), "", this);
        m_combo->setObjectName(name);
        m_combo->setFixedWidth(kEditorWidth);
        m_combo->installEventFilter(this);
        for (const QString& choice : m_choices)
            m_combo->addItem(choice.isEmpty() ? tr("the mixture's own") : choice, choice);
        connect(m_combo, &QComboBox::activated, this,
            [this](int index) { m_controller.set(m_key, m_combo->itemData(index).toString()); });
        return m_combo;
    }
    m_line = new QLineEdit(this);
    m_line->setObjectName(name);
    const bool number = std::holds_alternative<std::int64_t*>(option.field) ||
                        std::holds_alternative<double*>(option.field);
    m_line->setFixedWidth(number ? kNumberWidth : kEditorWidth);
    m_line->installEventFilter(this);
    // Not textEdited: readers and tests set a text without typing it.
    connect(m_line, &QLineEdit::textChanged, this, [this](const QString& text) {
        if (m_refreshing)
            return;
        m_typing = true; // "0." is on its way to "0.5": it is not tidied under one's fingers
        m_controller.set(m_key, text);
        m_typing = false;
    });
    connect(m_line, &QLineEdit::editingFinished, this, &FormRow::refresh);
    return m_line;
}

bool FormRow::matches(const QString& words) const
{
    return words.isEmpty() || m_title->text().contains(words, Qt::CaseInsensitive) ||
           qtext(m_key).contains(words, Qt::CaseInsensitive) ||
           m_help->text().contains(words, Qt::CaseInsensitive);
}

void FormRow::refresh()
{
    const QString text = m_controller.text(m_key);
    if (m_combo != nullptr && (m_key == "model" || m_key == "mixture")) {
        const QStringList& there =
            m_key == "model" ? m_controller.choices().models : m_controller.choices().mixtures;
        if (m_combo->count() != there.size()) {
            m_combo->clear();
            for (const QString& slug : there)
                m_combo->addItem(slug, slug);
        }
    }
    if (m_combo != nullptr)
        m_combo->setCurrentIndex(m_combo->findData(text));
    if (m_segments != nullptr)
        m_segments->setCurrent(std::max<int>(0, int(m_choices.indexOf(text))));
    if (m_line != nullptr && !m_typing && m_line->text() != text) {
        m_refreshing = true;
        m_line->setText(text);
        m_refreshing = false;
    }
    const bool differs = m_controller.differs(m_key);
    const QString problem = m_controller.problem(m_key);
    const OptionBinding* option = m_controller.option(m_key);
    QString note;
    if (!problem.isEmpty())
        note = problem;
    else if (differs)
        note = tr("recipe: %1")
                   .arg(m_controller.baseText(m_key).isEmpty() ? tr("none")
                                                               : m_controller.baseText(m_key));
    else if (option != nullptr && !option->info.unit.empty())
        note = view(option->info.unit);
    m_note->setText(note);
    m_note->setTone(problem.isEmpty() ? Tone::Neutral : Tone::Bad);
    m_reset->setVisible(differs);
    setEnabled(option == nullptr || m_controller.used(*option));
    update();
}

void FormRow::setHelpShown(bool shown)
{
    m_helpShown = shown;
    m_help->setVisible(shown);
    update();
}

bool FormRow::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::FocusIn)
        setHelpShown(true);
    else if (event->type() == QEvent::FocusOut)
        setHelpShown(false);
    else if (event->type() == QEvent::Wheel && watched == m_combo && !m_combo->hasFocus()) {
        event->ignore(); // the form scrolls, a choice does not change by accident
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FormRow::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    if (m_helpShown)
        painter.fillRect(rect(), t.hover);
    if (m_controller.differs(m_key)) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.accent);
        painter.drawEllipse(QPointF(12, m_title->geometry().center().y() + 1), 3, 3);
    }
}

} // namespace koala
