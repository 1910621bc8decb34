// tests/ui/main.cpp: the main of the window's tests: one offscreen application with the light
// theme.
#include <QApplication>

#include <gmock/gmock.h>

#include "ui/widgets/theme.h"

int main(int argc, char** argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    testing::InitGoogleMock(&argc, argv);
    QApplication application(argc, argv);
    koala::applyTheme(application, koala::ThemeKind::Light);
    return RUN_ALL_TESTS();
}
