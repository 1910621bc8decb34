#include "ui/pages/data/source_actions.h"

#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"
#include "ui/widgets/toggle.h"

namespace koala {

SourceFactsSheet::SourceFactsSheet(DataService& service, QWidget* parent)
    : QDialog(parent), m_service(service)
{
    setObjectName(QStringLiteral("sourceSheet"));
    setWindowTitle(tr("Facts of this source"));
    setModal(true);
    resize(520, 240);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 12);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    int row = 0;
    const auto field = [&](const QString& name, const char* objectName) {
        auto* edit = new QLineEdit(this);
        edit->setObjectName(QLatin1StringView(objectName));
        edit->setAccessibleName(name);
        grid->addWidget(new TextLabel(name, TextRole::Body, this), row, 0);
        grid->addWidget(edit, row++, 1);
        return edit;
    };
    m_title = field(tr("Name"), "sourceTitle");
    m_licence = field(tr("Licence"), "sourceLicence");
    m_terms = field(tr("Terms"), "sourceTerms");
    m_evaluation = new Toggle(tr("For evaluation only"), "sourceEvaluation", this);
    auto* use = new QHBoxLayout;
    use->addWidget(m_evaluation);
    use->addSpacing(6);
    use->addWidget(
        new TextLabel(tr("for evaluation only: mixtures refuse it"), TextRole::Secondary, this));
    use->addStretch(1);
    grid->addWidget(new TextLabel(tr("Evaluation"), TextRole::Body, this), row, 0);
    grid->addLayout(use, row, 1);
    layout->addLayout(grid);
    layout->addStretch(1);
    auto* foot = new QHBoxLayout;
    auto* cancel = plainButton(tr("Cancel"), nullptr, "sourceCancel", this);
    auto* save = filledButton(tr("Save"), nullptr, "sourceSave", this);
    save->setDefault(true);
    foot->addStretch(1);
    foot->addWidget(cancel);
    foot->addWidget(save);
    layout->addLayout(foot);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(save, &QPushButton::clicked, this, &SourceFactsSheet::save);
}

void SourceFactsSheet::ask(const DataSource& source)
{
    m_slug = source.slug;
    m_title->setText(qtext(source.manifest.title));
    m_licence->setText(qtext(source.manifest.licence));
    m_terms->setText(qtext(source.manifest.terms));
    m_evaluation->setChecked(source.manifest.use == "evaluation");
    open();
    m_title->setFocus();
    m_title->selectAll();
}

void SourceFactsSheet::save()
{
    m_service.editSource(m_slug, {.title = m_title->text().trimmed().toStdString(),
                                     .licence = m_licence->text().trimmed().toStdString(),
                                     .terms = m_terms->text().trimmed().toStdString(),
                                     .use = m_evaluation->isChecked() ? "evaluation" : "training"});
    accept();
}

SourceActions::SourceActions(DataController& controller, QWidget* parent)
    : QObject(parent), m_controller(controller), m_parent(parent)
{
    connect(&m_controller.service(), &DataService::removed, this,
        [this](const QString& slug, const QString& trashed) {
            m_removed = slug;
            m_trashed = trashed;
            Q_EMIT removedSource(tr("%1 was moved to the project's trash.").arg(slug));
        });
}

void SourceActions::fill(QMenu& menu)
{
    const bool any = m_controller.current() != nullptr;
    const auto add = [&](const char* iconName, const QString& text, const char* objectName,
                         auto action) {
        QAction* made = menu.addAction(icon(iconName), text);
        made->setObjectName(QLatin1StringView(objectName));
        made->setEnabled(any);
        connect(made, &QAction::triggered, this, action);
    };
    add("edit", tr("Name, licence, terms, use…"), "sourceRename", [this] { rename(); });
    add("retry", tr("Import again as another kind…"), "sourceAgain", [this] { importAgain(); });
    menu.addSeparator();
    add("trash", tr("Delete…"), "sourceDelete", [this] { remove(); });
    if (m_trashed.isEmpty())
        return;
    QAction* undo = menu.addAction(icon("reset"), tr("Bring %1 back").arg(m_removed));
    undo->setObjectName(QStringLiteral("sourceRestore"));
    connect(undo, &QAction::triggered, this, &SourceActions::undoRemoval);
}

void SourceActions::rename()
{
    const DataSource* source = m_controller.current();
    if (source == nullptr)
        return;
    if (m_sheet == nullptr)
        m_sheet = new SourceFactsSheet(m_controller.service(), m_parent);
    m_sheet->ask(*source);
}

void SourceActions::remove()
{
    const DataSource* source = m_controller.current();
    if (source == nullptr)
        return;
    auto* ask = new QMessageBox(QMessageBox::Question, tr("Delete a source"),
        tr("Delete %1 with its %2?")
            .arg(safeLine(source->manifest.title, 80),
                counted(qint64(source->manifest.rows), tr("row"), tr("rows"))),
        QMessageBox::Cancel, m_parent);
    ask->setObjectName(QStringLiteral("deleteSource"));
    ask->setAttribute(Qt::WA_DeleteOnClose);
    ask->setTextFormat(Qt::PlainText);
    ask->setInformativeText(
        (source->usedBy.isEmpty() ? QString()
                                  : tr("%1 uses it and will miss it. ")
                                        .arg(source->usedBy.join(QStringLiteral(", ")).left(200))) +
        tr("It goes into the project's trash and can be brought back."));
    QPushButton* button = ask->addButton(tr("Delete"), QMessageBox::DestructiveRole);
    button->setObjectName(QStringLiteral("deleteSourceNow"));
    connect(button, &QPushButton::clicked, this,
        [this, slug = source->slug] { m_controller.service().removeSource(slug); });
    ask->open();
}

void SourceActions::undoRemoval()
{
    if (m_trashed.isEmpty())
        return;
    m_controller.service().restoreSource(m_removed, m_trashed);
    m_trashed.clear();
}

// Manifests keep the names of files, not where they were: that is asked.
void SourceActions::importAgain()
{
    const DataSource* source = m_controller.current();
    if (source == nullptr)
        return;
    ImportOrder order;
    order.licence = qtext(source->manifest.licence);
    order.terms = qtext(source->manifest.terms);
    order.evaluation = source->manifest.use == "evaluation";
    QStringList names;
    for (const SourceFile& file : source->manifest.sources)
        names << safeLine(fs::path(file.path).filename().string(), 80);
    auto* dialog = new QFileDialog(
        m_parent, tr("Where is %1 now?").arg(names.join(QStringLiteral(", ")).left(160)));
    dialog->setObjectName(QStringLiteral("againDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    connect(dialog, &QFileDialog::fileSelected, this, [this, order](const QString& file) {
        ImportOrder again = order;
        again.files = {file};
        Q_EMIT againWanted(again);
    });
    dialog->open();
}

} // namespace koala
