#include "ui/pages/mixtures/mixtures_page.h"

#include <QAction>
#include <QComboBox>
#include <QFileDialog>
#include <QMenu>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/pages/mixtures/checks_strip.h"
#include "ui/pages/mixtures/lower_pane.h"
#include "ui/pages/mixtures/options_sheet.h"
#include "ui/pages/mixtures/small_sheets.h"
#include "ui/pages/mixtures/source_rows.h"
#include "ui/pages/mixtures/summary_card.h"
#include "ui/pages/mixtures/template_sheet.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
constexpr int kWaitMs = 200; // before the page says that it is waiting
}

MixturesPage::MixturesPage(MixtureService& service, QWidget* parent)
    : Page(tr("Mixtures"), parent), m_controller(service)
{
    setObjectName(QStringLiteral("mixturesPage"));
    makeHeader();
    auto* outer = new QVBoxLayout(body());
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    m_whole = new QStackedWidget(body());
    outer->addWidget(m_whole);
    auto* waiting = new EmptyState({}, {}, nullptr, "mixturesWaiting", m_whole);
    QTimer::singleShot(kWaitMs, waiting,
        [waiting] { waiting->setSentence(tr("Reading the mixtures of this project…")); });
    m_whole->addWidget(waiting);
    m_empty = new EmptyState({}, tr("New mixture"), "plus", "newFirstMixture", m_whole);
    m_empty->setSecondWay(tr("Start from a template"), "firstTemplate");
    m_whole->addWidget(m_empty);
    m_scroll = scrollArea(makeContent(), "mixtureScroll", m_whole);
    m_whole->addWidget(m_scroll);
    follow();
    service.refresh();
    refreshHeader();
}

QWidget* MixturesPage::makeContent()
{
    auto* content = pane(QPalette::Window, m_whole);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(16);
    m_notice = new NoticeBar(content);
    layout->addWidget(m_notice);
    auto* summary = new SummaryCard(m_controller, content);
    layout->addWidget(summary);
    auto* table = new Card(content);
    m_sources = new SourceRows(m_controller.editor(), table);
    table->body()->addWidget(m_sources);
    layout->addWidget(table);
    auto* checks = new ChecksStrip(m_controller, content);
    layout->addWidget(checks);
    m_lower = new LowerPane(m_controller, content);
    m_lower->setMinimumHeight(420); // the figures of the diversity without a second scroll bar
    layout->addWidget(m_lower, 1);
    connect(summary, &SummaryCard::optionsWanted, this, [this] {
        auto* sheet = new OptionsSheet(m_controller.editor(), m_controller.service(), this);
        connect(sheet, &Sheet::dismissed, sheet, &QObject::deleteLater);
        sheet->open();
    });
    connect(checks, &ChecksStrip::termsWanted, this, [this] { showTerms(m_controller, this); });
    connect(m_sources, &SourceRows::addWanted, this,
        [this] { Q_EMIT goTo({QStringLiteral("data"), {}, {}}); });
    connect(m_sources, &SourceRows::listWanted, this, &MixturesPage::chooseHoldOutList);
    connect(&m_controller, &MixturesController::figuresChanged, this,
        [this] { m_sources->showFigures(m_controller.figures()); });
    return content;
}

void MixturesPage::makeHeader()
{
    m_which = comboBox(tr("Mixture"), "mixtureChoice", this);
    m_which->setMinimumWidth(180);
    header().addLeft(m_which);
    m_more = iconButton("more", tr("More actions"), "moreMixture", this);
    m_templates = plainButton(tr("Templates"), nullptr, "mixtureTemplates", this);
    m_templates->setToolTip(tr("Published mixtures, made of what this project has"));
    m_duplicate = plainButton(tr("Duplicate"), "copy", "duplicateMixture", this);
    m_save = plainButton(tr("Save"), "save", "saveMixture", this);
    m_save->setShortcut(QKeySequence::Save);
    m_save->setToolTip(tr("Ctrl+S"));
    m_train = filledButton(tr("Train…"), nullptr, "trainMixture", this);
    m_train->setToolTip(tr("Saves the mixture and opens the form of a run with it"));
    header().addRight(m_more);
    for (QPushButton* button : {m_templates, m_duplicate, m_save, m_train})
        header().addRight(button);
    connect(m_which, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_filling)
            m_controller.choose(m_which->currentData().toString());
    });
    connect(m_duplicate, &QPushButton::clicked, &m_controller, &MixturesController::duplicate);
    connect(m_save, &QPushButton::clicked, &m_controller, &MixturesController::save);
    connect(m_train, &QPushButton::clicked, &m_controller, &MixturesController::train);
    makeMenus();
}

