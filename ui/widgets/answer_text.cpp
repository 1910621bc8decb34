#include "ui/widgets/answer_text.h"

#include <QApplication>
#include <QClipboard>
#include <QPainter>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextCursor>
#include <QVBoxLayout>
#include <QWheelEvent>

#include "ui/widgets/buttons.h"
#include "ui/widgets/text_label.h"
#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kListIndent = 18;
constexpr double kLineHeight = 20;

// Writes a document from plain text and remembers where each character went.
class Builder {
public:
    Builder(QTextDocument& document, qsizetype sourceLength)
        : m_cursor(&document), m_place(std::size_t(sourceLength) + 1, -1)
    {
        m_plain.setFont(fontFor(TextRole::Body));
        m_plain.setForeground(tokens().text);
        m_strong = m_plain;
        m_strong.setFont(fontFor(TextRole::Strong));
        m_code = m_plain;
        m_code.setFont(fontFor(TextRole::Code));
        m_code.setBackground(tokens().sunken);
    }

    void words(const AnswerSegment& segment)
    {
        qsizetype at = 0;
        bool gap = false;
        while (at <= segment.text.size()) {
            qsizetype end = segment.text.indexOf(QLatin1Char('\n'), at);
            if (end < 0)
                end = segment.text.size();
            const QString line = segment.text.mid(at, end - at);
            if (line.trimmed().isEmpty())
                gap = m_any;
            else {
                oneLine(line, segment.start + int(at), gap);
                gap = false;
            }
            at = end + 1;
        }
    }

    void plain(const QString& text)
    {
        qsizetype at = 0;
        for (const QString& line : text.split(QLatin1Char('\n'))) {
            startBlock(0, 0, 0);
            append(line, int(at), m_plain);
            at += line.size() + 1;
        }
    }

    void code(const AnswerSegment& segment)
    {
        qsizetype at = 0;
        bool first = true;
        for (const QString& line : segment.text.split(QLatin1Char('\n'))) {
            startBlock(first ? 6 : 0, 8, 0);
            QTextBlockFormat format = m_cursor.blockFormat();
            format.setBackground(tokens().sunken);
            m_cursor.setBlockFormat(format);
            append(line, segment.start + int(at), m_code);
            at += line.size() + 1;
            first = false;
        }
    }

    void caret()
    {
        QTextCharFormat format = m_plain;
        format.setForeground(tokens().accent);
        m_cursor.insertText(QStringLiteral("▍"), format);
    }

    const std::vector<int>& place() const { return m_place; }

private:
    void startBlock(int above, int indent, int hanging)
    {
        QTextBlockFormat format;
        format.setTopMargin(above);
        format.setLeftMargin(indent);
        format.setTextIndent(hanging);
        format.setLineHeight(kLineHeight, QTextBlockFormat::MinimumHeight);
        if (m_any)
            m_cursor.insertBlock(format, m_plain);
        else
            m_cursor.setBlockFormat(format);
        m_any = true;
    }

    void append(const QString& text, int source, const QTextCharFormat& format)
    {
        const int at = m_cursor.position();
        for (int i = 0; i < int(text.size()); ++i)
            m_place[std::size_t(source + i)] = at + i;
        m_cursor.insertText(text, format);
    }

