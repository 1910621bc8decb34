// ui/pages/data/index_foot.h: the line under the list of sources: what is being indexed in the
// background and how far it is, with Stop and Go on, or why it failed. Always there, so nothing
// moves when work begins or ends.
#pragma once

#include <QWidget>

#include "ui/services/data_service.h"

class QPushButton;

namespace koala {

class TextLabel;

class IndexFoot final : public QWidget {
    Q_OBJECT
public:
    explicit IndexFoot(DataService& service, QWidget* parent = nullptr);

private:
    void refresh();
    QString titleOf(const QString& slug) const;

    DataService& m_service;
    TextLabel* m_words;
    QPushButton* m_action;
};

} // namespace koala
