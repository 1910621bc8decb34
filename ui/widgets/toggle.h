// ui/widgets/toggle.h: a switch; to readers and the keyboard it is a check box.
#pragma once

#include <QCheckBox>

namespace koala {

class Toggle final : public QCheckBox {
    Q_OBJECT
public:
    Toggle(const QString& accessibleName, const char* objectName, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {30, 20}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool hitButton(const QPoint& position) const override { return rect().contains(position); }
};

} // namespace koala
