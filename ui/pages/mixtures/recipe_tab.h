// ui/pages/mixtures/recipe_tab.h: the file of the mixture as Save would write it.
#pragma once

#include <QWidget>

#include "ui/pages/mixtures/mixtures_controller.h"

namespace koala {

class SafeTextView;
class TextLabel;

class RecipeTab final : public QWidget {
    Q_OBJECT
public:
    explicit RecipeTab(MixturesController& controller, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();

    MixturesController& m_controller;
    TextLabel* m_path;
    SafeTextView* m_file;
    QString m_text;
};

} // namespace koala