void MixturesPage::makeMenus()
{
    auto* templates = new QMenu(m_templates);
    templates->setObjectName(QStringLiteral("templateMenu"));
    for (const MixtureTemplate& offered : mixtureTemplates()) {
        const QString id = qtext(std::string(offered.id));
        templates->addAction(tr("%1…").arg(qtext(std::string(offered.title))), this,
            [this, id] { openTemplates(id); });
    }
    m_templates->setProperty("opensMenu", true);
    connect(m_templates, &QPushButton::clicked, this, [this, templates] {
        templates->popup(m_templates->mapToGlobal(QPoint(0, m_templates->height() + 2)));
    });
    auto* more = new QMenu(m_more);
    more->setObjectName(QStringLiteral("moreMenu"));
    m_undo = more->addAction(tr("Undo"), &editor(), &MixtureEditor::undo);
    m_undo->setShortcut(QKeySequence::Undo);
    m_redo = more->addAction(tr("Redo"), &editor(), &MixtureEditor::redo);
    m_redo->setShortcuts(
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), QKeySequence(Qt::CTRL | Qt::Key_Y)});
    for (QAction* action : {m_undo, m_redo}) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
    }
    more->addSeparator();
    more->addAction(tr("New mixture"), this, &MixturesPage::newMixture);
    m_forOpen = {more->addAction(tr("Rename…"), this, [this] { askName(m_controller, this); }),
        more->addAction(tr("Export for another machine…"), this, &MixturesPage::exportMixture),
        more->addAction(tr("Delete"), &m_controller, &MixturesController::remove)};
    m_more->setMenu(more);
    m_more->setPopupMode(QToolButton::InstantPopup);
}

void MixturesPage::follow()
{
    connect(m_empty, &EmptyState::pressed, this, &MixturesPage::newMixture);
    connect(m_empty, &EmptyState::secondWayPressed, m_templates, &QPushButton::click);
    connect(m_notice, &NoticeBar::actionPressed, this, [this] {
        m_notice->clear();
        if (const auto what = std::exchange(m_noticeAction, {}))
            what();
    });
    connect(&m_controller, &MixturesController::listChanged, this, &MixturesPage::refreshList);
    connect(&m_controller, &MixturesController::stateChanged, this, &MixturesPage::refreshHeader);
    connect(&m_controller, &MixturesController::goTo, this, &MixturesPage::goTo);
    connect(&m_controller, &MixturesController::quiet, m_notice, &NoticeBar::clear);
    connect(&m_controller, &MixturesController::told, this,
        [this](
            Tone tone, const QString& text, const QString& details) { tell(tone, text, details); });
    connect(&m_controller, &MixturesController::unsavedChanges, this, [this](const QString& next) {
        refreshList(); // the choice shows what is still open
        askUnsaved(m_controller, next, this);
    });
    connect(&m_controller, &MixturesController::changedOutside, this, [this] {
        tell(Tone::Warning,
            tr("Another program changed the file of this mixture. Saving here replaces that."), {},
            tr("Read it again"), [this] { m_controller.readAgain(); });
    });
    connect(&m_controller, &MixturesController::removed, this, [this](const QString& slug) {
        tell(Tone::Neutral, tr("%1 was deleted.").arg(slug), {}, tr("Undo"),
            [this] { m_controller.undoRemove(); });
    });
}

void MixturesPage::tell(Tone tone, const QString& text, const QString& details,
    const QString& action, std::function<void()> what)
{
    m_noticeAction = std::move(what);
    m_notice->tell(tone, text, details, action);
}

