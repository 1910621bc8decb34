// ui/pages/data/cleaning_controller.h: what one can do with the cleaning of the chosen source,
// without widgets: add, move, switch and change steps; exclude, keep and edit rows; undo, redo,
// replay; walk through what a step took. Each of these is one change of the list of steps.
#pragma once

#include <QObject>

#include "ui/pages/data/cleaning_model.h"

namespace koala {

class CleaningController final : public QObject {
    Q_OBJECT
public:
    explicit CleaningController(CleaningService& service, QObject* parent = nullptr);

    const CleaningState& state() const { return m_service.state(); }
    CleaningService& service() const { return m_service; }
    CleaningModel& model() { return m_model; }
    void open(const QString& slug);

    void addStep(const QString& type);
    void removeStep(int row);
    void moveStep(int from, int to);
    void setEnabled(int row, bool on);
    void setOptions(int row, const Json& options);
    void excludeRows(const std::vector<std::uint64_t>& rows);
    void keepRow(std::uint64_t row);
    void keepInstead(std::uint64_t row, std::uint64_t other);
    void editRow(std::uint64_t row, const Conversation& conversation);
    void undo();
    void redo();
    void replay();

    void chooseStep(int row);
    int currentStep() const { return m_step; }
    // Of the chosen step: null when it took nothing or has not run.
    const StepExample* example() const;
    int exampleNumber() const { return m_example; }
    int exampleCount() const;
    void stepExample(int by);

    bool isKept(std::uint64_t row) const;
    const std::shared_ptr<const KeptRows>& rows() const { return m_rows; }
    // Why a row is or is not among those that are left, in a sentence or two.
    QString whyKept(std::uint64_t row) const;
    QString keptLine() const;   // "35 taken · 2 edited · the imported file never changes"
    QString replayLine() const; // "same result, 0.4 s"
    const QString& lastChange() const { return m_lastChange; }

Q_SIGNALS:
    void changed();
    void stepChosen();
    void exampleChosen(); // its texts come by the service's exampleReady()
    void rowsKnown();

private:
    void apply(CleaningSteps steps, const QString& what);
    void refresh();
    void chooseExample(int number);

    CleaningService& m_service;
    CleaningModel m_model;
    std::shared_ptr<const KeptRows> m_rows;
    int m_step = -1;
    int m_example = 0;
    QString m_change;     // the one that is being counted
    QString m_lastChange; // with what it did
    std::uint64_t m_keptBefore = 0;
    bool m_replaying = false;
    QString m_replay;
};

} // namespace koala
