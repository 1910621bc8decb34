#include "ui/widgets/safe_text.h"

#include <QScrollBar>
#include <QTextBlock>
#include <QTextLayout>

#include "core/base/utf8.h"

namespace koala {

namespace {
QString cleaned(const QString& text, int limit, bool oneLine)
{
    QString result;
    const qsizetype shown = std::min<qsizetype>(text.size(), limit);
    result.reserve(shown);
    for (qsizetype i = 0; i < shown; ++i) {
        const QChar c = text[i];
        const ushort code = c.unicode();
        if (code == u'\n' || code == u'\t') {
            if (oneLine)
                result += code == u'\n' ? QStringLiteral("↵") : QStringLiteral(" ");
            else
                result += c;
        } else if (code == u'\r') {
            if (i + 1 >= text.size() || text[i + 1] != u'\n')
                result += QChar(0x240D);
        } else if (code < 0x20) {
            result += QChar(0x2400 + code);
        } else if (code == 0x7f) {
            result += QChar(0x2421);
        } else if (code >= 0x80 && code < 0xa0) {
            result += QStringLiteral("⟨U+%1⟩").arg(code, 4, 16, QLatin1Char('0')).toUpper();
        } else if (code == 0x2028 || code == 0x2029) {
            result += oneLine ? QStringLiteral("↵") : QStringLiteral("\n");
        } else if ((code >= 0x200b && code <= 0x200f && code != 0x200c && code != 0x200d) ||
                   (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
                   code == 0xfeff) {
            result += QStringLiteral("⟨U+%1⟩").arg(QString::number(code, 16).toUpper());
        } else {
            result += c;
        }
    }
    if (text.size() > shown) {
        if (!result.isEmpty() && result.back().isHighSurrogate())
            result.chop(1);
        result += QStringLiteral("… (%1 more)").arg(text.size() - shown);
    }
    return result;
}
} // namespace

QString safeText(const QString& text, int limit)
{
    return cleaned(text, limit, false);
}

QString safeText(std::string_view bytes, int limit)
{
    // Never converts more than could be shown: a character takes at most four bytes.
    const std::string_view head = bytes.substr(0, std::size_t(limit) * 4 + 4);
    QString text = QString::fromStdString(toValidUtf8(head));
    QString result = cleaned(text, limit, false);
    if (head.size() < bytes.size() && text.size() <= limit)
        result += QStringLiteral("…");
    return result;
}

QString safeLine(const QString& text, int limit)
{
    QString line = cleaned(text, limit, true);
    return line;
}

QString safeLine(std::string_view bytes, int limit)
{
    return cleaned(QString::fromStdString(toValidUtf8(bytes.substr(0, std::size_t(limit) * 4 + 4))),
        limit, true);
}

SafeTextView::SafeTextView(QWidget* parent) : QPlainTextEdit(parent)
{
    setReadOnly(true);
    setFrameShape(QFrame::NoFrame);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    setTabChangesFocus(true);
    document()->setDocumentMargin(0);
    viewport()->setAutoFillBackground(false);
}

void SafeTextView::setSafeText(const QString& foreign)
{
    const QString text = safeText(foreign);
    if (text != toPlainText())
        setPlainText(text);
    m_marks.clear();
    setExtraSelections({});
    fit();
}

void SafeTextView::setMarks(std::vector<TextMark> marks)
{
    m_marks = std::move(marks);
    applyMarks();
}

void SafeTextView::applyMarks()
{
    const Tokens& t = tokens();
    QList<QTextEdit::ExtraSelection> selections;
    const int length = document()->characterCount() - 1;
    for (const TextMark& mark : m_marks) {
        if (mark.start < 0 || mark.start >= length)
            continue;
        QTextEdit::ExtraSelection selection;
        selection.cursor = QTextCursor(document());
        selection.cursor.setPosition(mark.start);
        selection.cursor.setPosition(
            std::min(mark.start + mark.length, length), QTextCursor::KeepAnchor);
        QTextCharFormat& format = selection.format;
        const auto underlined = [&](const QColor& tint, const QColor& line,
                                    QTextCharFormat::UnderlineStyle style) {
            format.setBackground(tint);
            format.setUnderlineColor(line);
            format.setUnderlineStyle(style);
        };
        switch (mark.kind) {
        case TextMark::Kind::Trained:
            underlined(t.selected, t.accent, QTextCharFormat::SingleUnderline);
            break;
        case TextMark::Kind::OnlyA:
            underlined(t.aTint, t.a, QTextCharFormat::DashUnderline);
            break;
        case TextMark::Kind::OnlyB:
            underlined(t.bTint, t.b, QTextCharFormat::SingleUnderline);
            break;
        case TextMark::Kind::Match:
            format.setBackground(t.warningTint);
            break;
        case TextMark::Kind::Shared:
            underlined(t.track, t.secondary, QTextCharFormat::DotLine);
            break;
        case TextMark::Kind::Chip:
            format.setBackground(t.sunken);
            format.setForeground(t.secondary);
            break;
        case TextMark::Kind::Quiet:
            format.setForeground(t.secondary);
            break;
        }
        selections.append(selection);
    }
    setExtraSelections(selections);
}

void SafeTextView::setFitsContent(bool fits)
{
    m_fits = fits;
    setVerticalScrollBarPolicy(fits ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, fits ? QSizePolicy::Fixed : QSizePolicy::Expanding);
    fit();
}

void SafeTextView::fit()
{
    if (m_fits)
        updateGeometry();
}

QSize SafeTextView::sizeHint() const
{
    if (!m_fits)
        return QPlainTextEdit::sizeHint();
    qreal height = 0;
    for (QTextBlock block = document()->firstBlock(); block.isValid(); block = block.next())
        height += blockBoundingRect(block).height();
    return {QPlainTextEdit::sizeHint().width(), int(std::ceil(height)) + 2};
}

QSize SafeTextView::minimumSizeHint() const
{
    return m_fits ? QSize(60, sizeHint().height()) : QSize(60, 40);
}

void SafeTextView::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        applyMarks();
}

void SafeTextView::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    fit();
}

} // namespace koala
