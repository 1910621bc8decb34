#include "ui/pages/runs/run_form.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/pages/runs/form_row.h"
#include "ui/pages/runs/run_preview.h"
#include "ui/services/words.h"
#include "ui/widgets/card.h"
#include "ui/widgets/inputs.h"

namespace koala {

namespace {
constexpr int kGroupsWidth = 164, kFormWidth = 920;

QString view(std::string_view text)
{
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

// The form's words for a group; the declaration's own where they are short.
QString groupTitle(std::string_view group)
{
    return group == "Checkpoints and measures" ? QObject::tr("Saving") : view(group);
}

// One group in the list at the left: its name, and how many fields differ.
class GroupButton final : public QAbstractButton {
public:
    GroupButton(const QString& name, QWidget* parent) : QAbstractButton(parent)
    {
        setText(name);
        setAccessibleName(name);
        setObjectName(QStringLiteral("form.group.") + name);
        setFocusPolicy(Qt::TabFocus);
        setAttribute(Qt::WA_Hover);
        setFixedHeight(size::kRailEntry);
    }
    void setCount(int count, bool used)
    {
        m_count = count;
        m_used = used;
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Tokens& t = tokens();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        if (underMouse() || hasFocus()) {
            painter.setPen(hasFocus() ? QPen(t.accent) : QPen(Qt::NoPen));
            painter.setBrush(t.hover);
            painter.drawRoundedRect(
                QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), size::kCorner, size::kCorner);
        }
        painter.setFont(fontFor(m_count > 0 ? TextRole::Strong : TextRole::Body));
        painter.setPen(m_used ? t.text : t.secondary);
        const QRect r = rect().adjusted(8, 0, -8, 0);
        const QString right = !m_used       ? QObject::tr("not used")
                              : m_count > 0 ? QString::number(m_count)
                                            : QString();
        QFontMetrics metrics(painter.font());
        painter.drawText(r, Qt::AlignVCenter | Qt::AlignLeft,
            metrics.elidedText(text(), Qt::ElideRight, r.width() - (right.isEmpty() ? 0 : 24)));
        painter.setFont(fontFor(TextRole::Secondary));
        painter.setPen(t.secondary);
        painter.drawText(r, Qt::AlignVCenter | Qt::AlignRight, right);
        if (m_used && m_count > 0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(t.accent);
            painter.drawEllipse(
                QPointF(r.right() - painter.fontMetrics().horizontalAdvance(right) - 8,
                    r.center().y() + 1),
                3, 3);
        }
    }

private:
    int m_count = 0;
    bool m_used = true;
};
} // namespace

RunForm::RunForm(RunFormController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_preview(new RunPreview(controller, this))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeGroups());
    row->addWidget(new Hairline(Qt::Vertical, this));
    row->addWidget(makeFields(), 1);
    row->addWidget(m_preview);
    connect(&m_controller, &RunFormController::choicesChanged, this, &RunForm::refreshChoices);
    connect(&m_controller, &RunFormController::valuesChanged, this, &RunForm::refresh);
    connect(&m_controller, &RunFormController::factsChanged, m_preview, &RunPreview::refresh);
    setAdvanced(false);
    refresh();
}

QWidget* RunForm::makeGroups()
{
    auto* side = new QWidget(this);
    side->setFixedWidth(kGroupsWidth);
    m_groupColumn = new QVBoxLayout(side);
    m_groupColumn->setContentsMargins(8, 12, 8, 8);
    m_groupColumn->setSpacing(0);
    auto* find = new SearchField(tr("Find field"), "form.find", side);
    connect(find, &SearchField::searched, this, &RunForm::filter);
    m_groupColumn->addWidget(find);
    m_groupColumn->addSpacing(12);
    return side;
}

QWidget* RunForm::makeFields()
{
    auto* content = new QWidget(this);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(size::kGap, size::kGap, size::kGap, size::kGap);
    column->setSpacing(size::kGap);
    auto* recipe = new Card(tr("Recipe"), content);
    recipe->setMaximumWidth(kFormWidth);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(22, 4, 12, 10);
    line->setSpacing(8);
    auto* label = new TextLabel(tr("Begin with"), TextRole::Body, recipe);
    label->setFixedWidth(140);
    line->addWidget(label);
    m_recipe = comboBox(tr("Recipe"), "form.recipe", recipe);
    m_recipe->setFixedWidth(204);
    line->addWidget(m_recipe);
    auto* words =
        new TextLabel(tr("changes below are written as --set"), TextRole::Secondary, recipe);
    words->setElided(true);
    line->addWidget(words, 1);
    recipe->body()->addLayout(line);
    column->addWidget(recipe);
    connect(m_recipe, &QComboBox::activated, this,
        [this](int index) { m_controller.chooseRecipe(index); });
    for (const OptionBinding& option : m_controller.options()) {
        const std::string group(option.info.group);
        Card*& card = m_cards[group];
        if (card == nullptr) {
            card = new Card(groupTitle(option.info.group), content);
            card->setMaximumWidth(kFormWidth);
            card->body()->setContentsMargins(0, 2, 0, 6);
            column->addWidget(card);
            auto* button = new GroupButton(groupTitle(option.info.group), this);
            m_groupButtons[group] = button;
            m_groupColumn->addWidget(button);
            connect(button, &QAbstractButton::clicked, this,
                [this, card] { m_scroll->verticalScrollBar()->setValue(card->y() - size::kGap); });
        }
        auto* field = new FormRow(m_controller, option, card);
        card->body()->addWidget(field);
        m_rows.push_back(field);
    }
    m_groupColumn->addStretch();
    column->addStretch();
    m_scroll = scrollArea(content, "form.scroll", this);
    return m_scroll;
}

void RunForm::setAdvanced(bool advanced)
{
    m_advanced = advanced;
    filter(m_words);
}

void RunForm::filter(const QString& words)
{
    m_words = words;
    std::map<std::string, int> shown;
    for (FormRow* row : m_rows) {
        // A field that was changed stays in sight.
        const bool visible =
            row->matches(words) && (m_advanced || !row->advanced() || !words.isEmpty() ||
                                       m_controller.differs(row->key()));
        row->setVisible(visible);
        shown[row->group()] += visible;
    }
    for (const auto& [group, card] : m_cards)
        card->setVisible(shown[group] > 0);
}

void RunForm::refreshChoices()
{
    m_recipe->clear();
    m_recipe->addItems(m_controller.recipes());
    m_recipe->setCurrentIndex(m_controller.recipe());
    for (int i = 0; i < m_recipe->count(); ++i)
        m_recipe->setItemData(i,
            m_controller.choices().recipes[std::size_t(i)].firstLine.toHtmlEscaped(),
            Qt::ToolTipRole);
    refresh();
}

void RunForm::refresh()
{
    for (FormRow* row : m_rows)
        row->refresh();
    for (const auto& [group, card] : m_cards) {
        const int count = m_controller.differences(group);
        card->setFacts(count == 0 ? QString() : tr("%1 not the recipe's").arg(count));
        const bool used = group != "Adapter" || m_controller.config().method == "lora";
        static_cast<GroupButton*>(m_groupButtons[group])->setCount(count, used);
    }
    m_preview->refresh();
}

} // namespace koala
