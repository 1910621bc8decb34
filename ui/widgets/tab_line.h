// ui/widgets/tab_line.h: the 36 px line of tabs under a header: words, a quiet figure after them,
// and a 2 px accent line under the chosen one. Keyboard and screen readers see a QTabBar.
#pragma once

#include <QTabBar>

namespace koala {

class TabLine final : public QTabBar {
    Q_OBJECT
public:
    explicit TabLine(QWidget* parent = nullptr);
    int addTab(const QString& text);
    void setFigure(int index, const QString& figure); // "2", "5 steps"; empty removes it
    void setInset(int pixels) { m_inset = pixels; }   // room before the first tab

protected:
    QSize tabSizeHint(int index) const override;
    QSize minimumTabSizeHint(int index) const override;
    void paintEvent(QPaintEvent* event) override;

private:
    int m_inset = 0;
};

} // namespace koala
