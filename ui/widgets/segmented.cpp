#include "ui/widgets/segmented.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QToolButton>

#include "ui/widgets/theme.h"

namespace koala {

namespace {
// Draws nothing of the style's: the frame draws the grounds, so corners stay round.
class Segment final : public QToolButton {
public:
    explicit Segment(QWidget* parent) : QToolButton(parent)
    {
        setCheckable(true);
        setFocusPolicy(Qt::TabFocus);
    }
    QSize minimumSizeHint() const override { return sizeHint(); }
    QSize sizeHint() const override
    {
        return {
            QFontMetrics(fontFor(TextRole::Strong)).horizontalAdvance(text()) + 24, size::kControl};
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Tokens& t = tokens();
        QPainter painter(this);
        painter.setFont(fontFor(isChecked() ? TextRole::Strong : TextRole::Body));
        painter.setPen(!isEnabled() ? t.disabled : isChecked() ? t.text : t.secondary);
        painter.drawText(rect(), Qt::AlignCenter, text());
        if (hasFocus()) {
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(t.accent);
            painter.drawRoundedRect(QRectF(rect()).adjusted(3.5, 3.5, -3.5, -3.5), 3, 3);
        }
    }
};
} // namespace

Segmented::Segmented(const QStringList& choices, const char* objectName, QWidget* parent)
    : QFrame(parent), m_group(new QButtonGroup(this))
{
    setObjectName(QLatin1StringView(objectName));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    for (int i = 0; i < choices.size(); ++i) {
        auto* segment = new Segment(this);
        segment->setText(choices[i]);
        segment->setAccessibleName(choices[i]);
        segment->setObjectName(QStringLiteral("%1.%2").arg(QLatin1StringView(objectName)).arg(i));
        m_group->addButton(segment, i);
        row->addWidget(segment);
        connect(segment, &QToolButton::toggled, this, qOverload<>(&QWidget::update));
    }
    setCurrent(0);
    // Not idClicked: readers toggle a segment without clicking it.
    connect(m_group, &QButtonGroup::idToggled, this, [this](int id, bool checked) {
        if (checked && !m_setting)
            Q_EMIT chosen(id);
    });
}

int Segmented::current() const
{
    return m_group->checkedId();
}

void Segmented::setCurrent(int index)
{
    m_setting = true;
    if (QAbstractButton* button = m_group->button(index))
        button->setChecked(true);
    m_setting = false;
}

void Segmented::setSegmentEnabled(int index, bool enabled, const QString& why)
{
    if (QAbstractButton* button = m_group->button(index)) {
        button->setEnabled(enabled);
        button->setToolTip(why);
    }
}

void Segmented::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath frame;
    frame.addRoundedRect(
        QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), size::kCorner, size::kCorner);
    painter.fillPath(frame, t.card);
    painter.save();
    painter.setClipPath(frame);
    const auto buttons = m_group->buttons();
    for (const QAbstractButton* button : buttons)
        if (button->isChecked())
            painter.fillRect(button->geometry(), t.selected);
    for (qsizetype i = 1; i < buttons.size(); ++i)
        painter.fillRect(QRect(buttons[i]->x(), 0, 1, height()), t.line);
    painter.restore();
    painter.setPen(t.line);
    painter.drawPath(frame);
}

} // namespace koala
