// ui/pages/compare/compare_controller.h: what one can do on the Compare page, without widgets:
// choose set and models, walk the prompts, vote and take back, fill missing answers. The part that
// tests drive.
#pragma once

#include <array>
#include <map>

#include <QElapsedTimer>
#include <QObject>

#include "ui/pages/compare/prompt_table_model.h"

namespace koala {

struct GroupVotes {
    QString group;
    int a = 0, tie = 0, b = 0, bothBad = 0;
};

class CompareController final : public QObject {
    Q_OBJECT
public:
    static constexpr int kBins = 13;
    explicit CompareController(CompareService& service, QObject* parent = nullptr);

    CompareService& service() const { return m_service; }
    PromptTableModel& prompts() { return m_model; }
    const PromptTableModel& prompts() const { return m_model; }
    const Comparison& comparison() const { return m_model.comparison(); }

    void choose(const QString& promptSet, const QString& specA, const QString& specB); // "" keeps
    // What was chosen before a restart: taken where it is still there.
    void remember(const QString& promptSet, const QString& specA, const QString& specB,
        const QString& promptId);
    void swapSides();
    const QString& promptSet() const { return m_set; }
    const QString& specA() const { return m_specA; }
    const QString& specB() const { return m_specB; }

    void choosePrompt(int row);
    const ComparedPrompt* current() const;
    int currentRow() const { return m_current.isEmpty() ? -1 : m_model.rowOf(m_current); }
    void step(int by);
    void vote(Better better); // the same again takes it back
    void setNote(const QString& note);
    void undo(); // the last vote of this window
    bool canUndo() const { return !m_undo.empty(); }
    bool saving() const { return m_saving > 0; }

    int missingA() const { return m_missingA; }
    int missingB() const { return m_missingB; }
    int voted() const;
    std::array<int, kBins> differences() const;
    std::vector<GroupVotes> groupVotes() const;
    QString headline() const;

Q_SIGNALS:
    void choicesChanged(); // sets, models or which of them is chosen
    void loaded();         // prompts and answers
    void promptChanged();
    void votesChanged();
    void savingChanged();
    void failed(const QString& message);

private:
    struct Undo {
        QString promptId;
        std::optional<Better> before;
        QString note;
    };
    void adopt();
    const ModelChoice* find(const QString& spec) const;
    void send(const QString& promptId, Better better, const QString& note);

    CompareService& m_service;
    PromptTableModel m_model;
    QString m_set, m_specA, m_specB;
    QString m_current; // id of the prompt
    QElapsedTimer m_since;
    std::vector<Undo> m_undo;
    int m_saving = 0, m_missingA = 0, m_missingB = 0;
};

} // namespace koala
