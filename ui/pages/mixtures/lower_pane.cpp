#include "ui/pages/mixtures/lower_pane.h"

#include <algorithm>

#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/pages/mixtures/differences_tab.h"
#include "ui/pages/mixtures/diversity_tab.h"
#include "ui/pages/mixtures/preview_pane.h"
#include "ui/pages/mixtures/recipe_tab.h"
#include "ui/widgets/tab_line.h"

namespace koala {

LowerPane::LowerPane(MixturesController& controller, QWidget* parent) : Card(parent)
{
    m_tabs = new TabLine(this);
    m_tabs->setObjectName(QStringLiteral("mixtureTabs"));
    m_tabs->setAccessibleName(tr("About this mixture"));
    m_tabs->setInset(16);
    for (const QString& title : {tr("Preview as conversations"), tr("Preview as tokens"),
             tr("Diversity"), tr("Differences"), tr("Recipe file")})
        m_tabs->addTab(title);
    body()->addWidget(m_tabs);
    m_stack = new QStackedWidget(this);
    m_preview = new PreviewPane(controller.editor(), m_stack);
    m_stack->addWidget(m_preview);
    m_stack->addWidget(new DiversityTab(controller, m_stack));
    m_stack->addWidget(new DifferencesTab(controller, m_stack));
    m_stack->addWidget(new RecipeTab(controller, m_stack));
    body()->addWidget(m_stack, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, &LowerPane::showTab);
    connect(&controller, &MixturesController::previewChanged, m_preview, &PreviewPane::showRecords);
}

void LowerPane::showTab(int tab)
{
    m_preview->setForm(tab == TokensTab ? PreviewPane::Tokens : PreviewPane::Text);
    m_stack->setCurrentIndex(std::max(0, tab - 1)); // both previews are one pane
}

int LowerPane::currentTab() const
{
    return m_tabs->currentIndex();
}
void LowerPane::setCurrentTab(int tab)
{
    m_tabs->setCurrentIndex(tab);
}

} // namespace koala
