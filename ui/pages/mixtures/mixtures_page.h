// ui/pages/mixtures/mixtures_page.h: the Mixtures page: which mixture, its bar and live figures,
// its sources, its checks, what it holds. Lays out and forwards; decides nothing.
#pragma once

#include "ui/pages/mixtures/mixtures_controller.h"

class QAction;
class QComboBox;
class QMenu;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QToolButton;

namespace koala {

class EmptyState;
class LowerPane;
class NoticeBar;
class SourceRows;

class MixturesPage final : public Page {
    Q_OBJECT
public:
    explicit MixturesPage(MixtureService& service, QWidget* parent = nullptr);
    MixtureEditor& editor() { return m_controller.editor(); }
    MixturesController& controller() { return m_controller; }
    void showTab(int tab); // LowerPane::Tab
    void showLower();      // scrolls down to the tabs
    void openTemplates(const QString& id);

    void activated() override;
    void open(const Destination& destination) override;
    QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;

private:
    enum Whole { Waiting, Empty, Full };
    void makeHeader();
    void makeMenus();
    QWidget* makeContent();
    void follow();
    void refreshList();
    void refreshHeader();
    void newMixture();
    void chooseHoldOutList(int source);
    void exportMixture();
    void tell(Tone tone, const QString& text, const QString& details, const QString& action = {},
        std::function<void()> what = {});

    MixturesController m_controller;
    QComboBox* m_which;
    QPushButton *m_templates, *m_duplicate, *m_save, *m_train;
    QToolButton* m_more;
    QAction *m_undo, *m_redo;
    std::vector<QAction*> m_forOpen; // need an open mixture
    QStackedWidget* m_whole;
    EmptyState* m_empty;
    QScrollArea* m_scroll;
    NoticeBar* m_notice;
    std::function<void()> m_noticeAction;
    SourceRows* m_sources;
    LowerPane* m_lower;
    bool m_filling = false;
};

} // namespace koala
