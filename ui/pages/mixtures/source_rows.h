// ui/pages/mixtures/source_rows.h: the table of sources: use, share slider with box and lock,
// repeat, cap, hold out, markers, and what comes of it. Real controls, so that keys and readers
// work; only texts change while a slider moves.
#pragma once

#include <vector>

#include <QWidget>

#include "ui/pages/mixtures/mixture_editor.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QSlider;
class QSpinBox;
class QDoubleSpinBox;
class QToolButton;

namespace koala {

class SeriesKeyWidget;
class TextLabel;

class SourceRows final : public QWidget {
    Q_OBJECT
public:
    explicit SourceRows(MixtureEditor& editor, QWidget* parent = nullptr);
    void showFigures(const MixtureFigures& figures);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Row {
        QCheckBox* use;
        SeriesKeyWidget* key;
        TextLabel* title;
        QSlider* slider;
        QDoubleSpinBox* box;
        QToolButton* lock;
        TextLabel* unused;
        QSpinBox* repeat;
        QSpinBox* cap;
        QComboBox* holdOut;
        QComboBox* markers;
        TextLabel *rows, *of, *tokens, *epochs;
        QWidget* anchor; // its top is where the row begins
    };
    void rebuild();
    void refresh();
    Row makeRow(int index);
    void addHead();

    MixtureEditor& m_editor;
    QGridLayout* m_grid;
    std::vector<Row> m_rows;
    TextLabel *m_shareHead = nullptr, *m_allRows = nullptr, *m_allTokens = nullptr;
    bool m_filling = false;
};

} // namespace koala
