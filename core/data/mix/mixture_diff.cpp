#include "core/data/mix/mixture_diff.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace koala {
namespace {

void settingsOf(const OrderedJson& before, const OrderedJson& after, const std::string& prefix,
    std::vector<SettingDifference>& out)
{
    const auto text = [](const OrderedJson& object, const std::string& key) {
        return object.contains(key) ? toLine(object.at(key)) : std::string();
    };
    std::vector<std::string> keys;
    for (const auto* side : {&before, &after})
        for (const auto& [key, value] : side->items())
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                keys.push_back(key);
    for (const std::string& key : keys) {
        if (key == "sources" || key == "version" || key == "dataset" || key == "name")
            continue;
        if (before.contains(key) && after.contains(key) && before.at(key).is_object() &&
            after.at(key).is_object() && key != "hold_out")
            settingsOf(before.at(key), after.at(key), prefix + key + ".", out);
        else if (text(before, key) != text(after, key))
            out.push_back({prefix + key, text(before, key), text(after, key)});
    }
}

void add(MixtureAmounts& sum, const MixtureAmounts& amount)
{
    sum.rows += amount.rows;
    sum.tokens += amount.tokens;
    sum.trainedTokens += amount.trainedTokens;
}

double inBasis(const MixtureAmounts& amount, MixtureBasis basis)
{
    return double(basis == MixtureBasis::Rows     ? amount.rows
                  : basis == MixtureBasis::Tokens ? amount.tokens
                                                  : amount.trainedTokens);
}

// A dataset of one side: its figures, and the rows that an epoch holds.
struct Side {
    struct Row {
        std::uint64_t uid = 0;
        std::uint32_t row = 0;
        bool operator<(const Row& other) const { return uid < other.uid; }
    };
    const ResolvedMixture* mixture = nullptr;
    std::vector<std::size_t> sources; // indexes of the mixture's sources with this dataset
    std::vector<Row> rows;            // sorted by uid, repeats included

    Side(const ResolvedMixture& resolved, const std::string& dataset) : mixture(&resolved)
    {
        for (std::size_t s = 0; s < resolved.mixture().sources.size(); ++s)
            if (resolved.mixture().sources[s].dataset == dataset)
                sources.push_back(s);
        for (const RecordRef record : resolved.result().training)
            if (std::find(sources.begin(), sources.end(), record.source) != sources.end())
                rows.push_back(
                    {resolved.dataset(record.source).rows()[record.row].uid, record.row});
        std::sort(rows.begin(), rows.end());
    }

    std::optional<SourceCounts> counts() const
    {
        if (sources.empty())
            return std::nullopt;
        SourceCounts sum = mixture->result().sources[sources.front()];
        for (std::size_t i = 1; i < sources.size(); ++i) {
            const SourceCounts& more = mixture->result().sources[sources[i]];
            add(sum.taken, more.taken);
            add(sum.available, more.available);
            add(sum.heldOut, more.heldOut);
            sum.leftOut += more.leftOut;
        }
        if (sources.size() > 1)
            sum.epochs =
                sum.available.rows > 0 ? double(sum.taken.rows) / double(sum.available.rows) : 0.0;
        return sum;
    }

    std::optional<double> share() const
    {
        if (sources.empty())
            return std::nullopt;
        const MixtureBasis basis = mixture->mixture().basis;
        const double all = inBasis(mixture->result().total, basis);
        return all > 0 ? inBasis(counts()->taken, basis) / all : 0.0;
    }
};

Result<std::vector<SampleRow>> sampleOf(
    const Side& side, std::vector<std::uint32_t> rows, std::size_t samples)
{
    std::vector<SampleRow> out;
    std::sort(rows.begin(), rows.end());
    const std::size_t wanted = std::min(samples, rows.size());
    for (std::size_t i = 0; i < wanted; ++i) {
        const std::uint32_t row = rows[i * rows.size() / wanted];
        const RecordRef record{std::uint32_t(side.sources.front()), row};
        KOALA_TRY(const Conversation conversation, side.mixture->conversation(record));
        const auto user = std::find_if(conversation.turns.begin(), conversation.turns.end(),
            [](const Turn& turn) { return turn.role == Role::User; });
        std::string text = user == conversation.turns.end() ? std::string() : user->text;
        for (char& c : text)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                c = ' ';
        out.push_back({side.mixture->uid(record), row, elided(toValidUtf8(text), 160)});
    }
    return out;
}

Result<SourceDifference> compareSource(
    const std::string& dataset, const Side& before, const Side& after, std::size_t samples)
{
    SourceDifference difference;
    difference.dataset = dataset;
    difference.before = before.counts();
    difference.after = after.counts();
    difference.shareBefore = before.share();
    difference.shareAfter = after.share();
    if (!before.sources.empty() && !after.sources.empty())
        settingsOf(toJson(before.mixture->mixture())["sources"][before.sources.front()],
            toJson(after.mixture->mixture())["sources"][after.sources.front()], "",
            difference.settings);
    std::vector<std::uint32_t> gained, lost;
    for (std::size_t b = 0, a = 0; b < before.rows.size() || a < after.rows.size();) {
        const bool inBefore = b < before.rows.size() &&
                              (a == after.rows.size() || before.rows[b].uid <= after.rows[a].uid);
        const Side::Row row = inBefore ? before.rows[b] : after.rows[a];
        std::size_t timesBefore = 0, timesAfter = 0;
        for (; b < before.rows.size() && before.rows[b].uid == row.uid; ++b)
            ++timesBefore;
        for (; a < after.rows.size() && after.rows[a].uid == row.uid; ++a)
            ++timesAfter;
        if (timesBefore == 0)
            gained.push_back(row.row);
        else if (timesAfter == 0)
            lost.push_back(row.row);
        else
            difference.repeated += timesBefore != timesAfter ? 1 : 0;
    }
    difference.gained = gained.size();
    difference.lost = lost.size();
    KOALA_TRY(difference.gainedRows, sampleOf(after, std::move(gained), samples));
    KOALA_TRY(difference.lostRows, sampleOf(before, std::move(lost), samples));
    return difference;
}

} // namespace

Result<MixtureDifference> compareMixtures(
    const ResolvedMixture& before, const ResolvedMixture& after, std::size_t samples)
{
    MixtureDifference difference;
    settingsOf(toJson(before.mixture()), toJson(after.mixture()), "", difference.settings);
    std::vector<std::string> datasets;
    for (const ResolvedMixture* side : {&before, &after})
        for (const MixtureSource& source : side->mixture().sources)
            if (std::find(datasets.begin(), datasets.end(), source.dataset) == datasets.end())
                datasets.push_back(source.dataset);
    for (const std::string& dataset : datasets) {
        KOALA_TRY(SourceDifference source,
            compareSource(dataset, Side(before, dataset), Side(after, dataset), samples));
        difference.gained += source.gained;
        difference.lost += source.lost;
        difference.repeated += source.repeated;
        difference.sources.push_back(std::move(source));
    }
    difference.totalBefore = before.result().total;
    difference.totalAfter = after.result().total;
    difference.heldOutBefore = before.result().heldOut;
    difference.heldOutAfter = after.result().heldOut;
    difference.orderBefore = before.orderSha256();
    difference.orderAfter = after.orderSha256();
    return difference;
}

} // namespace koala
