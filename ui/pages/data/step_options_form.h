// ui/pages/data/step_options_form.h: the options of one cleaning step as a form, built from what
// its kind declares: name, bounds, choices and help. Changes are told a moment after the last one.
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/services/cleaning_service.h"

class QGridLayout;

namespace koala {

class StepOptionsForm final : public QWidget {
    Q_OBJECT
public:
    explicit StepOptionsForm(QWidget* parent = nullptr);
    void setPromptSets(const QStringList& slugs) { m_promptSets = slugs; }
    void show(const CleaningStep* step); // null: empty
    void setHelpShown(bool shown);
    void reset(); // to the defaults
    bool isDefault() const { return m_options.empty(); }

Q_SIGNALS:
    void optionsChanged(const koala::Json& options); // those that differ from the defaults

private:
    QWidget* editorOf(const StepOption& option, const Json& value);
    void set(const StepOption& option, const Json& value);
    void build();

    QStringList m_promptSets;
    const StepType* m_type = nullptr;
    std::string m_id;
    Json m_options = Json::object();
    QGridLayout* m_grid;
    std::vector<QWidget*> m_help;
    bool m_helpShown = false;
    QTimer m_settle;
};

} // namespace koala
