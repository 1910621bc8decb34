// ui/pages/mixtures/source_row.h: the controls and figures of one source in the table of sources.
// Real controls, so that keys and readers work; only texts change while a slider moves.
#pragma once

#include <QObject>

#include "ui/pages/mixtures/mixture_editor.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLineEdit;
class QSlider;
class QSpinBox;
class QToolButton;

namespace koala {

class SeriesKeyWidget;
class TextLabel;

enum SourceColumn {
    kUseColumn,
    kTitleColumn,
    kSliderColumn,
    kBoxColumn,
    kLockColumn,
    kRepeatColumn,
    kCapColumn,
    kSliceColumn,
    kHoldOutColumn,
    kMarkersColumn,
    kRowsColumn,
    kOfColumn,
    kTokensColumn,
    kEpochsColumn,
    kSourceColumns
};

// "0–500", "10–", "–500"; "" or "all" is the whole source. Absent when it is none of these.
std::optional<std::pair<std::int64_t, std::int64_t>> sliceOf(const QString& text);
QString sliceText(std::int64_t begin, std::int64_t end);

TextLabel* figureLabel(QWidget* parent);

class SourceRow final : public QObject {
    Q_OBJECT
public:
    // Puts its widgets into line `line` of the grid; `index` is that of the source.
    SourceRow(MixtureEditor& editor, int index, QGridLayout& grid, int line, QWidget* parent);
    void refresh();
    void showFigures(const SourceCounts& counts);
    void clearFigures();
    QWidget* handle() const { return m_title; } // what is dragged
    bool owns(const QWidget* widget) const { return m_all.contains(widget); }

Q_SIGNALS:
    void listWanted(); // a file of uids for hold_out

private:
    const EditedSource& source() const { return m_editor.sources()[std::size_t(m_index)]; }
    void makeShare(QGridLayout& grid, int line, QWidget* parent);
    void makeFields(QGridLayout& grid, int line, QWidget* parent);
    void makeChoices(QGridLayout& grid, int line, QWidget* parent);
    void fillHoldOut();
    void takeHoldOut();
    template <typename Widget>
    Widget* placed(
        QGridLayout& grid, Widget* widget, int line, int column, Qt::Alignment align = {});
    void named(QWidget* widget, const QString& what, const char* object, const QString& tip);

    MixtureEditor& m_editor;
    int m_index;
    bool m_filling = false;
    QList<const QWidget*> m_all;
    QList<QWidget*> m_whenUsed;
    QCheckBox* m_use;
    QWidget* m_title;
    TextLabel *m_name, *m_unused;
    QSlider* m_slider;
    QDoubleSpinBox* m_box;
    QToolButton* m_lock;
    QSpinBox *m_repeat, *m_cap;
    QLineEdit* m_slice;
    QComboBox *m_holdOut, *m_markers;
    TextLabel *m_noMarkers, *m_rows, *m_of, *m_tokens, *m_epochs;
};

} // namespace koala
