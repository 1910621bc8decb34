// ui/services/run_planner.h: what a run would be, before it is started: size of the model, counts
// of the mixture (from `koala mixture build`), room on the disk, recipes to begin with. Workers and
// children do it; the newest question wins. GUI thread.
#pragma once

#include <map>
#include <optional>

#include <QObject>
#include <QStringList>

#include "core/base/files.h"
#include "core/config/train_config.h"
#include "ui/services/json_child.h"
#include "ui/services/latest_task.h"

namespace koala {

struct RecipeChoice {
    QString name;      // as `koala run start` takes it
    QString firstLine; // its comment
    TrainConfig config;
};

struct PlanFacts {
    // Of the model; 0 unknown. `modelProblem` says why.
    std::int64_t parameters = 0;
    std::int64_t loraPerRank =
        0; // trained parameters of an adapter of rank 1 on the chosen matrices
    std::string modelProblem;
    // Of the mixture.
    std::optional<std::int64_t> rows, tokens, trainedTokens;
    std::int64_t sequenceTokens = 0; // 0 unknown
    std::string mixtureProblem;
    bool counting = false;
    std::uint64_t diskFree = 0;
    std::uint64_t memoryTotal = 0, memoryFree = 0;
};

struct PlanChoices {
    std::vector<RecipeChoice> recipes; // built-in ones first
    QStringList models, mixtures;
    std::string problem; // why there are no recipes
};

class RunPlanner : public QObject {
    Q_OBJECT
public:
    explicit RunPlanner(fs::path project, QObject* parent = nullptr);
    virtual void readChoices();                   // choicesChanged() follows
    virtual void plan(const TrainConfig& config); // factsChanged() follows, maybe twice
    const PlanChoices& choices() const { return m_choices; }
    const PlanFacts& facts() const { return m_facts; }
    const fs::path& project() const { return m_project; }

Q_SIGNALS:
    void choicesChanged();
    void factsChanged();

protected:
    PlanChoices m_choices;
    PlanFacts m_facts;

private:
    void count(const std::string& mixture);

    fs::path m_project;
    LatestTask m_reading, m_sizing;
    JsonChild* m_child = nullptr;
    std::string m_countedMixture;
};

} // namespace koala
