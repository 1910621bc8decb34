// ui/pages/machines/machine_widgets.h: the small painted parts of the Machines page.
#pragma once

#include <QWidget>

#include "ui/services/machine_probe.h"
#include "ui/widgets/text_label.h"

class QGridLayout;

namespace koala {

// How much of a disk or a memory is in use.
class UsageBar final : public QWidget {
    Q_OBJECT
public:
    explicit UsageBar(
        const QString& accessibleName, const char* objectName, QWidget* parent = nullptr);
    void set(double used, double total);
    QSize sizeHint() const override { return {160, 6}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_name;
    double m_share = 0;
};

// One icon in a colour of the theme that follows a change of theme.
class ToneIcon final : public QWidget {
    Q_OBJECT
public:
    explicit ToneIcon(QWidget* parent = nullptr);
    void set(const char* iconName, Tone tone);
    QSize sizeHint() const override { return {16, 16}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const char* m_icon = nullptr;
    Tone m_tone = Tone::Neutral;
};

// Icon, name and quiet words, a row each: instruction sets, programs.
class FactList final : public QWidget {
    Q_OBJECT
public:
    struct Entry {
        const char* icon;
        Tone tone;
        QString name;
        QString detail;
    };
    explicit FactList(const char* objectName, QWidget* parent = nullptr);
    void set(const std::vector<Entry>& entries);

private:
    struct Row {
        ToneIcon* icon;
        TextLabel* name;
        TextLabel* detail;
    };
    QGridLayout* m_grid;
    std::vector<Row> m_rows;
};

} // namespace koala
