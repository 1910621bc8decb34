// ui/pages/data/import_bar.h: an import on its way: file, kind with its reason, bytes, rows, what
// was set aside, and Cancel. Afterwards what came of it, until it is closed.
#pragma once

#include <QWidget>

#include "ui/services/data_service.h"

class QProgressBar;
class QPushButton;
class QToolButton;

namespace koala {

class TextLabel;

class ImportBar final : public QWidget {
    Q_OBJECT
public:
    explicit ImportBar(DataService& service, QWidget* parent = nullptr);

private:
    void refresh();

    DataService& m_service;
    TextLabel* m_file;
    TextLabel* m_words;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    QToolButton* m_close;
};

} // namespace koala
