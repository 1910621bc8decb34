#include "ui/pages/data/import_sheet.h"

#include <QComboBox>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListView>
#include <QVBoxLayout>

#include "ui/pages/data/column_map_editor.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/inset_delegate.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"
#include "ui/widgets/toggle.h"

namespace koala {

namespace {
QLineEdit* field(const QString& name, const char* objectName, QWidget* parent)
{
    auto* edit = new QLineEdit(parent);
    edit->setObjectName(QLatin1StringView(objectName));
    edit->setAccessibleName(name);
    return edit;
}

QString asWords(const ImportPreviewFacts& facts)
{
    QString words;
    for (std::size_t row = 0; row < facts.rows.size(); ++row) {
        words += ImportSheet::tr("— %1 —").arg(row + 1) + QLatin1Char('\n');
        for (const auto& turn : facts.rows[row])
            words += (turn.role.isEmpty() ? QString() : turn.role + QStringLiteral("  ")) +
                     turn.text + QLatin1Char('\n');
        words += QLatin1Char('\n');
    }
    return words;
}
} // namespace

ImportSheet::ImportSheet(DataService& service, QWidget* parent)
    : QDialog(parent), m_service(service), m_drafts(service)
{
    setObjectName(QStringLiteral("importSheet"));
    setWindowTitle(tr("Import"));
    setModal(true);
    resize(1000, 680);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(0);
    m_files = new QListView(this);
    m_files->setObjectName(QStringLiteral("importFiles"));
    m_files->setAccessibleName(tr("Files to import"));
    m_files->setModel(&m_drafts);
    m_files->setItemDelegate(new InsetDelegate(12, 4, m_files));
    m_files->setFrameShape(QFrame::NoFrame);
    m_files->setFixedWidth(240);
    m_files->setEditTriggers(QAbstractItemView::NoEditTriggers);
    columns->addWidget(m_files);
    auto* right = pane(QPalette::Base, this);
    auto* rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(0);
    rightLayout->addWidget(makeForm());
    m_problem = new NoticeBar(right);
    m_problem->setObjectName(QStringLiteral("importProblem"));
    rightLayout->addWidget(m_problem);
    rightLayout->addWidget(new Hairline(Qt::Horizontal, right));
    rightLayout->addWidget(makePreview(), 1);
    columns->addWidget(right, 1);
    layout->addLayout(columns, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    layout->addWidget(makeFoot());
    connect(m_files->selectionModel(), &QItemSelectionModel::currentChanged, this,
        &ImportSheet::showDraft);
    connect(&m_drafts, &ImportDrafts::draftChanged, this, [this](int row) {
        if (row == current())
            showDraft();
        showFoot();
    });
    connect(this, &QDialog::finished, this, [this] { m_service.previews().clear(); });
}

QWidget* ImportSheet::makeForm()
{
    auto* form = new QWidget(this);
    auto* grid = new QGridLayout(form);
    grid->setContentsMargins(16, 12, 16, 12);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    m_title = new TextLabel(TextRole::Strong, form);
    m_title->setElided(true);
    m_bytes = new TextLabel(TextRole::Secondary, form);
    grid->addWidget(m_title, 0, 0, 1, 3);
    grid->addWidget(m_bytes, 0, 3, Qt::AlignRight);
    m_kind = comboBox(tr("Kind"), "importKind", form);
    m_kind->addItem(tr("as detected"), QString());
    for (const ImportKind& kind : importKinds())
        m_kind->addItem(kind.id + QStringLiteral(" · ") + kind.title, kind.id);
    m_kind->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_kind->setMinimumContentsLength(22);
    m_reason = new TextLabel(TextRole::Secondary, form);
    m_reason->setObjectName(QStringLiteral("importReason"));
    m_reason->setWordWrap(true);
    m_name = field(tr("Name"), "importName", form);
    m_licence = field(tr("Licence"), "importLicence", form);
    m_licence->setPlaceholderText(tr("not stated"));
    m_terms = field(tr("Terms"), "importTerms", form);
    m_terms->setPlaceholderText(tr("who may use it for what; travels with the data"));
    m_evaluation = new Toggle(tr("For evaluation only"), "importEvaluation", form);
    m_columns = new ColumnMapEditor(form);
    const auto label = [&](const QString& text, int row, int column) {
        auto* made = new TextLabel(text, TextRole::Body, form);
        grid->addWidget(made, row, column);
        return made;
    };
    label(tr("Kind"), 1, 0);
    grid->addWidget(m_kind, 1, 1);
    grid->addWidget(m_reason, 1, 2, 1, 2);
    label(tr("Name"), 2, 0);
    grid->addWidget(m_name, 2, 1);
    label(tr("Licence"), 2, 2);
    grid->addWidget(m_licence, 2, 3);
    label(tr("Terms"), 3, 0);
    grid->addWidget(m_terms, 3, 1, 1, 3);
    m_source = new TextLabel(TextRole::Secondary, form);
    m_source->setObjectName(QStringLiteral("importSource"));
    m_source->setElided(true);
    grid->addWidget(m_source, 4, 1, 1, 3);
    label(tr("Evaluation"), 5, 0);
    auto* use = new QHBoxLayout;
    use->setSpacing(8);
    use->addWidget(m_evaluation);
    use->addWidget(
        new TextLabel(tr("for evaluation only: mixtures refuse it"), TextRole::Secondary, form));
    use->addStretch(1);
    grid->addLayout(use, 5, 1, 1, 3);
    m_columnsLabel = label(tr("Columns"), 6, 0);
    grid->addWidget(m_columns, 6, 1, 1, 3);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_filling && current() >= 0)
            m_drafts.setFormat(current(), m_kind->currentData().toString());
    });
    for (QLineEdit* edit : {m_name, m_licence, m_terms})
        connect(edit, &QLineEdit::textChanged, this, &ImportSheet::takeFacts);
    connect(m_evaluation, &QCheckBox::toggled, this, &ImportSheet::takeFacts);
    connect(m_columns, &ColumnMapEditor::changed, this, [this] {
        if (!m_filling && current() >= 0)
            m_drafts.setColumns(current(), m_columns->map());
    });
    return form;
}

