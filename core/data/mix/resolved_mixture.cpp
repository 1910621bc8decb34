#include <algorithm>
#include <charconv>

#include "core/base/line_reader.h"
#include "core/base/sha256.h"
#include "core/data/clean/cleaning.h"
#include "core/data/mix/token_counts.h"
#include "core/data/mix/training_stream.h"
#include "core/data/permutation.h"

namespace koala {
namespace {

Result<std::shared_ptr<const Dataset>> openSource(const fs::path& project,
    const MixtureSource& source, const Mixture& mixture, std::stop_token stop)
{
    const fs::path folder = project / "datasets" / source.dataset;
    std::error_code code;
    if (!fs::exists(folder / "manifest.json", code))
        return notFound(fmt::format(
            "the mixture \"{}\" names the dataset \"{}\", which this project does not have; "
            "import it again under that name, or take it out of the mixture",
            mixture.name, source.dataset));
    CleaningOptions cleaning;
    cleaning.projectDirectory = project;
    cleaning.stop = std::move(stop);
    KOALA_TRY(const std::shared_ptr<const Dataset> dataset, openEffectiveDataset(folder, cleaning));
    if (dataset->manifest().use == "evaluation" && !mixture.allowEvaluationData)
        return invalidInput(
            fmt::format("the dataset \"{}\" is for evaluation only; take it out of the mixture "
                        "\"{}\", or set \"allow_evaluation_data\": true in it",
                source.dataset, mixture.name));
    return dataset;
}

Result<std::vector<std::uint64_t>> readUidList(const fs::path& project, const std::string& relative)
{
    KOALA_TRY(const fs::path path, pathInside(project, relative));
    KOALA_TRY(LineReader reader, LineReader::open(path));
    std::vector<std::uint64_t> uids;
    for (Line line; reader.next(line);) {
        if (line.text.empty())
            continue;
        std::uint64_t uid = 0;
        const auto [end, code] =
            std::from_chars(line.text.data(), line.text.data() + line.text.size(), uid, 16);
        if (code != std::errc() || end != line.text.data() + line.text.size())
            return invalidInput(fmt::format(
                "{} line {} is no uid (16 hexadecimal digits)", path.string(), line.number));
        uids.push_back(uid);
    }
    KOALA_RETURN_IF_ERROR(reader.status());
    std::sort(uids.begin(), uids.end());
    return uids;
}

Status addPromptGroups(
    const fs::path& project, const std::string& set, std::vector<std::uint64_t>& groups)
{
    if (!isSafeName(set))
        return invalidInput("\"" + set + "\" is no name of a prompt set");
    const fs::path path = project / "prompts" / (set + ".jsonl");
    std::error_code code;
    if (!fs::exists(path, code))
        return notFound("the mixture excludes the prompt set \"" + set +
                        "\", which this project does not have");
    KOALA_TRY(LineReader reader, LineReader::open(path));
    for (Line line; reader.next(line);) {
        const Json json = Json::parse(line.text, nullptr, false);
        if (const Json& prompt = memberOr(json, "prompt"); prompt.is_string())
            groups.push_back(promptGroupOf(std::string_view(prompt.get_ref<const std::string&>())));
        else if (const Json& turns = memberOr(json, "turns"); turns.is_array() && !turns.empty())
            groups.push_back(promptGroupOf(std::string_view(stringOr(turns.front(), "text", ""))));
    }
    return reader.status();
}

} // namespace

Result<std::shared_ptr<const ResolvedMixture>> ResolvedMixture::open(
    const Mixture& mixture, std::shared_ptr<const Tokenizer> tokenizer, const Options& options)
{
    std::shared_ptr<ResolvedMixture> resolved(new ResolvedMixture());
    resolved->m_mixture = mixture;
    resolved->m_options = options;
    resolved->m_tokenizer = std::move(tokenizer);
    std::uint64_t total = 0;
    for (const MixtureSource& source : mixture.sources) {
        KOALA_TRY(std::shared_ptr<const Dataset> dataset,
            openSource(options.projectDirectory, source, mixture, options.stop));
        total += dataset->size();
        resolved->m_datasets.push_back(std::move(dataset));
        std::vector<std::uint64_t> uids;
        if (!source.holdOut.listFile.empty()) {
            KOALA_TRY(uids, readUidList(options.projectDirectory, source.holdOut.listFile));
        }
        resolved->m_holdOutLists.push_back(std::move(uids));
    }
    for (const std::string& set : mixture.excludePrompts)
        KOALA_RETURN_IF_ERROR(
            addPromptGroups(options.projectDirectory, set, resolved->m_excludedGroups));
    std::sort(resolved->m_excludedGroups.begin(), resolved->m_excludedGroups.end());

    const RecordRenderer renderer =
        rendererOf(mixture, resolved->m_tokenizer, options.chatTemplate);
    std::uint64_t before = 0;
    for (std::size_t s = 0; s < mixture.sources.size(); ++s) {
        const auto told = [&](std::uint64_t rows) {
            if (options.progress)
                options.progress(before + rows, total);
        };
        KOALA_TRY(std::shared_ptr<const RowTokens> counts,
            countTokens(*resolved->m_datasets[s], renderer, mixture.sources[s].markers, told,
                options.stop));
        resolved->m_counts.push_back(std::move(counts));
        before += resolved->m_datasets[s]->size();
    }
    KOALA_TRY(resolved->m_result,
        calculateMixture(mixture, resolved->inputs(), {true, &resolved->m_excludedGroups}));
    Sha256 hash;
    const std::vector<RecordRef>& records = resolved->m_result.training;
    const EpochOrder order(records.size(), mixture.seed, 0);
    for (std::uint64_t i = 0; i < records.size(); ++i)
        hash.update(resolved->uid(records[order.at(i)]) + "\n");
    resolved->m_orderSha256 = hash.finishHex();
    return std::shared_ptr<const ResolvedMixture>(std::move(resolved));
}

std::vector<SourceInput> ResolvedMixture::inputs() const
{
    std::vector<SourceInput> list;
    for (std::size_t s = 0; s < m_datasets.size(); ++s)
        list.push_back({&m_datasets[s]->rows(), m_counts[s].get(),
            m_mixture.sources[s].holdOut.listFile.empty() ? nullptr : &m_holdOutLists[s]});
    return list;
}

std::vector<SourceTerms> ResolvedMixture::terms() const
{
    std::vector<SourceTerms> list;
    for (const auto& dataset : m_datasets) {
        const DatasetManifest& manifest = dataset->manifest();
        if (std::none_of(list.begin(), list.end(),
                [&](const SourceTerms& known) { return known.dataset == manifest.slug; }))
            list.push_back(
                sourceTerms(manifest.slug, manifest.title, manifest.licence, manifest.terms));
    }
    return list;
}

bool ResolvedMixture::usesMarkers() const
{
    return std::any_of(m_mixture.sources.begin(), m_mixture.sources.end(),
        [](const MixtureSource& source) { return source.markers != MarkerMode::None; });
}

std::string ResolvedMixture::uid(RecordRef record) const
{
    return fmt::format("{:016x}", m_datasets[record.source]->rows()[record.row].uid);
}

Result<Conversation> ResolvedMixture::conversation(RecordRef record) const
{
    return m_datasets[record.source]->read(record.row);
}

Result<Rendered> ResolvedMixture::render(RecordRef record, std::uint32_t part) const
{
    KOALA_TRY(const Conversation conversation, this->conversation(record));
    KOALA_TRY(std::vector<Rendered> parts,
        rendererOf(m_mixture, m_tokenizer, m_options.chatTemplate)
            .renderParts(conversation, m_mixture.sources[record.source].markers));
    return part < parts.size() ? std::move(parts[part]) : Rendered();
}

std::uint32_t ResolvedMixture::partsOf(RecordRef record) const
{
    const auto found = m_counts[record.source]->parts.find(record.row);
    return found == m_counts[record.source]->parts.end() ? 1 : std::uint32_t(found->second.size());
}

PartTokens ResolvedMixture::partOf(RecordRef record, std::uint32_t part) const
{
    const auto found = m_counts[record.source]->parts.find(record.row);
    return found == m_counts[record.source]->parts.end()
               ? PartTokens{tokensOf(record), trainedTokensOf(record)}
               : found->second.at(part);
}

std::uint32_t ResolvedMixture::tokensOf(RecordRef record) const
{
    return m_counts[record.source]->tokens[record.row];
}

std::uint32_t ResolvedMixture::trainedTokensOf(RecordRef record) const
{
    return m_counts[record.source]->trained[record.row];
}

Result<MixtureResult> ResolvedMixture::recalculate(const Mixture& mixture) const
{
    if (mixture.sources.size() != m_mixture.sources.size() ||
        mixture.maxTokens != m_mixture.maxTokens || mixture.tooLong != m_mixture.tooLong ||
        mixture.system != m_mixture.system ||
        (mixture.packing == PackingMode::Stream) != (m_mixture.packing == PackingMode::Stream) ||
        mixture.stream.rule != m_mixture.stream.rule ||
        mixture.stream.addEos != m_mixture.stream.addEos)
        return invalidInput(
            "the mixture has other sources or limits: its tokens are to be counted again");
    for (std::size_t s = 0; s < mixture.sources.size(); ++s)
        if (mixture.sources[s].dataset != m_mixture.sources[s].dataset ||
            mixture.sources[s].markers != m_mixture.sources[s].markers)
            return invalidInput(
                "the mixture has other sources or markers: its tokens are to be counted again");
    const std::scoped_lock lock(m_mutex);
    return m_figures.calculate(mixture, inputs(), {false, &m_excludedGroups});
}

} // namespace koala
