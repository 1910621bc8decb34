#include "ui/widgets/token_view.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/widgets/card.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kMargin = 16, kTitleWidth = 76, kLine = 26, kIdLine = 16, kBox = 20, kGap = 2,
              kBlockGap = 10;

// The facts of one token in a frame under it.
class TokenTip final : public QFrame {
public:
    explicit TokenTip(QWidget* parent)
        : QFrame(parent), m_facts(new FactGrid(FactGrid::Align::Left, 64, this))
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        m_title = new TextLabel(TextRole::Code, this);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(12, 8, 12, 8);
        layout->setSpacing(4);
        layout->addWidget(m_title);
        layout->addWidget(m_facts);
        hide();
    }
    void tell(const TokenBox& token, const QString& piece, int place, std::size_t total,
        const QString& block, int times)
    {
        const QLocale locale;
        m_title->setText(piece + QStringLiteral("   id ") + locale.toString(token.id));
        m_facts->set(tr("Place"), tr("%1 of %2 · %3").arg(place + 1).arg(total).arg(block));
        m_facts->set(tr("Bytes"), token.bytes.isEmpty()
                                      ? tr("none, a control token")
                                      : QString::fromLatin1(token.bytes.left(24).toHex(' ')));
        m_facts->set(tr("Trained"), token.trained ? tr("yes") : tr("no, only read"));
        m_facts->set(tr("In this row"), times == 1 ? tr("once") : tr("%1 times").arg(times));
        layout()->activate();
        resize(std::max(sizeHint().width(), 240), sizeHint().height());
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(tokens().line);
        painter.setBrush(tokens().card);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }

private:
    TextLabel* m_title;
    FactGrid* m_facts;
};
} // namespace

TokenView::TokenView(const char* objectName, QWidget* parent)
    : QAbstractScrollArea(parent), m_tip(new TokenTip(viewport()))
{
    setObjectName(QString::fromLatin1(objectName));
    setAccessibleName(tr("Tokens of the conversation"));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setBackgroundRole(QPalette::Base);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    verticalScrollBar()->setSingleStep(kLine);
}

void TokenView::setTokens(std::vector<TokenBox> tokens, std::vector<TokenBlock> blocks)
{
    m_tokens = std::move(tokens);
    m_blocks = std::move(blocks);
    for (TokenBox& token : m_tokens)
        token.block = std::clamp(token.block, 0, std::max(0, int(m_blocks.size()) - 1));
    hover(-1);
    verticalScrollBar()->setValue(0);
    const auto trained = std::ranges::count_if(m_tokens, &TokenBox::trained);
    setAccessibleDescription(tr("%1 tokens, %2 of them trained").arg(m_tokens.size()).arg(trained));
    layOut();
}

void TokenView::setShowBlanks(bool shown)
{
    m_blanks = shown;
    layOut();
}

void TokenView::setShowIds(bool shown)
{
    m_ids = shown;
    layOut();
}

QString TokenView::plainText() const
{
    QByteArray bytes;
    for (const TokenBox& token : m_tokens)
        bytes += token.special ? token.text.toUtf8() : token.bytes;
    return QString::fromUtf8(bytes);
}

QString TokenView::shown(const TokenBox& token) const
{
    QString text = safeText(token.text, 80);
    if (!m_blanks || token.special)
        return text.replace(QLatin1Char('\n'), QLatin1Char(' '));
    text.replace(QLatin1Char(' '), QChar(0x00B7));
    text.replace(QLatin1Char('\n'), QChar(0x21B5));
    text.replace(QLatin1Char('\t'), QChar(0x2192));
    return text;
}

