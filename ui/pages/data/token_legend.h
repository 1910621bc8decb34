// ui/pages/data/token_legend.h: what the looks of the token view mean, each as a sample of itself.
#pragma once

#include <QWidget>

namespace koala {

class TokenLegend final : public QWidget {
    Q_OBJECT
public:
    explicit TokenLegend(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
};

// A special token by its name, framed as in the view.
class TokenChip final : public QWidget {
    Q_OBJECT
public:
    TokenChip(const QString& name, bool trained, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {24, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_name;
    bool m_trained;
};

} // namespace koala
