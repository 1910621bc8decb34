// ui/widgets/window_keys.h: the keys that work everywhere in the window. The shell makes its
// shortcuts from this table and the Settings page lists it, so the two cannot differ.
#pragma once

#include <QKeySequence>

namespace koala {

enum class WindowKey { Palette, Rail, Close };

inline QKeySequence keysOf(WindowKey key)
{
    switch (key) {
    case WindowKey::Palette:
        return QKeySequence(Qt::CTRL | Qt::Key_K);
    case WindowKey::Rail:
        return QKeySequence(Qt::CTRL | Qt::Key_B);
    case WindowKey::Close:
        return QKeySequence(Qt::CTRL | Qt::Key_Q);
    }
    return {};
}

// Of the page at this place of the rail, from 0; none past the ninth.
inline QKeySequence pageKeys(int index)
{
    return index >= 0 && index < 9 ? QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + index))
                                   : QKeySequence();
}

} // namespace koala
