#include "ui/shell/window_state.h"

#include <QJsonDocument>

namespace koala {

WindowState::WindowState(const fs::path& project, bool readOnly)
    : m_settings(std::make_unique<QSettings>(
          QString::fromStdString((project / "window.ini").string()), QSettings::IniFormat)),
      m_readOnly(readOnly)
{
}

void WindowState::set(const QString& key, const QVariant& value)
{
    if (!m_readOnly && m_settings->value(key) != value)
        m_settings->setValue(key, value);
}

QByteArray WindowState::geometry() const
{
    return m_settings->value(QStringLiteral("geometry")).toByteArray();
}
void WindowState::setGeometry(const QByteArray& geometry)
{
    set(QStringLiteral("geometry"), geometry);
}
QString WindowState::page() const
{
    return m_settings->value(QStringLiteral("page")).toString();
}
void WindowState::setPage(const QString& page)
{
    set(QStringLiteral("page"), page);
}
bool WindowState::railNarrow() const
{
    return m_settings->value(QStringLiteral("railNarrow")).toBool();
}
void WindowState::setRailNarrow(bool narrow)
{
    set(QStringLiteral("railNarrow"), narrow);
}

QJsonObject WindowState::pageState(const QString& page) const
{
    const QByteArray text = m_settings->value(QStringLiteral("pages/") + page).toByteArray();
    return QJsonDocument::fromJson(text).object();
}

void WindowState::setPageState(const QString& page, const QJsonObject& state)
{
    if (!state.isEmpty())
        set(QStringLiteral("pages/") + page, QJsonDocument(state).toJson(QJsonDocument::Compact));
}

} // namespace koala
