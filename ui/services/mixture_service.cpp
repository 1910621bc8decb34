#include "ui/services/mixture_service.h"

#include <algorithm>
#include <mutex>
#include <unordered_set>

#include <QFileInfo>

#include "core/base/utf8.h"
#include "core/data/mix/training_stream.h"
#include "core/data/permutation.h"
#include "core/store/project.h"
#include "core/study/prompt_set.h"
#include "ui/services/tokenizer_cache.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr int kSettleMs = 250;
constexpr int kIdleMs = 350; // checks wait until a slider rests
constexpr std::size_t kPreviewed = 60, kRendered = 12;
constexpr std::int64_t kNoLimit = 1'000'000;

struct Listing {
    QStringList mixtures, models;
    std::vector<MixtureDataset> datasets;
};

Listing listProject(const fs::path& directory)
{
    Listing listing;
    const auto project = Project::open(directory);
    if (!project.ok())
        return listing;
    if (const auto slugs = project->mixtures(); slugs.ok())
        for (const std::string& slug : *slugs)
            listing.mixtures.append(qtext(slug));
    if (const auto models = project->models(); models.ok())
        for (const ModelEntry& model : *models)
            listing.models.append(qtext(model.slug));
    const auto entries = project->datasets();
    for (std::size_t i = 0; entries.ok() && i < entries->size(); ++i) {
        const DatasetEntry& entry = (*entries)[i];
        if (!entry.manifest)
            continue;
        MixtureDataset item;
        item.slug = qtext(entry.slug);
        item.title = qtext(entry.manifest->title.empty() ? entry.slug : entry.manifest->title);
        item.rows = entry.manifest->rows;
        item.evaluation = entry.manifest->use == "evaluation";
        item.termsKnown = !entry.manifest->licence.empty() || !entry.manifest->terms.empty();
        if (const auto dataset = project->dataset(entry.slug); dataset.ok()) {
            item.hasPairs = std::ranges::any_of((*dataset)->rows(), [](const RowFacts& row) {
                return row.rank >= 0 || row.feedback != Feedback::None;
            });
            item.hasGivenSplit = std::ranges::any_of((*dataset)->rows(), &RowFacts::givenHoldOut);
        }
        listing.datasets.push_back(std::move(item));
    }
    return listing;
}

// Which counts and rows a mixture needs: as long as this is the same, figures are pure arithmetic.
std::string inputsOf(Mixture mixture)
{
    mixture.name.clear();
    mixture.seed = 0;
    mixture.basis = MixtureBasis::Rows;
    mixture.total = 0;
    for (MixtureSource& source : mixture.sources)
        source.share.reset();
    return toLine(toJson(mixture));
}

Result<std::shared_ptr<const ResolvedMixture>> resolve(const fs::path& project,
    const Mixture& mixture, TokenizerCache& tokenizers, std::stop_token stop)
{
    KOALA_TRY(const auto loaded, tokenizers.load(mixture.model));
    ResolvedMixture::Options options;
    options.projectDirectory = project;
    options.chatTemplate = loaded.chatTemplate;
    options.stop = stop;
    if (!mixture.chatTemplate.empty()) {
        KOALA_TRY(options.chatTemplate, templateFromName(mixture.chatTemplate));
    }
    return ResolvedMixture::open(mixture, loaded.tokenizer, options);
}

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

Result<PreviewRecord> previewOf(const ResolvedMixture& mixture, RecordRef ref, bool rendered)
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
    if (!rendered)
        return record;
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

struct Checked {
    MixtureChecks checks;
    std::vector<PreviewRecord> preview;
};

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
        for (const Prompt& prompt : set->prompts) {
            ++checks.testPrompts;
            const auto first =
                std::ranges::find(prompt.turns, std::string("user"), &PromptTurn::role);
            const std::string& text = first == prompt.turns.end() ? prompt.text() : first->text;
            checks.overlap += training.contains(promptGroupOf(std::string_view(text))) ? 1 : 0;
        }
    }
}

Result<Checked> checkMixture(const fs::path& project, const Mixture& mixture,
    TokenizerCache& tokenizers, std::stop_token stop)
{
    KOALA_TRY(const auto resolved, resolve(project, mixture, tokenizers, stop));
    Mixture unlimited = mixture;
    unlimited.maxTokens = kNoLimit;
    unlimited.packingLength = kNoLimit;
    KOALA_TRY(const auto whole, resolve(project, unlimited, tokenizers, stop));
    Checked out;
    MixtureChecks& checks = out.checks;
    const auto& records = resolved->result().training;
    checks.conversations = records.size();
    for (const RecordRef ref : records) {
        const std::uint32_t tokens = whole->tokensOf(ref);
        checks.longest = std::max(checks.longest, tokens);
        checks.cut += tokens > std::uint64_t(mixture.maxTokens) ? 1 : 0;
    }
    if (stop.stop_requested())
        return cancelled("overtaken");
    const auto training = groupsOf(*resolved, records);
    for (const std::uint64_t group : groupsOf(*resolved, resolved->result().holdOut))
        checks.bothSides += training.contains(group) ? 1 : 0;
    checkTestSets(project, training, checks);
    checks.packedSequences = TrainingStream(resolved, StreamPart::Training).sequences(0);
    checks.order = qtext(resolved->orderSha256());
    checks.templateName = qtext(std::string(templateName(resolved->chatTemplate())));
    checks.sourcesUsed = int(mixture.sources.size());
    for (std::size_t i = 0; i < mixture.sources.size(); ++i) {
        const DatasetManifest& manifest = resolved->dataset(i).manifest();
        checks.termsKnown += !manifest.licence.empty() || !manifest.terms.empty() ? 1 : 0;
    }
    const EpochOrder order(records.size(), mixture.seed, 0);
    for (std::size_t i = 0; i < std::min(kPreviewed, records.size()); ++i) {
        if (stop.stop_requested())
            return cancelled("overtaken");
        KOALA_TRY(PreviewRecord record, previewOf(*resolved, records[order.at(i)], i < kRendered));
        out.preview.push_back(std::move(record));
    }
    return out;
}
} // namespace

