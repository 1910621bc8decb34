#include "core/data/mix/templates.h"

#include <algorithm>

#include <fmt/ranges.h>

namespace koala {
namespace {

// Lower-case letters and digits only, so that "GPT-4", "gpt_4" and "gpt4" are one word.
std::string compact(std::string_view text)
{
    std::string out;
    for (const char c : text)
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out += c;
        else if (c >= 'A' && c <= 'Z')
            out += char(c - 'A' + 'a');
        else if (c == '\n')
            out += ' ';
    return out;
}

std::vector<std::string_view> wordsOf(std::string_view list)
{
    std::vector<std::string_view> words;
    while (!list.empty()) {
        const std::size_t blank = std::min(list.find(' '), list.size());
        if (blank > 0)
            words.push_back(list.substr(0, blank));
        list.remove_prefix(std::min(blank + 1, list.size()));
    }
    return words;
}

bool lists(std::string_view list, std::string_view word)
{
    const auto words = wordsOf(list);
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The first of the words that a name of the dataset holds: slug, title, names of its files.
std::string_view namedIn(const DatasetManifest& dataset, std::string_view words)
{
    std::string names = dataset.slug + "\n" + dataset.title;
    for (const SourceFile& file : dataset.sources)
        names += "\n" + fs::path(file.path).filename().string();
    const std::string text = compact(names);
    for (const std::string_view word : wordsOf(words))
        if (text.find(word) != std::string::npos)
            return word;
    return {};
}

enum class Fit { No, Possible, Yes };

struct Judged {
    Fit fit = Fit::No;
    std::string why;
};

Judged judge(const TemplateSource& source, const DatasetManifest& dataset)
{
    if (dataset.use == "evaluation" || !namedIn(dataset, source.notNames).empty())
        return {};
    const std::string kind = "its kind is " + dataset.importer;
    if (lists(source.importers, dataset.importer))
        return {Fit::Yes, kind};
    if (!lists(source.importersByName, dataset.importer))
        return {};
    if (const std::string_view word = namedIn(dataset, source.names); !word.empty())
        return {Fit::Yes, fmt::format("{} and its name holds \"{}\"", kind, word)};
    // Rows of our own form may be anything: only their name tells.
    if (dataset.importer == "koala" || dataset.importer == "koala-jsonl")
        return {};
    return {Fit::Possible, fmt::format("{}, but its name holds none of: {}", kind,
                               fmt::join(wordsOf(source.names), ", "))};
}

TemplateDataset entryOf(const DatasetManifest& dataset, std::string why)
{
    return {dataset.slug, dataset.title.empty() ? dataset.slug : dataset.title, dataset.rows,
        dataset.sourceRows > 0 ? dataset.sourceRows : dataset.rows, std::move(why)};
}

} // namespace

Result<const MixtureTemplate*> findMixtureTemplate(std::string_view id)
{
    std::string known;
    for (const MixtureTemplate& one : mixtureTemplates()) {
        if (one.id == id)
            return &one;
        known += (known.empty() ? "" : ", ") + std::string(one.id);
    }
    return notFound(fmt::format("there is no template \"{}\"; there are: {}", id, known));
}

TemplateMatch matchTemplate(
    const MixtureTemplate& wanted, const std::vector<DatasetManifest>& datasets)
{
    TemplateMatch match;
    std::vector<bool> taken(datasets.size());
    for (const TemplateSource& source : wanted.sources) {
        TemplateLine& line = match.lines.emplace_back();
        line.source = &source;
        for (std::size_t i = 0; i < datasets.size(); ++i) {
            Judged judged = judge(source, datasets[i]);
            if (judged.fit != Fit::Yes || taken[i])
                continue;
            taken[i] = true;
            line.datasets.push_back(entryOf(datasets[i], std::move(judged.why)));
            line.rows += line.datasets.back().rows;
            line.count += source.unit == TemplateUnit::Conversations ? line.datasets.back().rows
                                                                     : line.datasets.back().records;
        }
        match.missing += line.datasets.empty() && !source.optional ? 1 : 0;
    }
    for (TemplateLine& line : match.lines)
        for (std::size_t i = 0; i < datasets.size(); ++i)
            if (Judged judged = judge(*line.source, datasets[i]);
                judged.fit == Fit::Possible && !taken[i])
                line.possible.push_back(entryOf(datasets[i], std::move(judged.why)));
    return match;
}

Result<Mixture> mixtureOf(const MixtureTemplate& wanted, const TemplateMatch& match,
    std::string_view name, std::string_view model)
{
    Mixture mixture;
    mixture.name = name;
    mixture.model = model;
    mixture.chatTemplate = wanted.chatTemplate;
    mixture.maxTokens = mixture.packingLength = wanted.maxTokens;
    mixture.packing = wanted.packing;
    std::string lacking;
    for (const TemplateLine& line : match.lines) {
        if (line.source->optional)
            continue;
        if (line.datasets.empty())
            lacking += (lacking.empty() ? "" : ", ") + std::string(line.source->title);
        for (const TemplateDataset& dataset : line.datasets) {
            MixtureSource source;
            source.dataset = dataset.slug;
            source.repeat = line.source->repeat;
            source.markers = line.source->markers;
            source.holdOut.given = line.source->holdOutGiven;
            source.holdOut.fraction =
                line.source->holdOutGiven ? 0.0 : line.source->holdOutFraction;
            mixture.sources.push_back(std::move(source));
        }
    }
    if (mixture.sources.empty())
        return notFound(fmt::format("the project has none of the sources of {}: {}; import one of "
                                    "them first",
            wanted.title, lacking));
    return mixture;
}

} // namespace koala
