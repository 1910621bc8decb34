// ui/widgets/answer_text.h: what a model or a person wrote, with the plain marks of such text
// drawn: headings, lists, **bold**, `code` and fenced code. The text is foreign: it passes through
// safeText() and is laid out by us, character by character; it never reaches anything that reads
// HTML.
#pragma once

#include <vector>

#include <QTextEdit>

#include "ui/widgets/safe_text.h"

class QVBoxLayout;

namespace koala {

// A stretch of an answer: words, or the inside of a fence.
struct AnswerSegment {
    bool code = false;
    QString language; // of code, as the fence names it
    QString text;
    int start = 0; // in the whole text
    bool operator==(const AnswerSegment&) const = default;
};
// An unfinished fence at the end is code already: streaming looks as the finished text will.
std::vector<AnswerSegment> splitAnswer(const QString& safe);

// Read-only, selectable, scrolls; or as high as its content.
class AnswerText final : public QTextEdit {
    Q_OBJECT
public:
    explicit AnswerText(QWidget* parent = nullptr);
    void setAnswer(const QString& foreign);
    void setPlain(const QString& foreign); // no marks read: prompts stand as they are
    // Positions count characters of safeText(foreign).
    void setMarks(std::vector<TextMark> marks);
    void setFitsContent(bool fits);
    void setShowsCaret(bool shown); // a block at the end while it is being written
    const QString& safe() const { return m_safe; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    void rebuild();
    void fit();

    QString m_safe;
    std::vector<TextMark> m_marks;
    bool m_marked = true; // reads marks of such text
    bool m_fits = false;
    bool m_caret = false;
    bool m_rebuilding = false;
};

// An answer as a column: words as AnswerText, fences as frames with their language and a copy
// button.
class AnswerBody final : public QWidget {
    Q_OBJECT
public:
    explicit AnswerBody(QWidget* parent = nullptr);
    // Cheap to call for each new token: only what changed is laid out again.
    void setAnswer(const QString& foreign, bool writing);

private:
    QVBoxLayout* m_layout;
    std::vector<AnswerSegment> m_segments;
    std::vector<QWidget*> m_widgets;
};

} // namespace koala
