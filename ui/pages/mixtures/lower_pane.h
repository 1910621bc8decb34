// ui/pages/mixtures/lower_pane.h: the tabs under the checks: preview as conversations and as
// tokens, diversity, differences, the recipe's file.
#pragma once

#include "ui/pages/mixtures/mixtures_controller.h"
#include "ui/widgets/card.h"

class QStackedWidget;

namespace koala {

class PreviewPane;
class TabLine;

class LowerPane final : public Card {
    Q_OBJECT
public:
    enum Tab { Conversations, TokensTab, Diversity, Differences, Recipe };
    explicit LowerPane(MixturesController& controller, QWidget* parent = nullptr);
    int currentTab() const;
    void setCurrentTab(int tab);

private:
    void showTab(int tab);

    TabLine* m_tabs;
    QStackedWidget* m_stack;
    PreviewPane* m_preview;
};

} // namespace koala
