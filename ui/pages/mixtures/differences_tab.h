// ui/pages/mixtures/differences_tab.h: what the mixture as edited gains and loses against its saved
// version or any other mixture. Compared while it is in front, a moment after the last edit.
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/pages/mixtures/difference_model.h"
#include "ui/pages/mixtures/mixtures_controller.h"

class QComboBox;
class QTableView;

namespace koala {

class SafeTextView;
class TextLabel;

class DifferencesTab final : public QWidget {
    Q_OBJECT
public:
    explicit DifferencesTab(MixturesController& controller, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void fillChoice();
    void compare();
    void show(const std::shared_ptr<const MixtureDifference>& difference);
    void showDetails();

    MixturesController& m_controller;
    DifferenceModel m_model;
    QTimer m_settle;
    QComboBox* m_with;
    TextLabel* m_sentence;
    QTableView* m_table;
    SafeTextView* m_details;
    bool m_stale = true;
};

} // namespace koala