    void oneLine(const QString& line, int source, bool gap)
    {
        static const QRegularExpression bullet(QStringLiteral("^(\\s*)([-*•])\\s+"));
        static const QRegularExpression number(QStringLiteral("^(\\s*)(\\d{1,3}[.)])\\s+"));
        static const QRegularExpression heading(QStringLiteral("^#{1,6}\\s+"));
        if (const auto match = heading.match(line); match.hasMatch()) {
            startBlock(gap ? 10 : 0, 0, 0);
            const int skip = int(match.capturedLength());
            append(line.mid(skip), source + skip, m_strong);
            return;
        }
        for (const auto* list : {&bullet, &number}) {
            const auto match = list->match(line);
            if (!match.hasMatch())
                continue;
            const int depth = std::min(4, int(match.capturedLength(1)) / 2);
            startBlock(gap ? 8 : 2, kListIndent * (depth + 1), -14);
            const int skip = int(match.capturedLength());
            append(list == &bullet ? QStringLiteral("•") : match.captured(2),
                source + int(match.capturedStart(2)), m_plain);
            m_cursor.insertText(QStringLiteral("  "), m_plain);
            inlineText(line.mid(skip), source + skip);
            return;
        }
        startBlock(gap ? 8 : 0, 0, 0);
        inlineText(line, source);
    }

    // **bold** and `code` where they close on the same line; everything else as it stands.
    void inlineText(const QString& text, int source)
    {
        qsizetype at = 0;
        while (at < text.size()) {
            const qsizetype bold = text.indexOf(QStringLiteral("**"), at);
            const qsizetype tick = text.indexOf(QLatin1Char('`'), at);
            const bool isBold = bold >= 0 && (tick < 0 || bold < tick);
            const qsizetype open = isBold ? bold : tick;
            const qsizetype width = isBold ? 2 : 1;
            const qsizetype close = open < 0 ? -1
                                    : isBold ? text.indexOf(QStringLiteral("**"), open + 2)
                                             : text.indexOf(QLatin1Char('`'), open + 1);
            if (close < 0 || close == open + width) {
                append(text.mid(at), source + int(at), m_plain);
                return;
            }
            append(text.mid(at, open - at), source + int(at), m_plain);
            append(text.mid(open + width, close - open - width), source + int(open + width),
                isBold ? m_strong : m_code);
            at = close + width;
        }
    }

    QTextCursor m_cursor;
    std::vector<int> m_place; // document position of each source character, -1: not shown
    QTextCharFormat m_plain, m_strong, m_code;
    bool m_any = false;
};

QTextCharFormat formatOf(TextMark::Kind kind)
{
    const Tokens& colors = tokens();
    QTextCharFormat format;
    switch (kind) {
    case TextMark::Kind::Trained:
        format.setBackground(colors.selected);
        format.setUnderlineStyle(QTextCharFormat::SingleUnderline);
        format.setUnderlineColor(colors.accent);
        break;
    case TextMark::Kind::OnlyA:
        format.setBackground(colors.aTint);
        format.setUnderlineStyle(QTextCharFormat::DashUnderline);
        format.setUnderlineColor(colors.a);
        break;
    case TextMark::Kind::OnlyB:
        format.setBackground(colors.bTint);
        format.setUnderlineStyle(QTextCharFormat::SingleUnderline);
        format.setUnderlineColor(colors.b);
        break;
    case TextMark::Kind::Match:
        format.setBackground(colors.warningTint);
        break;
    case TextMark::Kind::Shared:
        format.setBackground(colors.track);
        format.setUnderlineStyle(QTextCharFormat::DotLine);
        format.setUnderlineColor(colors.secondary);
        break;
    case TextMark::Kind::Chip:
        format.setBackground(colors.sunken);
        format.setForeground(colors.secondary);
        break;
    case TextMark::Kind::Quiet:
        format.setForeground(colors.secondary);
        break;
    }
    return format;
}

