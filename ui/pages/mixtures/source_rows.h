// ui/pages/mixtures/source_rows.h: the table of sources: one SourceRow a source, the totals, and
// the order of the sources by dragging or Alt+Up and Alt+Down.
#pragma once

#include <vector>

#include <QWidget>

#include "ui/pages/mixtures/mixture_editor.h"

class QGridLayout;

namespace koala {

class SourceRow;
class TextLabel;

class SourceRows final : public QWidget {
    Q_OBJECT
public:
    explicit SourceRows(MixtureEditor& editor, QWidget* parent = nullptr);
    void showFigures(const MixtureFigures& figures);

Q_SIGNALS:
    void addWanted();            // "Add source…"
    void listWanted(int source); // a file of uids for its hold_out

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void rebuild();
    void refresh();
    void addHead();
    void addFoot(int line);
    int rowOf(const QWidget* widget) const;
    int rowAt(int y) const; // the place that a dropped source would take
    bool dragged(QObject* handle, QEvent* event);

    MixtureEditor& m_editor;
    QGridLayout* m_grid;
    std::vector<SourceRow*> m_rows;
    TextLabel *m_shareHead = nullptr, *m_allRows = nullptr, *m_allTokens = nullptr;
    int m_current = -1;              // the row that has the focus
    int m_dragged = -1, m_drop = -1; // while one is dragged
};

} // namespace koala
