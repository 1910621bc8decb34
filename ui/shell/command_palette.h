// ui/shell/command_palette.h: Ctrl+K: one field over everything one can go to or do. "#42" asks for
// a prompt by its number, "@" for checkpoints, ">" for commands. A frameless child over a flat
// scrim.
#pragma once

#include <functional>
#include <vector>

#include <QAbstractListModel>
#include <QLineEdit>
#include <QListView>
#include <QWidget>

#include "ui/widgets/page.h"

namespace koala {

struct PaletteItem {
    enum class Group { Pages, Runs, Checkpoints, Objects, Prompts, Commands };
    Group group = Group::Pages;
    QString text;
    QString detail;
    const char* icon = nullptr;
    int series = -1;
    Destination destination;      // where it leads,
    std::function<void()> action; // or what it does
};

// Items whose text holds every word of the query, grouped, at most `perGroup` of a group.
struct PaletteMatch {
    const PaletteItem* item = nullptr; // null: a heading of `group` with `count`
    PaletteItem::Group group = PaletteItem::Group::Pages;
    int count = 0;
};
std::vector<PaletteMatch> matchPalette(
    const std::vector<PaletteItem>& items, const QString& query, int perGroup = 8);

class CommandPalette final : public QWidget {
    Q_OBJECT
public:
    using Provider = std::function<std::vector<PaletteItem>()>;
    CommandPalette(Provider provider, QWidget* window);
    void open();

Q_SIGNALS:
    void chosen(const koala::Destination& destination);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    class Model;
    class Delegate;
    void search();
    void choose();
    void move(int by);
    void layOut();
    QRect box() const;

    Provider m_provider;
    std::vector<PaletteItem> m_items;
    QLineEdit* m_field;
    QListView* m_list;
    Model* m_model;
    QString m_found;
};

} // namespace koala