// A fence: its language and a copy button over the code.
class CodeBlock final : public QFrame {
public:
    explicit CodeBlock(QWidget* parent) : QFrame(parent)
    {
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(1, 1, 1, 1);
        layout->setSpacing(0);
        auto* head = new QHBoxLayout;
        head->setContentsMargins(12, 2, 4, 2);
        m_language = new TextLabel(TextRole::Secondary, this);
        head->addWidget(m_language, 1);
        auto* copy = flatButton(QObject::tr("Copy"), "copy", "copyCode", this);
        copy->setAccessibleName(QObject::tr("Copy this code"));
        head->addWidget(copy);
        layout->addLayout(head);
        layout->addWidget(new Hairline(Qt::Horizontal, this));
        m_code = new SafeTextView(this);
        m_code->setFitsContent(true);
        m_code->setFont(fontFor(TextRole::Code));
        m_code->setFrameShape(QFrame::NoFrame);
        m_code->viewport()->setAutoFillBackground(false);
        auto* inset = new QVBoxLayout;
        inset->setContentsMargins(12, 8, 12, 8);
        inset->addWidget(m_code);
        layout->addLayout(inset);
        connect(copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_text); });
    }
    void setCode(const QString& language, const QString& text)
    {
        m_text = text;
        m_language->setText(language.isEmpty() ? QObject::tr("code") : language.left(40));
        m_code->setSafeText(text);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(tokens().line);
        painter.setBrush(tokens().sunken);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }

private:
    QString m_text;
    TextLabel* m_language;
    SafeTextView* m_code;
};
} // namespace

std::vector<AnswerSegment> splitAnswer(const QString& safe)
{
    std::vector<AnswerSegment> segments;
    AnswerSegment current;
    const auto close = [&] {
        if (!current.text.trimmed().isEmpty() || current.code) {
            if (current.text.endsWith(QLatin1Char('\n')))
                current.text.chop(1);
            segments.push_back(current);
        }
    };
    qsizetype at = 0;
    while (at < safe.size()) {
        qsizetype end = safe.indexOf(QLatin1Char('\n'), at);
        const qsizetype next = end < 0 ? safe.size() : end + 1;
        if (end < 0)
            end = safe.size();
        const QString line = safe.mid(at, end - at);
        if (line.trimmed().startsWith(QStringLiteral("```"))) {
            close();
            const bool opens = !current.code;
            current = {opens, opens ? line.trimmed().mid(3).trimmed() : QString(), {}, int(next)};
        } else {
            current.text += safe.mid(at, next - at);
        }
        at = next;
    }
    close();
    return segments;
}

AnswerText::AnswerText(QWidget* parent) : QTextEdit(parent)
{
    setReadOnly(true);
    setFrameShape(QFrame::NoFrame);
    setAcceptRichText(false);
    setUndoRedoEnabled(false);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setLineWrapMode(QTextEdit::WidgetWidth);
    setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    document()->setDocumentMargin(0);
    viewport()->setAutoFillBackground(false);
}

void AnswerText::setAnswer(const QString& foreign)
{
    m_safe = safeText(foreign);
    m_marked = true;
    m_marks.clear();
    rebuild();
}

void AnswerText::setPlain(const QString& foreign)
{
    m_safe = safeText(foreign);
    m_marked = false;
    m_marks.clear();
    rebuild();
}

void AnswerText::setMarks(std::vector<TextMark> marks)
{
    m_marks = std::move(marks);
    rebuild();
}

void AnswerText::setShowsCaret(bool shown)
{
    if (m_caret == shown)
        return;
    m_caret = shown;
    rebuild();
}

void AnswerText::rebuild()
{
    m_rebuilding = true;
    const int scrolled = verticalScrollBar()->value();
    document()->clear();
    Builder builder(*document(), m_safe.size());
    if (!m_marked)
        builder.plain(m_safe);
    else
        for (const AnswerSegment& segment : splitAnswer(m_safe))
            segment.code ? builder.code(segment) : builder.words(segment);
    if (m_caret)
        builder.caret();
    QTextCursor cursor(document());
    for (const TextMark& mark : m_marks) {
        int begin = -1;
        int end = -1;
        const int stop = std::min(mark.start + mark.length, int(m_safe.size()));
        for (int i = std::max(0, mark.start); i < stop; ++i) {
            const int place = builder.place()[std::size_t(i)];
            if (place < 0)
                continue;
            // A mark never runs over a line's end: the list sign of the next line is not part of
            // it.
            if (begin >= 0 && document()->findBlock(place) != document()->findBlock(begin)) {
                cursor.setPosition(begin);
                cursor.setPosition(end + 1, QTextCursor::KeepAnchor);
                cursor.mergeCharFormat(formatOf(mark.kind));
                begin = -1;
            }
            if (begin < 0)
                begin = place;
            end = place;
        }
        if (begin >= 0) {
            cursor.setPosition(begin);
            cursor.setPosition(end + 1, QTextCursor::KeepAnchor);
            cursor.mergeCharFormat(formatOf(mark.kind));
        }
    }
    verticalScrollBar()->setValue(scrolled);
    m_rebuilding = false;
    fit();
}

