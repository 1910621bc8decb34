// ui/shell/window_state.h: where the window was: <project>/window.ini, which can be lost without
// harm. A read-only window reads it and writes nothing.
#pragma once

#include <memory>

#include <QByteArray>
#include <QJsonObject>
#include <QSettings>
#include <QString>

#include "core/base/files.h"

namespace koala {

class WindowState {
public:
    WindowState(const fs::path& project, bool readOnly);
    QByteArray geometry() const;
    void setGeometry(const QByteArray& geometry);
    QString page() const;
    void setPage(const QString& page);
    bool railNarrow() const;
    void setRailNarrow(bool narrow);
    QJsonObject pageState(const QString& page) const;
    void setPageState(const QString& page, const QJsonObject& state);

private:
    void set(const QString& key, const QVariant& value);
    std::unique_ptr<QSettings> m_settings;
    bool m_readOnly;
};

} // namespace koala
