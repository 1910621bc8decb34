// ui/pages/mixtures/options_sheet.h: what holds for the whole mixture: whose tokeniser and template
// count, the longest conversation, packing, the system message, excluded prompts. Applied as one
// step.
#pragma once

#include "ui/pages/mixtures/mixture_editor.h"
#include "ui/widgets/sheet.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLineEdit;
class QSpinBox;

namespace koala {

class Segmented;

class OptionsSheet final : public Sheet {
    Q_OBJECT
public:
    OptionsSheet(MixtureEditor& editor, const MixtureService& service, QWidget* owner);
    MixtureOptions options() const; // as the fields say

private:
    void makeFields(QWidget* whole);
    QWidget* makeStream(QWidget* whole);
    void addRow(const QString& label, QWidget* field, const QString& note);
    void fill(const MixtureService& service);
    void makePromptSets(const MixtureService& service);
    void agree(); // lengths and packing

    MixtureEditor& m_editor;
    QGridLayout* m_grid;
    QComboBox *m_model, *m_template;
    QSpinBox *m_maxTokens, *m_length;
    Segmented *m_tooLong, *m_packing, *m_rule;
    QLineEdit* m_system;
    QCheckBox *m_addEos, *m_startWithBos, *m_evaluation;
    std::vector<std::pair<std::string, QCheckBox*>> m_sets;
};

} // namespace koala
