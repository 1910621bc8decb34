// ui/pages/machines/machines_page.h: this computer as it is. Lays out and forwards; decides
// nothing.
#pragma once

#include "ui/pages/machines/machines_controller.h"
#include "ui/widgets/page.h"

class QPushButton;
class QTableView;

namespace koala {

class Card;
class FactGrid;
class FactList;
class MachineRunsModel;
class Pill;
class ToneIcon;
class UsageBar;

class MachinesPage final : public Page {
    Q_OBJECT
public:
    explicit MachinesPage(MachinesController& controller, QWidget* parent = nullptr);

    void activated() override;
    void deactivated() override;

private:
    QWidget* buildBanner(QWidget* parent);
    QWidget* buildMachine(QWidget* parent);
    QWidget* buildDisk(QWidget* parent);
    QWidget* buildPrograms(QWidget* parent);
    QWidget* buildInstructions(QWidget* parent);
    QWidget* buildGpus(QWidget* parent);
    QWidget* buildRuns(QWidget* parent);
    void showFacts();
    void showLoad();
    void showSpeed();

    MachinesController& m_controller;
    QPushButton* m_copy;
    QPushButton* m_probe;
    QPushButton* m_measure = nullptr;
    Pill* m_state = nullptr;
    Pill* m_programsState = nullptr;
    TextLabel* m_host = nullptr;
    TextLabel* m_probed = nullptr;
    TextLabel* m_gpuNote = nullptr;
    TextLabel* m_noRuns = nullptr;
    FactGrid* m_machine = nullptr;
    FactGrid* m_disk = nullptr;
    FactGrid* m_gpus = nullptr;
    FactList* m_programs = nullptr;
    FactList* m_instructions = nullptr;
    UsageBar* m_memoryBar = nullptr;
    UsageBar* m_diskBar = nullptr;
    Card* m_gpuCard = nullptr;
    MachineRunsModel* m_runs;
    QTableView* m_runTable = nullptr;
};

} // namespace koala
