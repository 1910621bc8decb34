#include "ui/pages/mixtures/recipe_tab.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QHBoxLayout>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"

namespace koala {

RecipeTab::RecipeTab(MixturesController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* bar = new QWidget(this);
    QHBoxLayout* line = toolBar(bar);
    line->setContentsMargins(16, 0, 16, 1);
    m_path = new TextLabel(TextRole::Secondary, bar);
    m_path->setElided(true);
    line->addWidget(m_path, 1);
    auto* copy = plainButton(tr("Copy"), "copy", "recipeCopy", bar);
    auto* folder = plainButton(tr("Open folder"), "folder", "recipeFolder", bar);
    folder->setToolTip(tr("Another program may change the file; this page reads it again then"));
    line->addWidget(copy);
    line->addWidget(folder);
    column->addWidget(bar);
    auto* inset = new QVBoxLayout;
    inset->setContentsMargins(16, 8, 0, 0);
    m_file = new SafeTextView(this);
    m_file->setObjectName(QStringLiteral("mixtureFile"));
    m_file->setAccessibleName(tr("The file of this mixture"));
    m_file->setFont(fontFor(TextRole::Code));
    inset->addWidget(m_file);
    column->addLayout(inset, 1);
    connect(
        copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_text); });
    connect(folder, &QPushButton::clicked, this, [this] {
        const auto path = m_controller.service().fileOf(m_controller.editor().slug());
        QDesktopServices::openUrl(QUrl::fromLocalFile(qtext(path.parent_path().string())));
    });
    connect(&m_controller, &MixturesController::stateChanged, this, [this] {
        if (isVisible())
            refresh();
    });
}

void RecipeTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void RecipeTab::refresh()
{
    const MixtureEditor& editor = m_controller.editor();
    m_path->setText(tr("%1%2").arg(qtext(m_controller.service().fileOf(editor.slug()).string()),
        editor.changed() ? tr(" · with changes that are not saved") : QString()));
    const QString text = qtext(toJson(editor.mixture()).dump(2));
    if (text == m_text)
        return;
    m_text = text;
    m_file->setSafeText(text);
}

} // namespace koala
