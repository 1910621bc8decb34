// ui/pch.h: the precompiled header of the window: what most of its files use, and no <QtWidgets>.
#pragma once

#include "core/base/pch.h"

#include <QAbstractItemModel>
#include <QApplication>
#include <QBoxLayout>
#include <QColor>
#include <QEvent>
#include <QFont>
#include <QFrame>
#include <QIcon>
#include <QLabel>
#include <QObject>
#include <QPainter>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QString>
#include <QStringList>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QTimer>
#include <QVariant>
#include <QWidget>
