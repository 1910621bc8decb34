// ui/widgets/fact_grid.h: "Label   value" rows: quiet label left, words or figures right of it.
// Only the text changes when facts do, so nothing moves.
#pragma once

#include <QWidget>

#include "ui/widgets/text_label.h"

class QGridLayout;

namespace koala {

class FactGrid final : public QWidget {
    Q_OBJECT
public:
    enum class Align { Left, Right }; // of the values
    explicit FactGrid(Align align = Align::Left, int labelWidth = 0, QWidget* parent = nullptr);
    // Adds the row the first time, changes it afterwards. An empty value hides the row.
    TextLabel* set(const QString& label, const QString& value, Tone tone = Tone::Neutral);
    void clear();

private:
    QGridLayout* m_layout;
    Align m_align;
    struct Row {
        QString label;
        TextLabel* name;
        TextLabel* value;
    };
    std::vector<Row> m_rows;
};

} // namespace koala