void AnswerText::setFitsContent(bool fits)
{
    m_fits = fits;
    setVerticalScrollBarPolicy(fits ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
    setSizePolicy(QSizePolicy::Expanding, fits ? QSizePolicy::Fixed : QSizePolicy::Expanding);
    fit();
}

void AnswerText::fit()
{
    if (!m_fits)
        return;
    document()->setTextWidth(viewport()->width());
    const int wanted = int(document()->size().height()) + 1;
    if (wanted != height())
        setFixedHeight(std::max(20, wanted));
}

QSize AnswerText::sizeHint() const
{
    return m_fits ? QSize(300, height()) : QTextEdit::sizeHint();
}
QSize AnswerText::minimumSizeHint() const
{
    return m_fits ? QSize(60, 20) : QSize(60, 60);
}

void AnswerText::changeEvent(QEvent* event)
{
    QTextEdit::changeEvent(event);
    if ((event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) &&
        !m_rebuilding)
        rebuild();
}

void AnswerText::resizeEvent(QResizeEvent* event)
{
    QTextEdit::resizeEvent(event);
    fit();
}

void AnswerText::wheelEvent(QWheelEvent* event)
{
    if (m_fits)
        event->ignore(); // the area around scrolls
    else
        QTextEdit::wheelEvent(event);
}

AnswerBody::AnswerBody(QWidget* parent) : QWidget(parent), m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(8);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
}

void AnswerBody::setAnswer(const QString& foreign, bool writing)
{
    std::vector<AnswerSegment> segments = splitAnswer(safeText(foreign));
    if (segments.empty())
        segments.push_back({});
    std::size_t same = 0;
    while (same < segments.size() && same < m_segments.size() && segments[same] == m_segments[same])
        ++same;
    for (std::size_t i = same; i < segments.size(); ++i) {
        const bool reuse = i < m_segments.size() && m_segments[i].code == segments[i].code;
        if (!reuse && i < m_widgets.size()) {
            for (std::size_t gone = i; gone < m_widgets.size(); ++gone)
                delete m_widgets[gone];
            m_widgets.resize(i);
            m_segments.resize(std::min(m_segments.size(), i));
        }
        if (i >= m_widgets.size()) {
            QWidget* widget = nullptr;
            if (segments[i].code) {
                widget = new CodeBlock(this);
            } else {
                auto* text = new AnswerText(this);
                text->setFitsContent(true);
                text->setAccessibleName(accessibleName());
                widget = text;
            }
            m_layout->addWidget(widget);
            m_widgets.push_back(widget);
        }
        if (segments[i].code)
            static_cast<CodeBlock*>(m_widgets[i])->setCode(segments[i].language, segments[i].text);
        else
            static_cast<AnswerText*>(m_widgets[i])->setAnswer(segments[i].text);
    }
    for (std::size_t gone = segments.size(); gone < m_widgets.size(); ++gone)
        delete m_widgets[gone];
    m_widgets.resize(segments.size());
    m_segments = std::move(segments);
    for (std::size_t i = 0; i < m_widgets.size(); ++i)
        if (auto* text = qobject_cast<AnswerText*>(m_widgets[i]))
            text->setShowsCaret(writing && i + 1 == m_widgets.size());
}

} // namespace koala