struct MixtureService::Engine {
    std::mutex mutex;
    std::string inputs;
    std::shared_ptr<const ResolvedMixture> resolved;

    Result<MixtureResult> calculate(const fs::path& project, const Mixture& mixture,
        TokenizerCache& tokenizers, std::stop_token stop)
    {
        const std::lock_guard lock(mutex);
        const std::string wanted = inputsOf(mixture);
        if (!resolved || wanted != inputs) {
            KOALA_TRY(resolved, resolve(project, mixture, tokenizers, stop));
            inputs = wanted;
            return resolved->result();
        }
        return resolved->recalculate(mixture);
    }
};

MixtureService::MixtureService(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)),
      m_tokenizers(std::make_shared<TokenizerCache>(m_project)),
      m_engine(std::make_shared<Engine>())
{
    for (QTimer* timer : {&m_settle, &m_idle})
        timer->setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    m_idle.setInterval(kIdleMs);
    for (const char* folder : {"datasets", "mixtures", "models"})
        m_watcher.addPath(qtext((m_project / folder).string()));
    connect(
        &m_watcher, &QFileSystemWatcher::directoryChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_settle, &QTimer::timeout, this, &MixtureService::refresh);
    connect(&m_idle, &QTimer::timeout, this, &MixtureService::check);
}

MixtureService::~MixtureService() = default;

void MixtureService::refresh()
{
    m_listing.request([project = m_project](std::stop_token) { return listProject(project); },
        [this](Listing listing) {
            m_mixtures = listing.mixtures;
            m_models = listing.models;
            m_datasets = std::move(listing.datasets);
            Q_EMIT listChanged();
        });
}

void MixtureService::load(const QString& slug)
{
    const fs::path file = m_project / "mixtures" / (slug.toStdString() + ".json");
    m_loading.request([file](std::stop_token) { return readMixture(file); },
        [this, slug, file](Result<Mixture> mixture) {
            if (!mixture.ok())
                Q_EMIT loadFailed(slug, qtext(mixture.error().message));
            else
                Q_EMIT loaded(slug, *mixture,
                    QFileInfo(qtext(file.string()))
                        .lastModified()
                        .toUTC()
                        .toString(Qt::ISODateWithMs));
        });
}

void MixtureService::save(const QString& slug, const Mixture& mixture)
{
    const fs::path file = m_project / "mixtures" / (slug.toStdString() + ".json");
    m_saving.request(
        [file, mixture](std::stop_token) -> Status {
            KOALA_RETURN_IF_ERROR(createDirectories(file.parent_path()));
            return writeMixture(file, mixture);
        },
        [this, slug](Status written) {
            if (!written.ok())
                Q_EMIT saveFailed(qtext(written.error().message));
            else
                Q_EMIT saved(slug);
        });
}

std::uint64_t MixtureService::calculate(const Mixture& mixture)
{
    const std::uint64_t number = ++m_number;
    m_latest = mixture;
    m_checking.cancel();
    m_idle.start();
    m_counting.request(
        [engine = m_engine, project = m_project, mixture, tokenizers = m_tokenizers](
            std::stop_token stop) {
            return engine->calculate(project, mixture, *tokenizers, stop);
        },
        [this, number](Result<MixtureResult> result) {
            MixtureFigures figures;
            figures.number = number;
            if (result.ok()) {
                figures.sources = std::move(result->sources);
                figures.total = result->total;
                figures.heldOut = result->heldOut;
            } else if (result.error().code == ErrorCode::Cancelled) {
                return;
            } else {
                figures.problem = qtext(result.error().message);
            }
            Q_EMIT figuresReady(figures);
        });
    return number;
}

void MixtureService::check()
{
    m_checking.request(
        [project = m_project, mixture = m_latest, tokenizers = m_tokenizers](
            std::stop_token stop) { return checkMixture(project, mixture, *tokenizers, stop); },
        [this, number = m_number](Result<Checked> checked) {
            if (!checked.ok()) // the figures have said why
                return;
            checked->checks.number = number;
            Q_EMIT checksReady(checked->checks);
            Q_EMIT previewReady(checked->preview);
        });
}

} // namespace koala
