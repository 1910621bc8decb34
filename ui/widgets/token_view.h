// ui/widgets/token_view.h: a conversation as the model sees it: each token a box, blanks and line
// ends visible, trained ones tinted and underlined, special ones as chips, ids on hover. Lays out
// once, paints only what is visible. Blank and line-end signs are painted, never in the copied
// text.
#pragma once

#include <vector>

#include <QAbstractScrollArea>
#include <QByteArray>
#include <QString>

namespace koala {

struct TokenBox {
    QString text; // plain: passed through safeText by the view; special ones by name
    qint32 id = 0;
    bool trained = false;
    bool special = false;
    bool fromTemplate = false;
    int block = 0; // index into the blocks, in order
    QByteArray bytes;
};

struct TokenBlock {
    QString title; // "USER", "GPT", "Template"
    bool answer = false;
};

class TokenView final : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit TokenView(const char* objectName, QWidget* parent = nullptr);
    void setTokens(std::vector<TokenBox> tokens, std::vector<TokenBlock> blocks);
    void setShowBlanks(bool shown);
    void setShowIds(bool shown);
    const std::vector<TokenBox>& boxes() const { return m_tokens; }
    QString plainText() const;
    // The token under a point of the viewport, or -1.
    int tokenAt(const QPoint& position) const;

Q_SIGNALS:
    void hovered(int token); // -1: none

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void changeEvent(QEvent* event) override;

private:
    struct Placed {
        int x = 0, width = 0, line = 0;
    };
    struct PlacedBlock {
        int firstLine = 0;
        int tokens = 0;
    };
    QString shown(const TokenBox& token) const;
    void layOut();
    void hover(int token);
    int lineTop(int line) const;
    QRect boxOf(int token) const;

    std::vector<TokenBox> m_tokens;
    std::vector<TokenBlock> m_blocks;
    std::vector<Placed> m_placed;
    std::vector<PlacedBlock> m_placedBlocks;
    std::vector<int> m_lineTops;
    int m_contentHeight = 0;
    bool m_blanks = true;
    bool m_ids = false;
    int m_hovered = -1;
    QWidget* m_tip = nullptr;
};

} // namespace koala