QWidget* ImportSheet::makePreview()
{
    auto* part = new QWidget(this);
    auto* layout = new QVBoxLayout(part);
    layout->setContentsMargins(16, 8, 16, 8);
    layout->setSpacing(6);
    m_rowsTitle = new TextLabel(TextRole::Secondary, part);
    m_rowsTitle->setObjectName(QStringLiteral("previewTitle"));
    m_rows = new SafeTextView(part);
    m_rows->setObjectName(QStringLiteral("previewRows"));
    m_rows->setAccessibleName(tr("First rows as conversations"));
    layout->addWidget(m_rowsTitle);
    layout->addWidget(m_rows, 1);
    return part;
}

QWidget* ImportSheet::makeFoot()
{
    auto* foot = new QWidget(this);
    auto* line = new QHBoxLayout(foot);
    line->setContentsMargins(16, 10, 16, 10);
    m_foot = new TextLabel(TextRole::Secondary, foot);
    m_foot->setObjectName(QStringLiteral("importSummary"));
    m_foot->setElided(true);
    auto* cancel = plainButton(tr("Cancel"), nullptr, "importCancel", foot);
    m_import = filledButton(tr("Import"), nullptr, "importStart", foot);
    m_import->setDefault(true);
    line->addWidget(m_foot, 1);
    line->addWidget(cancel);
    line->addWidget(m_import);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_import, &QPushButton::clicked, this, &ImportSheet::importAll);
    return foot;
}

void ImportSheet::ask(const QStringList& files)
{
    m_drafts.setFiles(files);
    begin();
}

void ImportSheet::askAgain(const ImportOrder& order)
{
    m_drafts.clear();
    m_drafts.add({.order = order, .termsTyped = true});
    begin();
}

void ImportSheet::begin()
{
    m_files->setVisible(m_drafts.rowCount() > 1);
    m_files->setCurrentIndex(m_drafts.index(0));
    showDraft();
    showFoot();
    open();
    m_name->setFocus();
}

int ImportSheet::current() const
{
    return m_files->currentIndex().isValid() ? m_files->currentIndex().row() : -1;
}

