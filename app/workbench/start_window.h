// app/workbench/start_window.h: getting to a project: the start page, the dialogs that open or make
// one, and the starter project, which `koala project new --starter` makes in a child.
#pragma once

#include <functional>

#include <QObject>

#include "core/base/files.h"
#include "ui/services/json_child.h"
#include "ui/services/preferences.h"

class QWidget;

namespace koala {

class StartPage;

class ProjectChooser final : public QObject {
    Q_OBJECT
public:
    explicit ProjectChooser(QObject* parent = nullptr) : QObject(parent) {}
    void chooseExisting(QWidget* over);
    void makeNew(QWidget* over);
    void openStarter(); // ~/koala-starter, made when it is not there

Q_SIGNALS:
    void chosen(const QString& folder);
    void working(const QString& words); // empty: not any more
    void failed(const QString& message);

private:
    void make(const QString& folder, bool starter);
    JsonChild* m_child = nullptr;
};

} // namespace koala