void TokenView::layOut()
{
    const QFontMetrics metrics(fontFor(TextRole::Body));
    const QFontMetrics idMetrics(tabular(fontFor(TextRole::Axis)));
    const int left = kMargin + kTitleWidth;
    const int right = std::max(left + 120, viewport()->width() - kMargin);
    const int lineHeight = kLine + (m_ids ? kIdLine : 0);
    m_placed.assign(m_tokens.size(), {});
    m_placedBlocks.assign(m_blocks.size(), {});
    m_lineTops.clear();
    int x = left;
    int top = kMargin - 6 - lineHeight;
    int block = -1;
    const auto newLine = [&](int extra) {
        top += lineHeight + extra;
        m_lineTops.push_back(top);
        x = left;
    };
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
        const TokenBox& token = m_tokens[i];
        int width = metrics.horizontalAdvance(shown(token)) + (token.special ? 12 : 2);
        if (m_ids)
            width = std::max(width, idMetrics.horizontalAdvance(QString::number(token.id)) + 4);
        if (token.block != block) {
            newLine(block < 0 ? 0 : kBlockGap);
            block = token.block;
            m_placedBlocks[std::size_t(block)].firstLine = int(m_lineTops.size()) - 1;
        } else if (x + width > right && x > left) {
            newLine(0);
        }
        ++m_placedBlocks[std::size_t(block)].tokens;
        m_placed[i] = {x, std::min(width, right - left), int(m_lineTops.size()) - 1};
        x += width + kGap;
        const bool last = i + 1 == m_tokens.size() || m_tokens[i + 1].block != block;
        if (!token.special && token.text.endsWith(QLatin1Char('\n')) && !last)
            newLine(0);
    }
    m_contentHeight = top + lineHeight + kMargin;
    verticalScrollBar()->setRange(0, std::max(0, m_contentHeight - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    viewport()->update();
}

int TokenView::lineTop(int line) const
{
    return m_lineTops[std::size_t(line)] - verticalScrollBar()->value();
}

QRect TokenView::boxOf(int token) const
{
    const Placed& placed = m_placed[std::size_t(token)];
    return {placed.x, lineTop(placed.line) + 3, placed.width, kBox};
}

int TokenView::tokenAt(const QPoint& position) const
{
    for (std::size_t i = 0; i < m_placed.size(); ++i)
        if (boxOf(int(i)).contains(position))
            return int(i);
    return -1;
}

void TokenView::paintEvent(QPaintEvent* event)
{
    const Tokens& colors = tokens();
    QPainter painter(viewport());
    painter.fillRect(event->rect(), colors.card);
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        if (m_placedBlocks[i].tokens == 0)
            continue;
        const int top = lineTop(m_placedBlocks[i].firstLine);
        painter.setFont(fontFor(TextRole::Strong));
        painter.setPen(m_blocks[i].answer ? colors.accent : colors.text);
        painter.drawText(QRect(kMargin, top + 3, kTitleWidth - 8, kBox),
            Qt::AlignLeft | Qt::AlignVCenter, m_blocks[i].title);
        painter.setFont(tabular(fontFor(TextRole::Secondary)));
        painter.setPen(colors.secondary);
        painter.drawText(QRect(kMargin, top + 20, kTitleWidth - 8, 16),
            Qt::AlignLeft | Qt::AlignVCenter, QLocale().toString(m_placedBlocks[i].tokens));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    const QFont body = fontFor(TextRole::Body);
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
        const QRect box = boxOf(int(i));
        if (box.bottom() < event->rect().top() - kIdLine || box.top() > event->rect().bottom())
            continue;
        const TokenBox& token = m_tokens[i];
        const bool hot = int(i) == m_hovered;
        painter.setFont(body);
        if (token.special) {
            painter.setPen(QPen(token.trained ? colors.accent : colors.line, 1));
            painter.setBrush(colors.card);
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        } else {
            painter.fillRect(box, token.trained ? colors.selected : colors.sunken);
            if (token.trained)
                painter.fillRect(
                    QRect(box.left(), box.bottom() - 1, box.width(), 2), colors.accent);
        }
        if (hot) {
            painter.setPen(QPen(colors.accent, 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(QRectF(box).adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3);
        }
        painter.setPen(token.fromTemplate && !token.special ? colors.secondary : colors.text);
        painter.drawText(box, Qt::AlignCenter | Qt::TextSingleLine, shown(token));
        if (m_ids) {
            painter.setFont(tabular(fontFor(TextRole::Axis)));
            painter.setPen(colors.secondary);
            painter.drawText(QRect(box.left(), box.bottom() + 2, box.width(), kIdLine - 2),
                Qt::AlignCenter, QString::number(token.id));
        }
    }
}

void TokenView::hover(int token)
{
    if (token == m_hovered)
        return;
    m_hovered = token;
    auto* tip = static_cast<TokenTip*>(m_tip);
    if (token < 0) {
        tip->hide();
    } else {
        const TokenBox& box = m_tokens[std::size_t(token)];
        const auto times = std::ranges::count(m_tokens, box.id, &TokenBox::id);
        tip->tell(box, shown(box), token, m_tokens.size(), m_blocks[std::size_t(box.block)].title,
            int(times));
        const QRect place = boxOf(token);
        int y = place.bottom() + 6;
        if (y + tip->height() > viewport()->height())
            y = std::max(0, place.top() - 6 - tip->height());
        tip->move(
            std::clamp(place.left() - 12, 4, std::max(4, viewport()->width() - tip->width() - 4)),
            y);
        tip->show();
        tip->raise();
    }
    viewport()->update();
    Q_EMIT hovered(token);
}

void TokenView::mouseMoveEvent(QMouseEvent* event)
{
    hover(tokenAt(event->position().toPoint()));
}

void TokenView::keyPressEvent(QKeyEvent* event)
{
    const int count = int(m_tokens.size());
    if (event->matches(QKeySequence::Copy))
        QApplication::clipboard()->setText(plainText());
    else if (event->key() == Qt::Key_Right && count > 0)
        hover(std::min(m_hovered + 1, count - 1));
    else if (event->key() == Qt::Key_Left && count > 0)
        hover(std::max(m_hovered - 1, 0));
    else if (event->key() == Qt::Key_Escape && m_hovered >= 0)
        hover(-1);
    else
        QAbstractScrollArea::keyPressEvent(event);
}

bool TokenView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        hover(-1);
    return QAbstractScrollArea::viewportEvent(event);
}

void TokenView::scrollContentsBy(int, int)
{
    hover(-1);
    viewport()->update();
}

void TokenView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    layOut();
}

void TokenView::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        layOut();
}

} // namespace koala
