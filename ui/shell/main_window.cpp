#include "ui/shell/main_window.h"

#include <thread>

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QShortcut>
#include <QVBoxLayout>

#include "ui/services/machine_probe.h"
#include "ui/shell/notice_popup.h"
#include "ui/shell/run_words.h"
#include "ui/widgets/text_label.h"
#include "ui/widgets/window_keys.h"

namespace koala {

namespace {
constexpr int kTickMs = 5000;
constexpr QSize kFirstSize{1440, 900};

QStringList slugsIn(const fs::path& folder, const char* ending)
{
    QStringList slugs;
    std::vector<std::pair<fs::file_time_type, QString>> found;
    if (auto listed = listDirectory(folder); listed.ok())
        for (const fs::path& path : *listed) {
            std::error_code code;
            if (path.extension() == ending)
                found.emplace_back(
                    fs::last_write_time(path, code), QString::fromStdString(path.stem().string()));
        }
    std::ranges::sort(found, std::greater{});
    for (const auto& [time, slug] : found)
        slugs << slug;
    return slugs;
}
} // namespace

MainWindow::MainWindow(WindowParts parts, RunService& runs, QWidget* parent)
    : QWidget(parent), m_parts(std::move(parts)), m_runs(runs),
      m_state(m_parts.project, m_parts.readOnly), m_rail(new Rail(m_parts.projectName, this)),
      m_stack(new QStackedWidget(this)), m_status(new StatusLine(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(m_parts.projectName + QStringLiteral(" · Koala Workbench") +
                   (m_parts.readOnly ? tr(" (read-only)") : QString()));
    setAcceptDrops(true);
    setMinimumSize(960, 600);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(m_rail);
    row->addWidget(m_stack, 1);
    column->addLayout(row, 1);
    column->addWidget(m_status);
    for (const PageEntry& entry : m_parts.pages)
        m_rail->addPage(entry.id, entry.title, entry.icon, entry.atFoot);
    m_lastPage = m_state.page();
    m_rail->setNarrow(m_state.railNarrow());
    if (!restoreGeometry(m_state.geometry()))
        resize(kFirstSize);

    connect(m_rail, &Rail::pagePressed, this, &MainWindow::showPage);
    connect(m_rail, &Rail::recentPressed, this, &MainWindow::go);
    connect(m_status, &StatusLine::runPressed, this, [this] {
        const RunSnapshot* active = m_runs.active();
        go({QStringLiteral("runs"), {}, active != nullptr ? active->id() : QString()});
    });
    connect(m_status, &StatusLine::computerPressed, this,
        [this] { showPage(QStringLiteral("machines")); });
    connect(m_status, &StatusLine::palettePressed, this, [this] { m_palette->open(); });
    connect(m_status, &StatusLine::noticesPressed, this, &MainWindow::showNotices);
    m_palette = new CommandPalette([this] { return paletteItems(); }, this);
    connect(m_palette, &CommandPalette::chosen, this, &MainWindow::go);

    QMenu& menu = m_rail->projectMenu();
    menu.addAction(tr("Open project…"), this, &MainWindow::openProjectRequested);
    menu.addAction(tr("New project…"), this, &MainWindow::newProjectRequested);
    menu.addAction(tr("Open the starter project"), this, &MainWindow::starterRequested);

    addKeys();
    connect(&m_runs, &RunService::runsChanged, this, &MainWindow::runsChanged);
    connect(&m_runs, &RunService::requestFailed, this,
        [this](const QString& message) { addNotice(Tone::Bad, message, {}); });
    connect(&m_tick, &QTimer::timeout, this, [this] {
        readComputer();
        readRecent();
    });
    m_tick.start(kTickMs);
    QTimer::singleShot(0, this, [this] {
        readComputer();
        readRecent();
    });
    if (m_parts.readOnly)
        addNotice(Tone::Warning,
            tr("This project is open in another window, so this one is read-only and remembers "
               "nothing."),
            {});
}

MainWindow::~MainWindow() = default;

void MainWindow::addKeys()
{
    const auto key = [this](const QKeySequence& keys, auto action) {
        auto* shortcut = new QShortcut(keys, this);
        connect(shortcut, &QShortcut::activated, this, action);
    };
    key(keysOf(WindowKey::Palette), [this] { m_palette->open(); });
    key(keysOf(WindowKey::Rail), [this] {
        m_rail->setNarrow(!m_rail->narrow());
        m_state.setRailNarrow(m_rail->narrow());
    });
    for (std::size_t i = 0; i < m_parts.pages.size() && i < 9; ++i)
        key(pageKeys(int(i)), [this, i] { showPage(m_parts.pages[i].id); });
    key(keysOf(WindowKey::Close), [this] { close(); });
}

Page* MainWindow::page(const QString& id)
{
    if (const auto made = m_made.find(id); made != m_made.end())
        return made->second;
    const auto entry = std::ranges::find(m_parts.pages, id, &PageEntry::id);
    if (entry == m_parts.pages.end())
        return nullptr;
    Page* made = entry->make(m_stack);
    made->setObjectName(QStringLiteral("page.") + id);
    made->setAccessibleName(entry->title);
    made->restoreState(m_state.pageState(id));
    m_stack->addWidget(made);
    m_made[id] = made;
    connect(made, &Page::goTo, this, &MainWindow::go);
    connect(made, &Page::notice, this, &MainWindow::addNotice);
    return made;
}

void MainWindow::showPage(const QString& id)
{
    if (id == m_current)
        return;
    Page* shown = page(id);
    if (shown == nullptr)
        return;
    if (Page* left = m_current.isEmpty() ? nullptr : page(m_current)) {
        left->deactivated();
        m_state.setPageState(m_current, left->saveState());
    }
    m_current = id;
    m_stack->setCurrentWidget(shown);
    m_rail->setCurrent(id);
    m_state.setPage(id);
    shown->activated();
}

void MainWindow::go(const Destination& destination)
{
    showPage(destination.page);
    if (Page* shown = page(destination.page))
        if (!destination.verb.isEmpty() || !destination.subject.isEmpty())
            shown->open(destination);
}

void MainWindow::bringToFront()
{
    setWindowState((windowState() & ~Qt::WindowMinimized) | Qt::WindowActive);
    show();
    raise();
    activateWindow();
}

void MainWindow::setRecentProjects(const QStringList& folders)
{
    QMenu& menu = m_rail->projectMenu();
    menu.addSeparator();
    for (const QString& folder : folders)
        if (fs::path(folder.toStdString()) != m_parts.project)
            menu.addAction(folder, this, [this, folder] { Q_EMIT projectChosen(folder); });
}

void MainWindow::addNotice(Tone tone, const QString& text, const QString& details)
{
    m_notices.add(tone, text, details);
    m_status->setNotices(m_notices.rowCount(), m_notices.at(0).tone);
    if (isVisible())
        showToast(*this, *m_status->noticeAnchor(), tone, text);
}

void MainWindow::showNotices()
{
    showNoticePopup(*this, *m_status->noticeAnchor(), m_notices, [this] {
        m_notices.clear();
        m_status->setNotices(0, Tone::Neutral);
    });
}

void MainWindow::runsChanged()
{
    const RunSnapshot* active = m_runs.active();
    m_rail->setBusy(QStringLiteral("runs"), active != nullptr);
    if (active == nullptr) {
        m_status->setRunning(nullptr);
    } else {
        const RunningFacts facts = runningFacts(*active);
        m_status->setRunning(&facts);
    }
    readRecent();
}

void MainWindow::readComputer()
{
    m_computer.request([project = m_parts.project](std::stop_token) { return probeLoad(project); },
        [this](MachineLoad load) {
            const QLocale locale;
            const auto gigabytes = [&](std::uint64_t bytes) {
                return locale.toString(double(bytes) / 1e9, 'f', 1);
            };
            QString words =
                tr("this computer · %1 threads").arg(std::thread::hardware_concurrency());
            if (load.memoryTotal > 0)
                words += tr(" · %1 of %2 GB")
                             .arg(gigabytes(load.memoryTotal -
                                            std::min(load.memoryFree, load.memoryTotal)),
                                 gigabytes(load.memoryTotal));
            m_status->setComputer(words);
        });
}

void MainWindow::readRecent()
{
    struct Found {
        QStringList mixtures, studies;
    };
    m_recentTask.request(
        [project = m_parts.project](std::stop_token) {
            return Found{slugsIn(project / "mixtures", ".json"), slugsIn(project / "studies", "")};
        },
        [this](Found found) {
            m_mixtures = found.mixtures;
            m_studies = found.studies;
            std::vector<RecentEntry> recent;
            for (const RunSnapshot& run : *m_runs.runs()) {
                if (recent.size() >= 3)
                    break;
                recent.push_back(
                    {run.name(), "runs", run.key, run.summary.phase == RunPhase::Running,
                        {QStringLiteral("runs"), {}, run.id()}});
            }
            for (const QString& slug : m_mixtures.mid(0, 2))
                recent.push_back(
                    {slug, "mixtures", -1, false, {QStringLiteral("mixtures"), {}, slug}});
            for (const QString& slug : m_studies.mid(0, 1))
                recent.push_back(
                    {slug, "studies", -1, false, {QStringLiteral("studies"), {}, slug}});
            m_rail->setRecent(std::move(recent));
        });
}

std::vector<PaletteItem> MainWindow::paletteItems()
{
    using Group = PaletteItem::Group;
    std::vector<PaletteItem> items;
    int number = 1;
    for (const PageEntry& entry : m_parts.pages)
        items.push_back({Group::Pages, entry.title, QStringLiteral("Ctrl+%1").arg(number++),
            entry.icon, -1, {entry.id, {}, {}}, {}});
    for (const RunSnapshot& run : *m_runs.runs()) {
        items.push_back({Group::Runs, run.name(), runWords(run), nullptr, run.key,
            {QStringLiteral("runs"), {}, run.id()}, {}});
        for (auto step = run.summary.checkpoints.rbegin(); step != run.summary.checkpoints.rend();
            ++step) {
            const QString name = tr("%1 @ %2").arg(run.name(), QLocale().toString(qint64(*step)));
            const QString spec = QStringLiteral("%1@%2").arg(run.id()).arg(*step);
            items.push_back({Group::Checkpoints, name, tr("chat with it"), nullptr, run.key,
                {QStringLiteral("chat"), QStringLiteral("with"), spec}, {}});
        }
        if (run.summary.phase == RunPhase::Running)
            items.push_back({Group::Commands, tr("Stop %1").arg(run.name()), tr("saves first"),
                "stop", -1, {}, [this, id = run.id()] { m_runs.request(id, RunRequest::Stop); }});
    }
    for (const QString& slug : m_mixtures)
        items.push_back({Group::Objects, slug, tr("mixture"), "mixtures", -1,
            {QStringLiteral("mixtures"), {}, slug}, {}});
    for (const QString& slug : m_studies)
        items.push_back({Group::Objects, slug, tr("study"), "studies", -1,
            {QStringLiteral("studies"), {}, slug}, {}});
    for (int prompt = 1; prompt <= 180; ++prompt)
        items.push_back({Group::Prompts, QStringLiteral("#%1").arg(prompt),
            tr("on the Compare page"), "compare", -1,
            {QStringLiteral("compare"), QStringLiteral("prompt"), QString::number(prompt)}, {}});
    items.push_back({Group::Commands, tr("New run"), tr("Runs"), "plus", -1,
        {QStringLiteral("runs"), QStringLiteral("new"), {}}, {}});
    items.push_back({Group::Commands, tr("Open project…"), {}, "folder", -1, {},
        [this] { Q_EMIT openProjectRequested(); }});
    items.push_back({Group::Commands, tr("New project…"), {}, "plus", -1, {},
        [this] { Q_EMIT newProjectRequested(); }});
    items.push_back(
        {Group::Commands, tr("Show notices"), {}, "bell", -1, {}, [this] { showNotices(); }});
    return items;
}

void MainWindow::saveAll()
{
    m_state.setGeometry(saveGeometry());
    for (const auto& [id, made] : m_made)
        m_state.setPageState(id, made->saveState());
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    saveAll();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    QStringList files;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            files << url.toLocalFile();
    if (files.isEmpty())
        return;
    showPage(QStringLiteral("data"));
    go({QStringLiteral("data"), QStringLiteral("import"), files.join(QLatin1Char('\n'))});
}

} // namespace koala