void ImportSheet::showDraft()
{
    if (current() < 0)
        return;
    const ImportDraft& draft = m_drafts.at(current());
    m_filling = true;
    m_title->setText(safeLine(QFileInfo(draft.order.files.first()).fileName(), 160));
    m_bytes->setText(draft.facts.bytes > 0 ? byteCount(draft.facts.bytes) : QString());
    m_kind->setItemText(0, draft.order.format.isEmpty() && !draft.facts.kind.isEmpty()
                               ? tr("%1 · as detected").arg(draft.facts.kind)
                               : tr("as detected"));
    m_kind->setCurrentIndex(std::max(0, m_kind->findData(draft.order.format)));
    m_reason->setText(safeLine(draft.facts.reason, 300));
    m_name->setPlaceholderText(safeLine(draft.facts.name, 120));
    for (const auto& [edit, value] : {std::pair{m_name, &draft.order.name},
             {m_licence, &draft.order.licence}, {m_terms, &draft.order.terms}})
        if (edit->text() != *value)
            edit->setText(*value);
    m_source->setText(
        draft.facts.source.isEmpty()
            ? draft.state == ImportDraft::State::Reading
                  ? QString()
                  : tr("no published source is recognised: say what is known of it")
            : tr("as published for %1; change what differs for this copy").arg(draft.facts.source));
    m_evaluation->setChecked(draft.order.evaluation);
    const bool columns = !draft.facts.columns.isEmpty();
    m_columns->setVisible(columns);
    m_columnsLabel->setVisible(columns);
    if (columns)
        m_columns->setColumns(draft.facts.columns, draft.order.columns);
    m_filling = false;
    showRows(draft);
}

void ImportSheet::showRows(const ImportDraft& draft)
{
    const QStringList& problems = draft.facts.problems;
    switch (draft.state) {
    case ImportDraft::State::Reading:
        m_rowsTitle->setText(tr("Reading…"));
        m_problem->clear();
        m_rows->setSafeText({});
        return;
    case ImportDraft::State::Unknown:
        m_problem->tell(
            Tone::Warning, tr("No kind fits: %1. Choose one above.").arg(draft.problem));
        break;
    case ImportDraft::State::Failed:
        m_problem->tell(Tone::Warning, draft.problem, problems.join(QLatin1Char('\n')));
        break;
    case ImportDraft::State::Ready:
        if (problems.isEmpty())
            m_problem->clear();
        else
            m_problem->tell(Tone::Warning,
                tr("%1 among the first cannot be read and would be set aside: %2")
                    .arg(counted(problems.size(), tr("record"), tr("records")), problems.first()),
                problems.join(QLatin1Char('\n')));
        break;
    }
    m_rowsTitle->setText(
        draft.facts.rows.empty()
            ? QString()
            : tr("The first %1 as conversations")
                  .arg(counted(qint64(draft.facts.rows.size()), tr("row"), tr("rows"))));
    m_rows->setSafeText(asWords(draft.facts));
}

void ImportSheet::showFoot()
{
    const int ready = m_drafts.ready();
    const int all = m_drafts.rowCount();
    m_import->setEnabled(ready > 0);
    if (m_drafts.reading())
        m_foot->setText(tr("reading…"));
    else if (ready == all)
        m_foot->setText(tr("%1 will be made; files are read, never changed")
                .arg(counted(all, tr("dataset"), tr("datasets"))));
    else if (all == 1)
        m_foot->setText(tr("this file cannot be imported as it is"));
    else
        m_foot->setText(tr("%1 of %2 files can be imported; the others are left out")
                .arg(grouped(ready), grouped(all)));
}

void ImportSheet::takeFacts()
{
    if (m_filling || current() < 0)
        return;
    ImportOrder facts;
    facts.name = m_name->text().trimmed();
    facts.licence = m_licence->text().trimmed();
    facts.terms = m_terms->text().trimmed();
    facts.evaluation = m_evaluation->isChecked();
    m_drafts.setFacts(current(), facts);
}

void ImportSheet::importAll()
{
    for (const ImportOrder& order : m_drafts.orders())
        m_service.import(order);
    accept();
}

} // namespace koala
