// ui/services/mixture_reports.h: what one asks about a mixture now and then: how it differs from
// another one, and how varied it is. The first is worked out by a worker, the second by a child
// process (`koala mixture stats`), since it reads all texts. The newest request wins.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QTemporaryFile>

#include "core/data/mix/diversity.h"
#include "core/data/mix/mixture_diff.h"
#include "ui/services/json_child.h"
#include "ui/services/latest_task.h"

namespace koala {

class TokenizerCache;

// As the child printed it.
struct DiversityFacts {
    struct Interval {
        double log = 0, low = 0, high = 0; // natural log odds; an open end is infinite
    };
    struct Association {
        QString feature, title;
        std::uint64_t good = 0, goodWith = 0, bad = 0, badWith = 0;
        std::optional<Interval> odds;
        std::uint64_t pairs = 0, onlyGood = 0, onlyBad = 0;
        std::optional<Interval> pairedOdds;
    };
    std::uint64_t rows = 0, distinct = 0, sampled = 0;
    std::vector<NgramVariety> requests, answers;
    std::uint64_t nearGroups = 0, nearRows = 0, largestNearGroup = 0;
    std::uint64_t multiTurn = 0;
    std::vector<NamedCount> languages;
    std::uint64_t rowsWithVerb = 0;
    std::vector<RequestVerb> verbs;
    std::uint64_t labelled = 0;
    std::vector<Association> associations;
};
DiversityFacts diversityFromJson(const Json& json);

class MixtureReports final : public QObject {
    Q_OBJECT
public:
    MixtureReports(
        fs::path project, std::shared_ptr<TokenizerCache> tokenizers, QObject* parent = nullptr);
    ~MixtureReports() override;

    void compare(const Mixture& before, const Mixture& after);
    // With a mixture of the project as its file has it.
    void compareWith(const QString& slug, const Mixture& after);
    void measure(const Mixture& mixture);
    void cancelMeasuring();
    bool measuring() const { return m_child.running(); }

Q_SIGNALS:
    void compared(const std::shared_ptr<const koala::MixtureDifference>& difference);
    void compareFailed(const QString& message);
    void measuringRows(quint64 read, quint64 total);
    void measured(const koala::DiversityFacts& facts);
    void measureFailed(const QString& message); // empty: it was cancelled

private:
    void end(JsonChild::End end, const QString& message);

    fs::path m_project;
    std::shared_ptr<TokenizerCache> m_tokenizers;
    LatestTask m_comparing;
    JsonChild m_child;
    std::unique_ptr<QTemporaryFile> m_recipe; // what the child reads
    std::optional<Mixture> m_next;            // to measure when the running child has ended
    std::optional<DiversityFacts> m_facts;
};

} // namespace koala
