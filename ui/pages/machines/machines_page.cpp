#include "ui/pages/machines/machines_page.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/machines/machine_runs_model.h"
#include "ui/pages/machines/machine_widgets.h"
#include "ui/pages/machines/machine_words.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/pill.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {
namespace {

constexpr int kLabelWidth = 76;

QVBoxLayout* padded(Card& card)
{
    auto* column = new QVBoxLayout;
    column->setContentsMargins(size::kGap, 4, size::kGap, size::kInset);
    column->setSpacing(8);
    card.body()->addLayout(column);
    return column;
}

QString windowVersion()
{
    const QString version = QCoreApplication::applicationVersion();
    const QString words = QCoreApplication::translate("MachinesPage", "this window");
    return version.isEmpty() ? words : words + QStringLiteral(", ") + version;
}

} // namespace

MachinesPage::MachinesPage(MachinesController& controller, QWidget* parent)
    : Page(tr("Machines"), parent), m_controller(controller), m_runs(new MachineRunsModel(this))
{
    setObjectName(QStringLiteral("machinesPage"));
    m_copy = plainButton(tr("Copy details"), "copy", "machineCopy", this);
    header().addRight(m_copy);
    m_probe = plainButton(tr("Probe again"), "retry", "machineProbe", this);
    header().addRight(m_probe);
    auto* run = filledButton(tr("New run here"), "play", "machineNewRun", this);
    header().addRight(run);

    auto* column = new QVBoxLayout(body());
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildBanner(body()));
    column->addWidget(new Hairline(Qt::Horizontal, body()));
    auto* content = pane(QPalette::Window, body());
    auto* grid = new QGridLayout(content);
    grid->setContentsMargins(size::kGap, size::kGap, size::kGap, size::kGap);
    grid->setSpacing(size::kGap);
    grid->addWidget(buildMachine(content), 0, 0);
    grid->addWidget(buildDisk(content), 0, 1);
    grid->addWidget(buildPrograms(content), 0, 2);
    grid->addWidget(buildInstructions(content), 1, 0);
    auto* right = new QVBoxLayout;
    right->setSpacing(size::kGap);
    right->addWidget(buildGpus(content));
    right->addWidget(buildRuns(content), 1);
    grid->addLayout(right, 1, 1, 1, 2);
    for (int i = 0; i < 3; ++i)
        grid->setColumnStretch(i, 1);
    grid->setRowStretch(2, 1);
    column->addWidget(scrollArea(content, "machineFacts", body()), 1);

    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(m_controller.details());
        Q_EMIT notice(Tone::Good, tr("The details of this computer were copied."), {});
    });
    connect(m_probe, &QPushButton::clicked, this, [this] { m_controller.probe(); });
    connect(run, &QPushButton::clicked, this,
        [this] { Q_EMIT goTo({QStringLiteral("runs"), QStringLiteral("new"), {}}); });
    connect(m_measure, &QPushButton::clicked, this, [this] { m_controller.measureWriteSpeed(); });
    connect(m_runTable, &QTableView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT goTo({QStringLiteral("runs"), {}, m_runs->runId(index.row())});
    });
    connect(&controller, &MachinesController::factsChanged, this, &MachinesPage::showFacts);
    connect(&controller, &MachinesController::loadChanged, this, &MachinesPage::showLoad);
    connect(&controller, &MachinesController::speedChanged, this, &MachinesPage::showSpeed);
    showFacts();
    showLoad();
    showSpeed();
}

QWidget* MachinesPage::buildBanner(QWidget* parent)
{
    auto* banner = pane(QPalette::Base, parent);
    auto* column = new QVBoxLayout(banner);
    column->setContentsMargins(size::kGap, 10, size::kGap, 10);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    auto* picture = new ToneIcon(banner);
    picture->set("machines", Tone::Accent);
    row->addWidget(picture);
    m_host = new TextLabel(TextRole::Strong, banner);
    m_host->setObjectName(QStringLiteral("machineHost"));
    row->addWidget(m_host);
    m_state = new Pill(banner);
    row->addWidget(m_state);
    row->addStretch();
    m_probed = new TextLabel(TextRole::Secondary, banner);
    row->addWidget(m_probed);
    column->addLayout(row);
    auto* words = new TextLabel(tr("This computer. Runs started here are processes of their own "
                                   "and go on when the window is closed."),
        TextRole::Secondary, banner);
    words->setElided(true);
    column->addWidget(words);
    return banner;
}

