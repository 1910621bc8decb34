// ui/pages/mixtures/template_sheet.h: a published mixture beside what the project has: the sources
// that it wants, the dataset that stands for each, what is missing and where to get it, and three
// columns of sizes: as published, as the released pipeline has it, and ours.
#pragma once

#include "ui/pages/mixtures/mixtures_controller.h"
#include "ui/services/mixture_templates.h"
#include "ui/widgets/sheet.h"

class QGridLayout;
class QPushButton;

namespace koala {

class TextLabel;

class TemplateSheet final : public Sheet {
    Q_OBJECT
public:
    TemplateSheet(MixturesController& controller, const QString& id, QWidget* owner);
    const TemplatePlan& plan() const { return m_plan; }

Q_SIGNALS:
    void importWanted();

private:
    void addHead();
    void addLine(int line);
    void addDetails(int line);
    void refresh();

    MixturesController& m_controller;
    TemplatePlan m_plan;
    QGridLayout* m_grid;
    std::vector<TextLabel*> m_ours, m_states;
    QPushButton* m_make;
};

} // namespace koala
