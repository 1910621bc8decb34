// ui/pages/settings/settings_page.h: theme and text size, at once and without a restart; where
// things are kept; the keys of the window; licences. What is chosen belongs to the person and is
// kept in Preferences.
#pragma once

#include "core/base/files.h"
#include "ui/services/preferences.h"
#include "ui/widgets/page.h"

class QBoxLayout;

namespace koala {

class SettingsPage final : public Page {
    Q_OBJECT
public:
    SettingsPage(Preferences& preferences, const fs::path& project, QWidget* parent = nullptr);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeAppearance();
    QWidget* makePlaces(const fs::path& project);
    QWidget* makeKeys();
    QWidget* makeLicences();

    Preferences& m_preferences;
    QBoxLayout* m_columns;
};

} // namespace koala