QWidget* MachinesPage::buildMachine(QWidget* parent)
{
    auto* card = new Card(tr("Machine"), parent);
    auto* column = padded(*card);
    m_machine = new FactGrid(FactGrid::Align::Left, kLabelWidth, card);
    for (const QString& label : {tr("System"), tr("Kernel"), tr("C library"), tr("Processor"),
             tr("Cores"), tr("Load"), tr("Memory free")})
        m_machine->set(label, {}); // their order
    column->addWidget(m_machine);
    m_memoryBar = new UsageBar(tr("Memory"), "machineMemoryBar", card);
    column->addWidget(m_memoryBar);
    column->addStretch();
    return card;
}

QWidget* MachinesPage::buildDisk(QWidget* parent)
{
    auto* card = new Card(tr("Disk of the project"), parent);
    auto* column = padded(*card);
    m_diskBar = new UsageBar(tr("Disk"), "machineDiskBar", card);
    column->addWidget(m_diskBar);
    m_disk = new FactGrid(FactGrid::Align::Left, kLabelWidth, card);
    for (const QString& label : {tr("Folder"), tr("Free"), tr("Write speed")})
        m_disk->set(label, {}); // their order
    column->addWidget(m_disk);
    column->addStretch();
    m_measure = plainButton(tr("Measure write speed"), "clock", "machineMeasure", card);
    column->addWidget(m_measure, 0, Qt::AlignLeft);
    return card;
}

QWidget* MachinesPage::buildPrograms(QWidget* parent)
{
    auto* card = new Card(tr("Koala here"), parent);
    m_programsState = new Pill(card);
    card->addToHead(m_programsState);
    auto* column = padded(*card);
    m_programs = new FactList("machinePrograms", card);
    column->addWidget(m_programs);
    column->addStretch();
    return card;
}

QWidget* MachinesPage::buildInstructions(QWidget* parent)
{
    auto* card = new Card(tr("Instruction sets"), parent);
    auto* column = padded(*card);
    m_instructions = new FactList("machineInstructions", card);
    column->addWidget(m_instructions);
    column->addStretch();
    return card;
}

QWidget* MachinesPage::buildGpus(QWidget* parent)
{
    m_gpuCard = new Card(tr("GPUs"), parent);
    auto* column = padded(*m_gpuCard);
    m_gpus = new FactGrid(FactGrid::Align::Left, kLabelWidth, m_gpuCard);
    column->addWidget(m_gpus);
    m_gpuNote = new TextLabel(TextRole::Body, m_gpuCard);
    m_gpuNote->setObjectName(QStringLiteral("machineGpuNote"));
    m_gpuNote->setWordWrap(true);
    m_gpuNote->setSecondary(true);
    column->addWidget(m_gpuNote);
    column->addStretch();
    return m_gpuCard;
}

QWidget* MachinesPage::buildRuns(QWidget* parent)
{
    auto* card = new Card(tr("Runs here"), parent);
    auto* all = flatButton(tr("Open in Runs"), "runs", "machineOpenRuns", card);
    card->addToHead(all);
    connect(all, &QPushButton::clicked, this,
        [this] { Q_EMIT goTo({QStringLiteral("runs"), {}, {}}); });
    auto* column = padded(*card);
    column->setContentsMargins(size::kInset, 0, size::kInset, 8);
    m_runTable = new QTableView(card);
    m_runTable->setModel(m_runs);
    prepareTable(*m_runTable, tr("Runs on this computer"), "machineRuns");
    setColumns(*m_runTable, {0, 140, 160, 80, 110});
    m_runTable->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(m_runTable);
    m_noRuns = new TextLabel(tr("Nothing is running on this computer."), TextRole::Body, card);
    m_noRuns->setObjectName(QStringLiteral("machineNoRuns"));
    m_noRuns->setSecondary(true);
    m_noRuns->setContentsMargins(4, 0, 0, 4);
    column->addWidget(m_noRuns);
    column->addStretch();
    return card;
}

void MachinesPage::activated()
{
    m_controller.setInFront(true);
}

void MachinesPage::deactivated()
{
    m_controller.setInFront(false);
}