void MixturesPage::refreshList()
{
    const MixtureService& service = m_controller.service();
    m_filling = true;
    m_which->clear();
    for (const QString& slug : service.mixtures())
        m_which->addItem(safeLine(slug, 60), slug);
    if (m_controller.open() && m_which->findData(editor().slug()) < 0)
        m_which->addItem(tr("%1 (not saved)").arg(safeLine(editor().slug(), 60)), editor().slug());
    m_which->setCurrentIndex(m_which->findData(editor().slug()));
    m_filling = false;
    const bool nothing = service.datasets().empty();
    m_empty->setSentence(
        nothing ? tr("There is nothing to mix yet. Import a file on the Data page first.")
                : tr("A mixture says which sources a model learns from, and how much of each."));
    m_empty->button()->setText(nothing ? tr("Go to Data") : tr("New mixture"));
    m_empty->button()->setIcon(icon(nothing ? "data" : "plus", IconTint::OnAccent));
    m_whole->setCurrentIndex(!service.listed()                               ? Waiting
                             : m_which->count() == 0 && !m_controller.open() ? Empty
                                                                             : Full);
    refreshHeader();
}

void MixturesPage::refreshHeader()
{
    const bool any = m_controller.open();
    const bool changed = editor().changed();
    for (QWidget* widget : std::initializer_list<QWidget*>{m_duplicate, m_save, m_train, m_which})
        widget->setVisible(any);
    m_more->setVisible(any);
    if (m_which->currentData().toString() != editor().slug() && any)
        refreshList();
    m_save->setEnabled(any && changed && editor().used() > 0);
    m_train->setEnabled(any && editor().used() > 0);
    for (QAction* action : m_forOpen)
        action->setEnabled(any);
    m_undo->setEnabled(editor().canUndo());
    m_redo->setEnabled(editor().canRedo());
    QString facts;
    if (any && m_controller.savedAt().isEmpty())
        facts = tr("not saved yet");
    else if (any)
        facts = (changed ? tr("changed · saved %1") : tr("saved %1"))
                    .arg(shortDate(m_controller.savedAt().toStdString()));
    header().setFacts(facts);
}

void MixturesPage::newMixture()
{
    if (!m_controller.newMixture())
        Q_EMIT goTo({QStringLiteral("data"), {}, {}});
}

void MixturesPage::openTemplates(const QString& id)
{
    auto* sheet = new TemplateSheet(m_controller, id, this);
    connect(sheet, &Sheet::dismissed, sheet, &QObject::deleteLater);
    connect(sheet, &TemplateSheet::importWanted, this,
        [this] { Q_EMIT goTo({QStringLiteral("data"), {}, {}}); });
    sheet->open();
}

void MixturesPage::chooseHoldOutList(int source)
{
    const QString root = qtext(m_controller.service().project().string());
    const QString file = QFileDialog::getOpenFileName(
        this, tr("A file of uids, one a line, in the project folder"), root);
    if (file.isEmpty())
        return;
    const QString inside = QDir(root).relativeFilePath(file);
    if (inside.startsWith(QStringLiteral("..")) || QDir::isAbsolutePath(inside)) {
        tell(Tone::Bad,
            tr("%1 is outside the project; copy the list into the project folder first, so that "
               "the mixture finds it on every machine.")
                .arg(file),
            {});
        return;
    }
    HoldOut holdOut;
    holdOut.listFile = inside.toStdString();
    editor().setHoldOut(source, holdOut);
}

void MixturesPage::exportMixture()
{
    const QString folder = QFileDialog::getExistingDirectory(
        this, tr("Choose the folder in which the export is made"));
    if (folder.isEmpty())
        return;
    const QString made = QDir(folder).filePath(QStringLiteral("koala-mixture-") + editor().slug());
    tell(Tone::Neutral, tr("Exporting to %1 …").arg(made), {});
    m_controller.service().exportTo(editor().slug(), made);
}

void MixturesPage::showTab(int tab)
{
    m_lower->setCurrentTab(tab);
}

void MixturesPage::showLower()
{
    m_scroll->ensureWidgetVisible(m_lower);
}

void MixturesPage::activated()
{
    m_controller.service().refresh();
}

void MixturesPage::open(const Destination& destination)
{
    if (destination.verb == QStringLiteral("add"))
        m_controller.addSource(destination.subject);
    else
        m_controller.choose(destination.subject);
}

QJsonObject MixturesPage::saveState() const
{
    QJsonObject state = m_controller.keep();
    state.insert(QStringLiteral("tab"), m_lower->currentTab());
    state.insert(QStringLiteral("panes"), splitterStates(*this));
    return state;
}

void MixturesPage::restoreState(const QJsonObject& state)
{
    m_lower->setCurrentTab(state.value(QStringLiteral("tab")).toInt());
    restoreSplitters(*this, state.value(QStringLiteral("panes")).toObject());
    m_controller.restore(state);
}

} // namespace koala
