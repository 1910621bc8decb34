// ui/pages/data/unfinished_list.h: the imports that were cut off, over the list of sources: what
// each would have become and how far it was, with Continue and Discard. Discard asks once more in
// its own place, since it cannot be undone. Hidden while there are none.
#pragma once

#include <QWidget>

#include "ui/services/data_service.h"

class QVBoxLayout;

namespace koala {

class UnfinishedList final : public QWidget {
    Q_OBJECT
public:
    explicit UnfinishedList(DataService& service, QWidget* parent = nullptr);

private:
    void refresh();
    void addLine(const UnfinishedImport& import);

    DataService& m_service;
    QVBoxLayout* m_lines;
    QStringList m_shown; // ids
};

} // namespace koala