void MachinesPage::showFacts()
{
    const MachineService& service = m_controller.service();
    m_probe->setEnabled(m_controller.canProbe());
    m_copy->setEnabled(service.facts().has_value());
    if (!m_controller.canProbe())
        m_probed->setText(tr("being probed …"));
    const bool answered = service.facts() && !service.facts()->programs.empty();
    m_state->setVisible(answered);
    m_programsState->setVisible(answered);
    if (!service.facts()) {
        m_host->setText(tr("This computer"));
        return;
    }
    const MachineFacts& facts = *service.facts();
    header().setFacts(headline(facts, service.load()));
    m_host->setText(facts.hostName.empty() ? tr("This computer") : safeLine(facts.hostName, 80));
    const bool complete = programsComplete(facts);
    if (complete)
        m_state->set("check-circle", tr("Ready"), Tone::Good);
    else
        m_state->set("warning", tr("A program is missing"), Tone::Warning);
    if (m_controller.canProbe())
        m_probed->setText(tr("probed in %1").arg(tookText(service.probeSeconds())));
    m_machine->set(tr("System"), safeLine(facts.system));
    m_machine->set(tr("Kernel"), safeLine(facts.kernel + ", " + facts.architecture));
    m_machine->set(tr("C library"), safeLine(facts.libc));
    m_machine->set(tr("Processor"), safeLine(facts.processor));
    m_machine->set(tr("Cores"), coresText(facts));

    std::vector<FactList::Entry> programs{
        {"check-circle", Tone::Good, QStringLiteral("koala-workbench"), windowVersion()}};
    for (const ProgramFacts& program : facts.programs) {
        const bool there = !program.version.empty();
        programs.push_back({there ? "check-circle" : "warning", there ? Tone::Good : Tone::Warning,
            qtext(program.name),
            there ? tr("%1, %2").arg(qtext(program.role), safeLine(program.version, 60))
                  : tr("%1: %2").arg(
                        safeLine(program.problem, 200), safeLine(program.path.string(), 200))});
    }
    if (facts.programs.empty())
        programs.push_back({"clock", Tone::Neutral, tr("koala, koala-torch"), tr("being asked …")});
    m_programs->set(programs);
    m_programsState->set(complete ? "check" : "warning",
        complete ? tr("all there") : tr("incomplete"), complete ? Tone::Good : Tone::Warning);

    std::vector<FactList::Entry> sets;
    for (const InstructionSet& set : facts.instructionSets)
        sets.push_back(
            {set.present ? "check-circle" : "minus", set.present ? Tone::Good : Tone::Neutral,
                qtext(set.name), set.present ? qtext(set.use) : tr("not on this processor")});
    m_instructions->set(sets);

    m_gpus->clear();
    for (const GpuFacts& gpu : facts.gpus)
        m_gpus->set(tr("GPU %1").arg(gpu.index),
            tr("%1, %2 in use of %3, driver %4")
                .arg(safeLine(gpu.name, 80), byteCount(gpu.memoryUsed), byteCount(gpu.memoryTotal),
                    safeLine(gpu.driver, 40)));
    m_gpus->setVisible(!facts.gpus.empty());
    m_gpuNote->setText(facts.gpus.empty() ? safeLine(facts.gpuNote) + QLatin1Char(' ') +
                                                tr("Training and chat use the processor.")
                                          : QString());
    m_gpuNote->setVisible(facts.gpus.empty());
}

void MachinesPage::showLoad()
{
    const std::optional<MachineLoad>& load = m_controller.service().load();
    if (m_controller.service().facts())
        header().setFacts(headline(*m_controller.service().facts(), load));
    m_disk->set(tr("Folder"), safeLine(m_controller.service().project().string()));
    if (!load)
        return;
    m_machine->set(tr("Memory free"), freeOfText(load->memoryFree, load->memoryTotal));
    m_memoryBar->set(double(load->memoryTotal - load->memoryFree), double(load->memoryTotal));
    if (load->loadAverage >= 0)
        m_machine->set(tr("Load"),
            tr("%1 in the last minute").arg(QLocale().toString(load->loadAverage, 'f', 1)));
    m_disk->set(tr("Free"), freeOfText(load->diskFree, load->diskTotal));
    m_disk->set(tr("Problem"), safeLine(load->diskProblem), Tone::Bad);
    m_diskBar->set(double(load->diskTotal - load->diskFree), double(load->diskTotal));
    m_runs->setRuns(load->runs);
    m_runTable->setVisible(!load->runs.empty());
    m_noRuns->setVisible(load->runs.empty());
    m_runTable->setFixedHeight(size::kTableHead + int(load->runs.size()) * size::kRow + 4);
}

void MachinesPage::showSpeed()
{
    const MachineService& service = m_controller.service();
    m_measure->setEnabled(m_controller.canMeasure());
    QString words = tr("not measured yet");
    Tone tone = Tone::Neutral;
    if (service.measuring())
        words = tr("being measured …");
    else if (service.speed())
        words = writeSpeedText(*service.speed());
    else if (!service.speedProblem().empty()) {
        words = safeLine(service.speedProblem());
        tone = Tone::Bad;
    }
    m_disk->set(tr("Write speed"), words, tone)->setObjectName(QStringLiteral("machineWriteSpeed"));
}

} // namespace koala
