// ui/widgets/inputs.h: fields with names for readers and tests. The style gives them their look.
#pragma once

#include <QComboBox>
#include <QJsonObject>
#include <QLineEdit>
#include <QScrollArea>
#include <QSplitter>

class QHBoxLayout;

namespace koala {

// A line edit with a magnifier; typing is reported 120 ms after the last key.
class SearchField final : public QLineEdit {
    Q_OBJECT
public:
    SearchField(const QString& placeholder, const char* objectName, QWidget* parent = nullptr);

Q_SIGNALS:
    void searched(const QString& text);
};

QComboBox* comboBox(const QString& accessibleName, const char* objectName, QWidget* parent);
// A field, spin box or choice in a table: its frame and arrows show only under the mouse and with
// the focus.
void makeQuiet(QWidget* field);
bool isQuiet(const QWidget* field);
// Leaves undo to the page unless something is half typed in the field, and the wheel to what
// scrolls around it unless the field has the focus.
void makeTame(QWidget* field);
// Panes with a one-pixel line between them that can be dragged.
QSplitter* splitter(Qt::Orientation orientation, const char* objectName, QWidget* parent);
// Where the lines between the panes of a page are, by objectName; for its saveState().
QJsonObject splitterStates(const QWidget& page);
void restoreSplitters(const QWidget& page, const QJsonObject& states);
// A frameless scroll area; the content decides its height.
QScrollArea* scrollArea(QWidget* content, const char* objectName, QWidget* parent);
// A widget filled with one of the palette's roles: Window, Base (card) or AlternateBase (sunken).
QWidget* pane(QPalette::ColorRole ground, QWidget* parent);
// A 40 px bar with 12 px insets and a hairline below; returns its layout.
QHBoxLayout* toolBar(QWidget* bar);

} // namespace koala
