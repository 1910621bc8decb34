// ui/widgets/safe_text.h: foreign text as plain, bounded text: from data, models and files, never
// markup.
#pragma once

#include <string_view>
#include <vector>

#include <QPlainTextEdit>
#include <QString>

#include "ui/widgets/theme.h"

namespace koala {

// Bytes to text: invalid UTF-8 becomes U+FFFD, control characters other than line ends and tabs
// their visible pictures (U+2400…), direction marks and other invisible format characters
// "⟨U+202E⟩"; at most `limit` characters, then "… (N more)".
QString safeText(std::string_view bytes, int limit = 100'000);
QString safeText(const QString& text, int limit = 100'000);
// The same on one line: line ends become "↵".
QString safeLine(std::string_view bytes, int limit = 400);
QString safeLine(const QString& text, int limit = 400);

// How a stretch of text is marked; positions count QChars of the text as shown.
struct TextMark {
    enum class Kind { Trained, OnlyA, OnlyB, Match, Shared, Chip, Quiet };
    int start = 0;
    int length = 0;
    Kind kind = Kind::Trained;
};

// Read-only plain text with marks; selectable, scrolls, and may be as high as its content.
class SafeTextView final : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit SafeTextView(QWidget* parent = nullptr);
    void setSafeText(const QString& foreign); // passes through safeText()
    void setMarks(std::vector<TextMark> marks);
    // Height follows the content and the surrounding area scrolls.
    void setFitsContent(bool fits);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void applyMarks();
    void fit();
    std::vector<TextMark> m_marks;
    bool m_fits = false;
};

} // namespace koala
