// ui/pages/mixtures/checks_strip.h: what a mixture is checked for, in one line: overlap with test
// sets, prompts on both sides of the split, what fits, known terms, and its order.
#pragma once

#include "ui/pages/mixtures/mixtures_controller.h"
#include "ui/widgets/card.h"

class QPushButton;

namespace koala {

class ChecksStrip final : public Card {
    Q_OBJECT
public:
    explicit ChecksStrip(MixturesController& controller, QWidget* parent = nullptr);

Q_SIGNALS:
    void termsWanted();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Check {
        QLabel* icon;
        TextLabel *words, *value;
    };
    Check addCheck(QHBoxLayout& line, const QString& words, const char* objectName);
    void tell(const Check& check, bool good, const QString& value);
    void refresh();
    void showTerms();

    MixturesController& m_controller;
    Check m_overlap, m_bothSides, m_fits, m_terms, m_order;
    QPushButton *m_licences, *m_copy;
};

} // namespace koala
