#include "core/data/mix/mixture.h"

#include <array>
#include <cmath>

namespace koala {
namespace {

constexpr std::array<std::string_view, 3> kBases{"rows", "tokens", "trained_tokens"};
constexpr std::array<std::string_view, 3> kMarkers{"none", "chosen", "both"};
constexpr std::array<std::string_view, 3> kTooLong{"drop_turns", "cut", "split"};
constexpr std::array<std::string_view, 3> kPacking{"none", "documents", "stream"};
constexpr std::array<std::string_view, 2> kStreamRules{"koala", "newest"};

template <std::size_t N>
Result<int> choice(const Json& object, std::string_view key,
    const std::array<std::string_view, N>& names, int fallback, const std::string& what)
{
    const Json& value = memberOr(object, key);
    if (value.is_null())
        return fallback;
    std::string known;
    for (std::size_t i = 0; i < N; ++i) {
        if (value.is_string() && value.get_ref<const std::string&>() == names[i])
            return int(i);
        known += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    return invalidInput(
        fmt::format("{}: \"{}\" is {}; it must be one of {}", what, key, toLine(value), known));
}

Result<std::int64_t> bounded(const Json& object, std::string_view key, std::int64_t fallback,
    std::int64_t least, const std::string& what)
{
    const Json& value = memberOr(object, key);
    if (value.is_null())
        return fallback;
    if (!value.is_number_integer() || value.get<std::int64_t>() < least)
        return invalidInput(
            fmt::format("{}: \"{}\" is {}; it must be a whole number of at least {}", what, key,
                toLine(value), least));
    return value.get<std::int64_t>();
}

Result<HoldOut> holdOutFromJson(const Json& json, const std::string& what)
{
    HoldOut holdOut;
    if (json.is_null())
        return holdOut;
    if (!json.is_object())
        return invalidInput(what +
                            ": \"hold_out\" must be {\"fraction\": 0.05}, {\"given\": true} or "
                            "{\"list\": \"file of uids\"}");
    holdOut.fraction = numberOr(json, "fraction", 0.0);
    holdOut.given = boolOr(json, "given", false);
    holdOut.listFile = stringOr(json, "list", "");
    if (!(holdOut.fraction >= 0.0 && holdOut.fraction < 1.0))
        return invalidInput(what + ": the fraction of \"hold_out\" must be at least 0 and below 1");
    if (int(holdOut.fraction > 0) + int(holdOut.given) + int(!holdOut.listFile.empty()) > 1)
        return invalidInput(
            what + ": \"hold_out\" names more than one way; keep one of fraction, given and list");
    return holdOut;
}

Result<MixtureSource> sourceFromJson(const Json& json, const std::string& what)
{
    MixtureSource source;
    KOALA_TRY(source.dataset, stringAt(json, "dataset", what));
    const std::string named = what + " (" + source.dataset + ")";
    if (!isSafeName(source.dataset))
        return invalidInput(named + ": this is no name of a dataset");
    const Json& share = memberOr(json, "share");
    if (share.is_number() && std::isfinite(share.get<double>()) && share.get<double>() >= 0)
        source.share = share.get<double>();
    else if (!share.is_null())
        return invalidInput(named + ": \"share\" must be a number of at least 0");
    KOALA_TRY(source.repeat, bounded(json, "repeat", 1, 1, named));
    KOALA_TRY(source.cap, bounded(json, "cap", 0, 0, named));
    const Json& slice = memberOr(json, "slice");
    if (!slice.is_null()) {
        if (!slice.is_array() || slice.size() != 2 || !slice[0].is_number_integer() ||
            !slice[1].is_number_integer() || slice[0].get<std::int64_t>() < 0 ||
            slice[1].get<std::int64_t>() < -1)
            return invalidInput(
                named + ": \"slice\" must be [first, end], with -1 for the end of the source");
        source.sliceBegin = slice[0].get<std::int64_t>();
        source.sliceEnd = slice[1].get<std::int64_t>();
    }
    KOALA_TRY(source.holdOut, holdOutFromJson(memberOr(json, "hold_out"), named));
    KOALA_TRY(const int markers, choice(json, "markers", kMarkers, 0, named));
    source.markers = MarkerMode(markers);
    return source;
}

Status checkShares(const Mixture& mixture, const std::string& what)
{
    std::size_t shared = 0;
    double sum = 0;
    for (const MixtureSource& source : mixture.sources) {
        shared += source.share.has_value();
        sum += source.share.value_or(0);
    }
    if (shared != 0 && shared != mixture.sources.size())
        return invalidInput(
            what +
            ": some sources have a share and some have none; give each one a share, or none");
    if (shared != 0 && !(sum > 0))
        return invalidInput(what + ": all shares are 0; give at least one source a share");
    return {};
}

} // namespace

std::string_view tooLongName(TooLong rule)
{
    return kTooLong[std::size_t(rule)];
}
std::string_view basisName(MixtureBasis basis)
{
    return kBases[std::size_t(basis)];
}
std::string_view markerModeName(MarkerMode mode)
{
    return kMarkers[std::size_t(mode)];
}

std::int64_t sequenceTokens(const Mixture& mixture)
{
    return mixture.packing == PackingMode::None ? mixture.maxTokens : mixture.packingLength;
}

OrderedJson toJson(const Mixture& mixture)
{
    OrderedJson sources = OrderedJson::array();
    for (const MixtureSource& source : mixture.sources) {
        OrderedJson json{{"dataset", source.dataset}};
        if (source.share)
            json["share"] = *source.share;
        json["repeat"] = source.repeat;
        json["cap"] = source.cap;
        json["slice"] = {source.sliceBegin, source.sliceEnd};
        if (source.holdOut.given)
            json["hold_out"] = {{"given", true}};
        else if (!source.holdOut.listFile.empty())
            json["hold_out"] = {{"list", source.holdOut.listFile}};
        else
            json["hold_out"] = {{"fraction", source.holdOut.fraction}};
        json["markers"] = markerModeName(source.markers);
        sources.push_back(std::move(json));
    }
    OrderedJson json{{"version", 1}, {"name", mixture.name}, {"seed", mixture.seed},
        {"basis", basisName(mixture.basis)}, {"total", mixture.total}, {"model", mixture.model},
        {"template", mixture.chatTemplate}, {"max_tokens", mixture.maxTokens},
        {"too_long", kTooLong[std::size_t(mixture.tooLong)]}};
    if (!mixture.system.empty())
        json["system"] = mixture.system;
    json["sources"] = std::move(sources);
    json["packing"] = {
        {"mode", kPacking[std::size_t(mixture.packing)]}, {"length", mixture.packingLength}};
    if (mixture.packing == PackingMode::Stream) {
        json["packing"]["rule"] = kStreamRules[std::size_t(mixture.stream.rule)];
        json["packing"]["add_eos"] = mixture.stream.addEos;
        json["packing"]["always_start_with_bos"] = mixture.stream.startWithBos;
    }
    json["loss"] = {{"on", "assistant"}, {"mean", "token"}};
    json["exclude_prompts"] = mixture.excludePrompts;
    if (mixture.allowEvaluationData)
        json["allow_evaluation_data"] = true;
    return json;
}

Result<Mixture> mixtureFromJson(const Json& json, std::string_view name)
{
    const std::string what(name);
    KOALA_TRY(const std::int64_t version, integerAt(json, "version", what));
    if (version != 1)
        return invalidInput(
            fmt::format("{} has version {}, and this program knows version 1; update the program",
                what, version));
    Mixture mixture;
    mixture.name = stringOr(json, "name", "");
    KOALA_TRY(const std::int64_t seed, bounded(json, "seed", 42, 0, what));
    mixture.seed = std::uint64_t(seed);
    KOALA_TRY(const int basis, choice(json, "basis", kBases, 0, what));
    mixture.basis = MixtureBasis(basis);
    KOALA_TRY(mixture.total, bounded(json, "total", 0, 0, what));
    mixture.model = stringOr(json, "model", "");
    mixture.chatTemplate = stringOr(json, "template", "");
    KOALA_TRY(mixture.maxTokens, bounded(json, "max_tokens", 2048, 8, what));
    KOALA_TRY(const int tooLong, choice(json, "too_long", kTooLong, 0, what));
    mixture.tooLong = TooLong(tooLong);
    mixture.system = stringOr(json, "system", "");
    const Json& sources = memberOr(json, "sources");
    if (!sources.is_array() || sources.empty())
        return invalidInput(what + ": \"sources\" names no dataset; add at least one");
    for (std::size_t i = 0; i < sources.size(); ++i) {
        KOALA_TRY(MixtureSource source,
            sourceFromJson(sources[i], fmt::format("{}: sources[{}]", what, i)));
        mixture.sources.push_back(std::move(source));
    }
    const Json& packing = memberOr(json, "packing");
    KOALA_TRY(const int mode, choice(packing, "mode", kPacking, 1, what));
    mixture.packing = PackingMode(mode);
    KOALA_TRY(mixture.packingLength, bounded(packing, "length", mixture.maxTokens, 8, what));
    if (mixture.packing == PackingMode::Documents && mixture.packingLength < mixture.maxTokens)
        return invalidInput(
            fmt::format("{}: packing to {} tokens cannot hold dialogues of {}; raise the length "
                        "of \"packing\" or lower \"max_tokens\"",
                what, mixture.packingLength, mixture.maxTokens));
    KOALA_TRY(const int rule, choice(packing, "rule", kStreamRules, 0, what));
    mixture.stream.rule = StreamRule(rule);
    mixture.stream.addEos = boolOr(packing, "add_eos", false);
    mixture.stream.startWithBos = boolOr(packing, "always_start_with_bos", false);
    const Json& loss = memberOr(json, "loss");
    if (stringOr(loss, "on", "assistant") != "assistant" ||
        stringOr(loss, "mean", "token") != "token")
        return invalidInput(
            what + ": \"loss\" must be {\"on\": \"assistant\", \"mean\": \"token\"}");
    const Json& excluded = memberOr(json, "exclude_prompts");
    if (excluded.is_array())
        for (const Json& set : excluded)
            if (set.is_string())
                mixture.excludePrompts.push_back(set.get<std::string>());
    mixture.allowEvaluationData = boolOr(json, "allow_evaluation_data", false);
    KOALA_RETURN_IF_ERROR(checkShares(mixture, what));
    return mixture;
}

Result<Mixture> readMixture(const fs::path& path)
{
    KOALA_TRY(const Json json, readJsonFile(path));
    KOALA_TRY(Mixture mixture, mixtureFromJson(json, path.string()));
    if (mixture.name.empty())
        mixture.name = path.stem().string();
    return mixture;
}

Status writeMixture(const fs::path& path, const Mixture& mixture)
{
    const Json json = Json::parse(toLine(toJson(mixture)));
    auto checked = mixtureFromJson(json, path.string());
    if (!checked.ok())
        return std::move(checked).error();
    return writeJsonFile(path, toJson(mixture));
}

} // namespace koala
