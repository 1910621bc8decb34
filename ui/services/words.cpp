#include "ui/services/words.h"

#include <QDateTime>
#include <QLocale>

namespace koala {

QString grouped(qint64 number)
{
    return QLocale().toString(number);
}

QString counted(qint64 number, const QString& one, const QString& many)
{
    return grouped(number) + QLatin1Char(' ') + (number == 1 ? one : many);
}

QString shortCount(qint64 number)
{
    const QLocale locale;
    if (number < 10'000)
        return locale.toString(number);
    if (number < 1'000'000)
        return locale.toString(double(number) / 1e3, 'f', 0) + QStringLiteral(" k");
    return locale.toString(double(number) / 1e6, 'f', 2) + QStringLiteral(" M");
}

QString byteCount(quint64 bytes)
{
    return QLocale().formattedDataSize(qint64(bytes), 1, QLocale::DataSizeSIFormat);
}

QString shortHash(const std::string& hash)
{
    if (hash.size() < 12)
        return qtext(hash);
    return qtext(hash.substr(0, 4)) + QChar(0x2026) + qtext(hash.substr(hash.size() - 2));
}

QString shortDate(const std::string& utc)
{
    const QDateTime time = QDateTime::fromString(qtext(utc), Qt::ISODateWithMs).toLocalTime();
    if (!time.isValid())
        return {};
    return QLocale().toString(time, QStringLiteral("d MMM, HH:mm"));
}

} // namespace koala
