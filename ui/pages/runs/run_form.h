// ui/pages/runs/run_form.h: the form of a new run: groups at the left, fields in the middle, Run
// preview at the right. Made from the declaration of the options; decides nothing.
#pragma once

#include <map>

#include <QWidget>

#include "ui/pages/runs/run_form_controller.h"

class QComboBox;
class QPlainTextEdit;
class QScrollArea;
class QVBoxLayout;

namespace koala {

class Card;
class FormRow;
class RunPreview;

class RunForm final : public QWidget {
    Q_OBJECT
public:
    explicit RunForm(RunFormController& controller, QWidget* parent = nullptr);
    void setAdvanced(bool advanced);

private:
    QWidget* makeGroups();
    QWidget* makeFields();
    void refresh();
    void refreshChoices();
    void filter(const QString& words);

    RunFormController& m_controller;
    QScrollArea* m_scroll = nullptr;
    QComboBox* m_recipe = nullptr;
    QVBoxLayout* m_groupColumn = nullptr;
    std::map<std::string, Card*, std::less<>> m_cards;
    std::map<std::string, QAbstractButton*, std::less<>> m_groupButtons;
    std::vector<FormRow*> m_rows;
    RunPreview* m_preview;
    bool m_advanced = false;
    QString m_words;
};

} // namespace koala
