// ui/services/words.h: figures and names as people read them. Pure functions.
#pragma once

#include <string>

#include <QString>

namespace koala {

inline QString qtext(const std::string& text)
{
    return QString::fromStdString(text);
}
QString grouped(qint64 number); // 9,838 in the user's locale
// "1 row", "9,838 rows".
QString counted(qint64 number, const QString& one, const QString& many);
QString shortCount(qint64 number);         // 812, 61 k, 1.42 M
QString byteCount(quint64 bytes);          // 4.6 MB
QString shortHash(const std::string&);     // 9b2e…41
QString shortDate(const std::string& utc); // 9 May, 14:02 in local time

} // namespace koala
