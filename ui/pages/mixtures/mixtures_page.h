// ui/pages/mixtures/mixtures_page.h: the Mixtures page: which mixture, its bar and live figures,
// its sources, its checks, its preview. Lays out and forwards; decides nothing.
#pragma once

#include "ui/pages/mixtures/mixture_editor.h"
#include "ui/widgets/page.h"

class QComboBox;
class QGridLayout;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QSpinBox;
class QStackedWidget;

namespace koala {

class EmptyState;
class NoticeBar;
class PreviewPane;
class Segmented;
class SourceRows;
class StackedBar;
class TextLabel;

class MixturesPage final : public Page {
    Q_OBJECT
public:
    explicit MixturesPage(MixtureService& service, QWidget* parent = nullptr);
    MixtureEditor& editor() { return m_editor; }

    void activated() override;
    void open(const Destination& destination) override;
    QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Figure {
        TextLabel *value, *note;
    };
    struct Check {
        TextLabel *words, *value;
        QLabel* icon;
    };
    void makeHeader();
    QWidget* makeSummary();
    QWidget* makeChecks();
    Figure addFigure(QGridLayout& grid, int column, const QString& title);
    Check addCheck(QHBoxLayout& line, const QString& words, const char* objectName, bool last);
    void tell(const Check& check, bool good, const QString& value);
    void refreshList();
    void choose(const QString& slug);
    void newMixture();
    void duplicate();
    void saveMixture();
    void train();
    void recount();
    void showFigures(const MixtureFigures& figures);
    void showChecks(const MixtureChecks& checks);
    void refreshHeader();
    QString freeSlug(const QString& wanted) const;

    MixtureService& m_service;
    MixtureEditor m_editor;
    QComboBox* m_which;
    QPushButton *m_new, *m_duplicate, *m_save, *m_train;
    QStackedWidget* m_whole;
    EmptyState* m_empty;
    NoticeBar* m_notice;
    Segmented *m_basis, *m_mode;
    QSpinBox* m_seed;
    TextLabel* m_sharesTotal;
    StackedBar* m_bar;
    Figure m_rows, m_tokens, m_trained, m_sequences, m_longest, m_heldOut;
    SourceRows* m_sources;
    Check m_overlap, m_bothSides, m_fits, m_terms, m_order;
    PreviewPane* m_preview;
    QString m_wanted, m_addWhenLoaded, m_savedAt;
    std::uint64_t m_number = 0, m_savedNumber = 0;
    MixtureAmounts m_savedTotal;
    MixtureFigures m_shownFigures; // drawn again in the colours of another theme
    MixtureChecks m_shownChecks;
    bool m_haveSaved = false, m_trainAfterSave = false, m_filling = false, m_fresh = false;
};

} // namespace koala
