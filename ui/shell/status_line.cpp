#include "ui/shell/status_line.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>

#include "ui/widgets/icons.h"

namespace koala {

namespace {
constexpr int kInset = 12, kBetween = 10, kSparkWidth = 56;

class Part : public QAbstractButton {
public:
    Part(const char* objectName, QWidget* parent) : QAbstractButton(parent)
    {
        setObjectName(QLatin1StringView(objectName));
        setFocusPolicy(Qt::TabFocus);
        setAttribute(Qt::WA_Hover);
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
        setCursor(Qt::PointingHandCursor);
    }

protected:
    void paintGround(QPainter& painter, bool lineRight)
    {
        const Tokens& t = tokens();
        if (underMouse())
            painter.fillRect(rect(), t.hover);
        if (hasFocus()) {
            painter.setPen(t.accent);
            painter.drawRect(rect().adjusted(1, 1, -2, -2));
        }
        painter.fillRect(QRect(lineRight ? width() - 1 : 0, 0, 1, height()), t.line);
    }
};
} // namespace

class StatusLine::RunPart final : public Part {
public:
    explicit RunPart(QWidget* parent) : Part("status.run", parent) {}
    void set(const RunningFacts* facts)
    {
        m_facts = facts != nullptr ? std::optional(*facts) : std::nullopt;
        setAccessibleName(
            m_facts
                ? QStringList{m_facts->name, m_facts->progress, m_facts->loss, m_facts->left}.join(
                      QStringLiteral(", "))
                : QObject::tr("nothing is running"));
        updateGeometry();
        update();
    }
    QSize sizeHint() const override
    {
        const QFontMetrics small(fontFor(TextRole::Secondary));
        if (!m_facts)
            return {small.horizontalAdvance(QObject::tr("nothing is running")) + 2 * kInset,
                size::kStatusLine};
        int width = 2 * kInset + 34 + QFontMetrics(bold()).horizontalAdvance(m_facts->name) +
                    kSparkWidth + kBetween;
        for (const QString& text : {m_facts->progress, m_facts->loss, m_facts->left})
            if (!text.isEmpty())
                width += kBetween + small.horizontalAdvance(text);
        return {width, size::kStatusLine};
    }

protected:
    static QFont bold()
    {
        QFont font = fontFor(TextRole::Secondary);
        font.setWeight(QFont::DemiBold);
        return font;
    }
    void paintEvent(QPaintEvent*) override
    {
        const Tokens& t = tokens();
        QPainter painter(this);
        paintGround(painter, true);
        painter.setFont(fontFor(TextRole::Secondary));
        painter.setPen(t.secondary);
        if (!m_facts) {
            painter.drawText(rect().adjusted(kInset, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                QObject::tr("nothing is running"));
            return;
        }
        int x = kInset;
        paintSeriesKey(painter, QRect(x, 0, 28, height()), SeriesKey{m_facts->key});
        x += 34;
        const auto write = [&](const QString& text, const QFont& font, const QColor& color) {
            painter.setFont(font);
            painter.setPen(color);
            painter.drawText(
                QRect(x, 0, width(), height()), Qt::AlignVCenter | Qt::AlignLeft, text);
            x += painter.fontMetrics().horizontalAdvance(text) + kBetween;
        };
        write(m_facts->name, bold(), t.text);
        for (const QString& text : {m_facts->progress, m_facts->loss, m_facts->left})
            if (!text.isEmpty())
                write(text, fontFor(TextRole::Secondary), t.secondary);
        paintSpark(painter, QRectF(x, 8, kSparkWidth, height() - 16));
    }

private:
    void paintSpark(QPainter& painter, const QRectF& area)
    {
        const auto& y = m_facts->recentLoss;
        if (y.size() < 2)
            return;
        const auto [low, high] = std::ranges::minmax(y);
        QPainterPath path;
        for (std::size_t i = 0; i < y.size(); ++i) {
            const QPointF at(area.x() + area.width() * double(i) / double(y.size() - 1),
                area.bottom() - (high > low ? (y[i] - low) / (high - low) : 0.5) * area.height());
            i == 0 ? path.moveTo(at) : path.lineTo(at);
        }
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(SeriesKey{m_facts->key}.color(), 1.4));
        painter.drawPath(path);
    }
    std::optional<RunningFacts> m_facts;
};

class StatusLine::TextPart final : public Part {
public:
    TextPart(const char* iconName, const char* objectName, bool lineRight, QWidget* parent)
        : Part(objectName, parent), m_icon(iconName), m_lineRight(lineRight)
    {
    }
    void set(const QString& text, Tone tone = Tone::Neutral)
    {
        setText(text);
        setAccessibleName(text);
        m_tone = tone;
        updateGeometry();
        update();
    }
    QSize sizeHint() const override
    {
        return {QFontMetrics(fontFor(TextRole::Secondary)).horizontalAdvance(text()) + 2 * kInset +
                    (m_icon ? 22 : 0) + 1,
            size::kStatusLine};
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Tokens& t = tokens();
        QPainter painter(this);
        paintGround(painter, m_lineRight);
        int x = kInset;
        if (m_icon != nullptr) {
            paintIcon(painter, m_icon, QRect(x, height() / 2 - 7, 14, 14), t.strong(m_tone));
            x += 22;
        }
        painter.setFont(fontFor(TextRole::Secondary));
        painter.setPen(t.secondary);
        painter.drawText(
            QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::AlignLeft, text());
    }

private:
    const char* m_icon;
    bool m_lineRight;
    Tone m_tone = Tone::Neutral;
};

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent), m_run(new RunPart(this)),
      m_computer(new TextPart("cpu", "status.computer", true, this)),
      m_palette(new TextPart(nullptr, "status.palette", false, this)),
      m_notices(new TextPart("bell", "status.notices", false, this))
{
    setObjectName(QStringLiteral("statusLine"));
    setFixedHeight(size::kStatusLine);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 1, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_run);
    row->addWidget(m_computer);
    row->addStretch();
    row->addWidget(m_palette);
    row->addWidget(m_notices);
    m_run->set(nullptr);
    m_computer->set(tr("this computer"));
    m_palette->set(QStringLiteral("Ctrl+K"));
    m_palette->setAccessibleName(tr("Find anything"));
    setNotices(0, Tone::Neutral);
    connect(m_run, &QAbstractButton::clicked, this, &StatusLine::runPressed);
    connect(m_computer, &QAbstractButton::clicked, this, &StatusLine::computerPressed);
    connect(m_palette, &QAbstractButton::clicked, this, &StatusLine::palettePressed);
    connect(m_notices, &QAbstractButton::clicked, this, &StatusLine::noticesPressed);
}

void StatusLine::setRunning(const RunningFacts* facts)
{
    m_run->set(facts);
}
void StatusLine::setComputer(const QString& words)
{
    m_computer->set(words);
}

void StatusLine::setNotices(int count, Tone tone)
{
    m_notices->set(count == 0   ? tr("no notices")
                   : count == 1 ? tr("1 notice")
                                : tr("%1 notices").arg(count),
        tone);
}

QWidget* StatusLine::noticeAnchor() const
{
    return m_notices;
}

void StatusLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), tokens().window);
    painter.fillRect(QRect(0, 0, width(), 1), tokens().line);
}

} // namespace koala
