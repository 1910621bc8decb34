// ui/pages/runs/form_row.h: one option of the run form: a dot when it is not the recipe's value,
// label, editor, note, its own reset, and its help while it has the focus.
#pragma once

#include <QWidget>

#include "core/config/options.h"

class QComboBox;
class QLineEdit;
class QToolButton;

namespace koala {

class RunFormController;
class TextLabel;
class Segmented;

QString optionTitle(std::string_view key); // "learning_rate" -> "Learning rate"

class FormRow final : public QWidget {
    Q_OBJECT
public:
    FormRow(RunFormController& controller, const OptionBinding& option, QWidget* parent);
    const std::string& key() const { return m_key; }
    const std::string& group() const { return m_group; }
    bool advanced() const { return m_advanced; }
    bool matches(const QString& words) const;
    void refresh();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QWidget* makeEditor(const OptionBinding& option);
    void setHelpShown(bool shown);

    RunFormController& m_controller;
    std::string m_key, m_group;
    bool m_advanced;
    bool m_helpShown = false;
    bool m_typing = false, m_refreshing = false;
    QStringList m_choices;
    QComboBox* m_combo = nullptr;
    QLineEdit* m_line = nullptr;
    Segmented* m_segments = nullptr;
    TextLabel *m_title, *m_note, *m_help;
    QToolButton *m_reset, *m_info;
};

} // namespace koala
