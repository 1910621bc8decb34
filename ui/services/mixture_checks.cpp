#include "ui/services/mixture_checks.h"

#include <algorithm>
#include <unordered_set>

#include "core/base/utf8.h"
#include "core/data/permutation.h"
#include "core/store/project.h"
#include "core/study/prompt_set.h"
#include "ui/services/tokenizer_cache.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr std::size_t kPreviewed = 60;
constexpr std::int64_t kNoLimit = 1'000'000;

QString roleWord(ChatTurn::Speaker speaker)
{
    constexpr const char* kWords[] = {"SYSTEM", "USER", "GPT", "CONTEXT", "TOOL"};
    return QString::fromLatin1(kWords[std::size_t(speaker)]);
}

std::string firstUserMessage(const Conversation& conversation)
{
    for (const Turn& turn : conversation.turns)
        if (turn.role == Role::User)
            return turn.text;
    return conversation.turns.empty() ? std::string() : conversation.turns.front().text;
}

QString markerWord(const Conversation& conversation, MarkerMode mode)
{
    switch (markerOf(conversation, mode)) {
    case Marker::Positive:
        return QStringLiteral("positive");
    case Marker::Negative:
        return QStringLiteral("negative");
    case Marker::None:
        break;
    }
    return {};
}

Result<PreviewRecord> previewOf(const ResolvedMixture& mixture, RecordRef ref)
{
    KOALA_TRY(const Conversation conversation, mixture.conversation(ref));
    PreviewRecord record;
    record.source = int(ref.source);
    std::string line = firstUserMessage(conversation).substr(0, 800);
    std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20; }, ' ');
    record.message = qtext(elided(toValidUtf8(line), 200));
    record.turns = int(conversation.turns.size());
    record.tokens = mixture.tokensOf(ref);
    record.trained = mixture.trainedTokensOf(ref);
    record.marker = markerWord(conversation, mixture.mixture().sources[ref.source].markers);
    KOALA_TRY(const Rendered tokens, mixture.render(ref));
    for (const ChatTurn& turn : chatTurnsOf(conversation, mixture.mixture().system))
        record.roles.push_back(roleWord(turn.speaker));
    for (const RenderedToken& token : tokens.tokens) {
        PreviewRecord::Piece piece;
        piece.id = token.id;
        piece.trained = token.trained;
        piece.special = mixture.tokenizer().isControl(token.id);
        piece.fromTemplate = token.turn < 0;
        piece.turn = token.turn;
        piece.bytes = QByteArray::fromStdString(mixture.tokenizer().bytes(token.id));
        piece.text = piece.special ? qtext(mixture.tokenizer().piece(token.id))
                                   : qtext(toValidUtf8(piece.bytes.toStdString()));
        record.pieces.push_back(std::move(piece));
    }
    return record;
}

std::unordered_set<std::uint64_t> groupsOf(
    const ResolvedMixture& mixture, const std::vector<RecordRef>& records)
{
    std::unordered_set<std::uint64_t> groups;
    for (const RecordRef ref : records)
        groups.insert(mixture.dataset(ref.source).rows()[ref.row].promptGroup);
    return groups;
}

void checkTestSets(const fs::path& directory, const std::unordered_set<std::uint64_t>& training,
    MixtureChecks& checks)
{
    const auto project = Project::open(directory);
    if (!project.ok())
        return;
    const auto slugs = project->promptSets();
    for (std::size_t i = 0; slugs.ok() && i < slugs->size(); ++i) {
        const auto set = loadPromptSet(project->promptSetFile((*slugs)[i]));
        if (!set.ok())
            continue;
        MixtureChecks::TestSet& counts = checks.testSets.emplace_back();
        counts.name = qtext((*slugs)[i]);
        for (const Prompt& prompt : set->prompts) {
            ++counts.prompts;
            const auto first =
                std::ranges::find(prompt.turns, std::string("user"), &PromptTurn::role);
            const std::string& text = first == prompt.turns.end() ? prompt.text() : first->text;
            counts.overlap += training.contains(promptGroupOf(std::string_view(text))) ? 1 : 0;
        }
        checks.testPrompts += counts.prompts;
        checks.overlap += counts.overlap;
    }
}

} // namespace

Result<std::shared_ptr<const ResolvedMixture>> resolveMixture(const fs::path& project,
    const Mixture& mixture, TokenizerCache& tokenizers, std::stop_token stop,
    std::function<void(std::uint64_t done, std::uint64_t total)> progress)
{
    KOALA_TRY(const auto loaded, tokenizers.load(mixture.model));
    ResolvedMixture::Options options;
    options.projectDirectory = project;
    options.chatTemplate = loaded.chatTemplate;
    options.stop = stop;
    options.progress = std::move(progress);
    if (!mixture.chatTemplate.empty()) {
        KOALA_TRY(options.chatTemplate, templateFromName(mixture.chatTemplate));
    }
    return ResolvedMixture::open(mixture, loaded.tokenizer, options);
}

Result<CheckedMixture> checkMixture(const fs::path& project, const Mixture& mixture,
    TokenizerCache& tokenizers, std::stop_token stop)
{
    KOALA_TRY(const auto resolved, resolveMixture(project, mixture, tokenizers, stop));
    Mixture unlimited = mixture;
    unlimited.maxTokens = kNoLimit;
    unlimited.packingLength = kNoLimit;
    KOALA_TRY(const auto whole, resolveMixture(project, unlimited, tokenizers, stop));
    CheckedMixture out;
    MixtureChecks& checks = out.checks;
    const auto& records = resolved->result().training;
    checks.conversations = records.size();
    const bool cuts = mixture.packing != PackingMode::Stream; // a stream goes on in the next row
    std::uint64_t packed = 0;
    for (const RecordRef ref : records) {
        packed += resolved->trainedTokensOf(ref) > 0 ? resolved->tokensOf(ref) : 0;
        const std::uint32_t tokens = whole->tokensOf(ref);
        checks.longest = std::max(checks.longest, tokens);
        checks.cut += cuts && tokens > std::uint64_t(mixture.maxTokens) ? 1 : 0;
    }
    if (stop.stop_requested())
        return cancelled("overtaken");
    const auto training = groupsOf(*resolved, records);
    for (const std::uint64_t group : groupsOf(*resolved, resolved->result().holdOut))
        checks.bothSides += training.contains(group) ? 1 : 0;
    checkTestSets(project, training, checks);
    checks.packedSequences = TrainingStream(resolved, StreamPart::Training).sequences(0);
    if (checks.packedSequences > 0)
        checks.fill = std::min(
            1.0, double(packed) / (double(checks.packedSequences) * double(mixture.packingLength)));
    checks.order = qtext(resolved->orderSha256());
    checks.templateName = qtext(std::string(templateName(resolved->chatTemplate())));
    const EpochOrder order(records.size(), mixture.seed, 0);
    for (std::size_t i = 0; i < std::min(kPreviewed, records.size()); ++i) {
        if (stop.stop_requested())
            return cancelled("overtaken");
        KOALA_TRY(PreviewRecord record, previewOf(*resolved, records[order.at(i)]));
        out.preview.push_back(std::move(record));
    }
    return out;
}

} // namespace koala
