// ui/widgets/page_header.h: the 52 px line on top of each page: title and facts on the left, what
// one can do on the right, the filled button last.
#pragma once

#include <QWidget>

#include "ui/widgets/text_label.h"

class QHBoxLayout;
class QPushButton;

namespace koala {

class PageHeader final : public QWidget {
    Q_OBJECT
public:
    explicit PageHeader(const QString& title, QWidget* parent = nullptr);
    void setTitle(const QString& title);
    void setFacts(const QString& facts); // "8 sources · 9,838 records"
    // "Runs ›" before the title; pressing it emits parentPressed().
    void setParentTitle(const QString& title);
    void addLeft(QWidget* widget);  // after the title, before the facts
    void addRight(QWidget* widget); // in order; the filled button is added last

Q_SIGNALS:
    void parentPressed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QHBoxLayout* m_left;
    QHBoxLayout* m_right;
    QPushButton* m_parent;
    QWidget* m_chevron;
    TextLabel* m_title;
    TextLabel* m_facts;
};

} // namespace koala
