#include "ui/pages/settings/settings_page.h"

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/support/temporary.h"
#include "ui/pages/settings/key_table.h"
#include "ui/pages/settings/licences.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/segmented.h"
#include "ui/widgets/window_keys.h"

namespace koala {
namespace {

class SettingsPageTest : public testing::Test {
protected:
    TemporaryDirectory folder = test::temporaryDirectory();
    QString file = QString::fromStdString((folder.path() / "settings.ini").string());
};

TEST_F(SettingsPageTest, AThemePressedIsToldAtOnceAndKept)
{
    {
        Preferences preferences(file);
        QSignalSpy changed(&preferences, &Preferences::appearanceChanged);
        SettingsPage page(preferences, folder.path());
        page.show();
        auto* theme = page.findChild<Segmented*>(QStringLiteral("settings.theme"));
        ASSERT_NE(theme, nullptr);
        for (auto* button : theme->findChildren<QAbstractButton*>())
            if (button->text() == QStringLiteral("Dark"))
                QTest::mouseClick(button, Qt::LeftButton);
        EXPECT_EQ(preferences.theme(), QStringLiteral("dark"));
        EXPECT_EQ(changed.count(), 1);
        page.findChild<QDoubleSpinBox*>(QStringLiteral("settings.pointSize"))->setValue(12);
        EXPECT_EQ(changed.count(), 2);
    }
    Preferences again(file);
    EXPECT_EQ(again.theme(), QStringLiteral("dark"));
    EXPECT_EQ(again.pointSize(), 12);
    SettingsPage page(again, folder.path());
    EXPECT_EQ(page.findChild<Segmented*>(QStringLiteral("settings.theme"))->current(), 2);
}

TEST_F(SettingsPageTest, ShowsTheTextOfTheSourceLicence)
{
    Preferences preferences(file);
    SettingsPage page(preferences, folder.path());
    page.show();
    auto* text = page.findChild<SafeTextView*>(QStringLiteral("settings.licenceText"));
    EXPECT_FALSE(text->isVisible());
    QTest::mouseClick(
        page.findChild<QPushButton*>(QStringLiteral("settings.showLicence")), Qt::LeftButton);
    EXPECT_TRUE(text->isVisible());
    EXPECT_TRUE(text->toPlainText().contains(QStringLiteral("Apache License")));
    EXPECT_TRUE(licenceSummary().contains(
        QStringLiteral("GNU General Public License, version 3 or later")));
}

TEST_F(SettingsPageTest, EverythingThatCanBePressedHasANameForTestsAndForReaders)
{
    Preferences preferences(file);
    SettingsPage page(preferences, folder.path());
    for (const auto* button : page.findChildren<QAbstractButton*>()) {
        if (!button->isVisibleTo(&page) ||
            qobject_cast<const QTableView*>(button->parent()) != nullptr ||
            qobject_cast<const Segmented*>(button->parent()) != nullptr)
            continue;
        EXPECT_FALSE(button->objectName().isEmpty()) << button->text().toStdString();
        EXPECT_FALSE(button->accessibleName().isEmpty() && button->text().isEmpty())
            << button->objectName().toStdString();
    }
}

TEST(KeyTable, ListsEveryKeyOfTheWindow)
{
    KeyTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QStringList listed;
    for (int row = 0; row < model.rowCount(); ++row)
        listed << model.index(row, KeyTableModel::Keys).data().toString();
    for (const WindowKey key : {WindowKey::Palette, WindowKey::Rail, WindowKey::Close})
        EXPECT_TRUE(listed.contains(keysOf(key).toString(QKeySequence::NativeText)));
    EXPECT_EQ(pageKeys(9), QKeySequence());
}

TEST(Licences, NameTheOneThatDecidesFirst)
{
    LicenceModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    EXPECT_EQ(model.index(0, LicenceModel::Part).data().toString(), QStringLiteral("QCustomPlot"));
    EXPECT_EQ(model.index(0, LicenceModel::Licence).data().toString(),
        QStringLiteral("GPL-3.0-or-later"));
}

} // namespace
} // namespace koala
