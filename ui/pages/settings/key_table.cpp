#include "ui/pages/settings/key_table.h"

#include <QCoreApplication>

#include "ui/widgets/tables.h"
#include "ui/widgets/window_keys.h"

namespace koala {
namespace {

struct Declared {
    const char* keys;
    const char* where;
    const char* what;
};
constexpr Declared kOfPages[] = {
    {"Ctrl+N", QT_TRANSLATE_NOOP("Keys", "Chat"), QT_TRANSLATE_NOOP("Keys", "new chat")},
    {"Enter, Shift+Enter", QT_TRANSLATE_NOOP("Keys", "Chat"),
        QT_TRANSLATE_NOOP("Keys", "send, new line")},
    {"Esc", QT_TRANSLATE_NOOP("Keys", "Chat"), QT_TRANSLATE_NOOP("Keys", "stop the answer")},
    {"↑, ↓", QT_TRANSLATE_NOOP("Keys", "Compare"),
        QT_TRANSLATE_NOOP("Keys", "previous and next prompt")},
    {"1, 0, 2, 3", QT_TRANSLATE_NOOP("Keys", "Compare"),
        QT_TRANSLATE_NOOP("Keys", "A is better, tie, B is better, both bad")},
    {"N, D, F", QT_TRANSLATE_NOOP("Keys", "Compare"),
        QT_TRANSLATE_NOOP("Keys", "note, word differences, one answer alone")},
    {"Backspace", QT_TRANSLATE_NOOP("Keys", "Compare"),
        QT_TRANSLATE_NOOP("Keys", "take the last vote back")},
    {"←, →", QT_TRANSLATE_NOOP("Keys", "Charts"),
        QT_TRANSLATE_NOOP("Keys", "move the cursor; Esc removes it")},
    {"drag, Ctrl+wheel", QT_TRANSLATE_NOOP("Keys", "Charts"),
        QT_TRANSLATE_NOOP("Keys", "zoom; a double click shows all")},
};

QString tr(const char* text)
{
    return QCoreApplication::translate("Keys", text);
}

} // namespace

std::vector<KeyLine> keyLines()
{
    const QString window = tr("Window");
    const auto text = [](const QKeySequence& keys) {
        return keys.toString(QKeySequence::NativeText);
    };
    std::vector<KeyLine> lines{
        {text(pageKeys(0)) + QStringLiteral(" … ") + text(pageKeys(7)), window,
            tr("the pages, from top to bottom")},
        {text(keysOf(WindowKey::Palette)), window,
            tr("find a page, run, checkpoint, prompt or command")},
        {text(keysOf(WindowKey::Rail)), window, tr("rail with words, or with icons only")},
        {text(keysOf(WindowKey::Close)), window, tr("close the window; runs go on")},
    };
    for (const Declared& one : kOfPages)
        lines.push_back({QString::fromUtf8(one.keys), tr(one.where), tr(one.what)});
    return lines;
}

KeyTableModel::KeyTableModel(QObject* parent) : QAbstractTableModel(parent), m_lines(keyLines()) {}

int KeyTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_lines.size());
}

int KeyTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(kColumns);
}

QVariant KeyTableModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const KeyLine& line = m_lines[std::size_t(index.row())];
    if (role == Qt::DisplayRole) {
        switch (index.column()) {
        case Keys:
            return line.keys;
        case Where:
            return line.where;
        case What:
            return line.what;
        default:
            return {};
        }
    }
    if (role == kStrongRole)
        return index.column() == Keys;
    if (role == kSecondaryRole)
        return index.column() == Where;
    return {};
}

QVariant KeyTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 ||
        section >= kColumns)
        return {};
    const QString titles[kColumns] = {tr("keys"), tr("where"), tr("what they do")};
    return titles[section];
}

} // namespace koala
