#include "ui/services/data_service.h"

#include <algorithm>

#include <QDir>
#include <QFileInfo>

#include "core/base/line_reader.h"
#include "core/base/utf8.h"
#include "core/data/formats/importer.h"
#include "core/data/mix/training_stream.h"
#include "core/store/project.h"
#include "ui/services/tokenizer_cache.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr int kSettleMs = 250;
constexpr std::int64_t kNoLimit = 1'000'000;
constexpr std::uint64_t kMaxPromptLines = 10'000'000;

struct Listing {
    std::vector<DataSource> sources;
    std::vector<PromptSetItem> promptSets;
    QStringList models;
};

std::uint64_t countLines(const fs::path& file)
{
    std::uint64_t lines = 0;
    if (auto reader = LineReader::open(file); reader.ok())
        for (Line line; lines < kMaxPromptLines && reader->next(line);)
            lines += line.text.empty() ? 0 : 1;
    return lines;
}

Listing listProject(const fs::path& directory, std::stop_token stop)
{
    Listing listing;
    const auto project = Project::open(directory);
    if (!project.ok())
        return listing;
    std::map<std::string, QStringList> usedBy;
    if (const auto mixtures = project->mixtures(); mixtures.ok()) {
        for (const std::string& slug : *mixtures) {
            const auto mixture = readMixture(project->mixtureFile(slug));
            if (!mixture.ok())
                continue;
            for (const MixtureSource& source : mixture->sources)
                usedBy[source.dataset].append(qtext(mixture->name.empty() ? slug : mixture->name));
        }
    }
    if (const auto datasets = project->datasets(); datasets.ok()) {
        for (const DatasetEntry& entry : *datasets) {
            DataSource source;
            source.slug = qtext(entry.slug);
            source.manifest = entry.manifest.value_or(DatasetManifest{});
            source.manifest.slug = entry.slug;
            if (source.manifest.title.empty())
                source.manifest.title = entry.slug;
            source.problem = qtext(entry.problem);
            source.usedBy = usedBy[entry.slug];
            listing.sources.push_back(std::move(source));
        }
    }
    if (const auto sets = project->promptSets(); sets.ok())
        for (const std::string& slug : *sets)
            if (!stop.stop_requested())
                listing.promptSets.push_back(
                    {qtext(slug), countLines(project->promptSetFile(slug))});
    if (const auto models = project->models(); models.ok())
        for (const ModelEntry& model : *models)
            listing.models.append(qtext(model.slug));
    return listing;
}

std::string decodePieces(const std::vector<TokenRow::Piece>& pieces, int turn)
{
    std::string text;
    for (const TokenRow::Piece& piece : pieces)
        if (piece.turn == turn && !piece.special)
            text += piece.bytes.toStdString();
    return text;
}

std::string trimmed(std::string_view text)
{
    const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return std::string(text);
}

// Every turn's text is found again in the bytes of its tokens: nothing was lost on the way.
bool decodesToSame(const TokenRow& row, const std::vector<ChatTurn>& turns)
{
    for (std::size_t turn = 0; turn < turns.size(); ++turn) {
        const std::string want = trimmed(toValidUtf8(turns[turn].text));
        if (decodePieces(row.pieces, int(turn)).find(want) == std::string::npos)
            return false;
    }
    return true;
}

QString roleTitle(ChatTurn::Speaker speaker)
{
    switch (speaker) {
    case ChatTurn::Speaker::System:
        return QStringLiteral("SYSTEM");
    case ChatTurn::Speaker::User:
        return QStringLiteral("USER");
    case ChatTurn::Speaker::Assistant:
        return QStringLiteral("GPT");
    case ChatTurn::Speaker::Context:
        return QStringLiteral("CONTEXT");
    case ChatTurn::Speaker::Tool:
        return QStringLiteral("TOOL");
    }
    return {};
}

Result<TokenRow> tokenRow(const Dataset& dataset, std::uint64_t row,
    const std::string& templateName_, const TokenizerCache::Loaded& loaded)
{
    TemplateId id = loaded.chatTemplate;
    if (!templateName_.empty()) {
        KOALA_TRY(id, templateFromName(templateName_));
    }
    KOALA_TRY(const Conversation conversation, dataset.read(row));
    const std::vector<ChatTurn> turns = chatTurnsOf(conversation, {});
    RenderOptions options;
    options.addBos = templateWantsBos(id);
    KOALA_TRY(const Rendered rendered, renderChat(id, *loaded.tokenizer, turns, options));
    TokenRow out;
    out.model = qtext(loaded.model);
    out.templateName = qtext(std::string(templateName(id)));
    for (const ChatTurn& turn : turns)
        out.roles.push_back(roleTitle(turn.speaker));
    for (const RenderedToken& token : rendered.tokens) {
        TokenRow::Piece piece;
        piece.id = token.id;
        piece.trained = token.trained;
        piece.turn = token.turn;
        piece.special = loaded.tokenizer->isControl(token.id);
        piece.bytes = QByteArray::fromStdString(loaded.tokenizer->bytes(token.id));
        piece.text = piece.special ? qtext(loaded.tokenizer->piece(token.id))
                                   : qtext(toValidUtf8(piece.bytes.toStdString()));
        out.pieces.push_back(std::move(piece));
    }
    out.decodesToSameBytes = decodesToSame(out, turns);
    return out;
}
} // namespace

Result<DatasetTokens> countDatasetTokens(const fs::path& project, const std::string& slug,
    TokenizerCache& tokenizers, std::stop_token stop)
{
    KOALA_TRY(const auto loaded, tokenizers.load());
    Mixture mixture;
    mixture.name = slug;
    mixture.model = loaded.model;
    mixture.allowEvaluationData = true;
    mixture.maxTokens = kNoLimit; // true lengths, not what a limit leaves
    mixture.packingLength = kNoLimit;
    MixtureSource source;
    source.dataset = slug;
    mixture.sources.push_back(std::move(source));
    KOALA_TRY(const auto resolved, ResolvedMixture::open(mixture, loaded.tokenizer,
                                       {.projectDirectory = project,
                                           .chatTemplate = loaded.chatTemplate,
                                           .progress = {},
                                           .stop = stop}));
    DatasetTokens counts;
    counts.model = loaded.model;
    const auto size = resolved->dataset(0).size();
    for (std::uint32_t row = 0; row < size; ++row) {
        counts.tokens.push_back(resolved->tokensOf({0, row}));
        counts.trained.push_back(resolved->trainedTokensOf({0, row}));
        counts.total += counts.tokens.back();
        counts.totalTrained += counts.trained.back();
    }
    return counts;
}

DataService::DataService(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)),
      m_tokenizers(std::make_shared<TokenizerCache>(m_project)), m_child(this)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    connect(&m_settle, &QTimer::timeout, this, &DataService::refresh);
    for (const char* folder : {"datasets", "mixtures", "prompts", "models"})
        m_watcher.addPath(qtext((m_project / folder).string()));
    connect(
        &m_watcher, &QFileSystemWatcher::directoryChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_child, &JsonChild::line, this, &DataService::readImportLine);
    connect(&m_child, &JsonChild::ended, this, &DataService::endImport);
}

DataService::~DataService() = default;

void DataService::refresh()
{
    m_listing.request(
        [project = m_project](std::stop_token stop) { return listProject(project, stop); },
        [this](Listing listing) {
            m_sources = std::move(listing.sources);
            m_promptSets = std::move(listing.promptSets);
            m_models = listing.models;
            for (DataSource& source : m_sources)
                if (const auto counted = m_counted.find(source.slug); counted != m_counted.end())
                    source.tokens = counted->second->total;
            Q_EMIT sourcesChanged();
            countTokens();
        });
}

// One dataset after another; the list shows each total as it comes.
void DataService::countTokens()
{
    const auto next = std::ranges::find_if(m_sources, [this](const DataSource& source) {
        return source.problem.isEmpty() && !m_counted.contains(source.slug);
    });
    if (next == m_sources.end() || m_counting.busy())
        return;
    const QString slug = next->slug;
    m_counting.request(
        [project = m_project, slug, tokenizers = m_tokenizers](std::stop_token stop) {
            return countDatasetTokens(project, slug.toStdString(), *tokenizers, stop);
        },
        [this, slug](Result<DatasetTokens> counts) {
            if (!counts.ok()) {
                if (slug == m_openSlug)
                    Q_EMIT tokensFailed(qtext(counts.error().message));
                return; // without a model no dataset can be counted
            }
            const auto shared = std::make_shared<const DatasetTokens>(std::move(counts).value());
            m_counted[slug] = shared;
            for (DataSource& source : m_sources)
                if (source.slug == slug)
                    source.tokens = shared->total;
            Q_EMIT sourcesChanged();
            if (slug == m_openSlug) {
                m_openTokens = shared;
                Q_EMIT tokensReady(shared);
            }
            countTokens();
        });
}

void DataService::importFiles(const QStringList& files, const QString& format)
{
    if (files.isEmpty())
        return;
    for (const QString& file : files) // a dataset a file
        m_pending.push_back({{file}, format});
    if (!m_import.running)
        startNextImport();
}

void DataService::startNextImport()
{
    if (m_pending.empty())
        return;
    const PendingImport next = m_pending.front();
    m_pending.erase(m_pending.begin());
    m_import = {};
    m_import.running = true;
    m_import.file = QFileInfo(next.files.first()).fileName();
    for (const QString& file : next.files)
        m_import.totalBytes += quint64(QFileInfo(file).size());
    m_importedSlug.clear();
    QStringList arguments{QStringLiteral("--project"), qtext(m_project.string()),
        QStringLiteral("data"), QStringLiteral("import")};
    arguments += next.files;
    arguments.append(QStringLiteral("--json"));
    if (!next.format.isEmpty())
        arguments << QStringLiteral("--format") << next.format;
    m_child.start(arguments);
    m_detecting.request([file = fs::path(next.files.first().toStdString())](
                            std::stop_token) { return detectFile(file); },
        [this](Result<Detection> detection) {
            if (!detection.ok() || detection->importer == nullptr)
                return; // the import itself says what is wrong
            m_import.kind = qtext(std::string(detection->importer->id));
            m_import.reason = qtext(detection->reason);
            Q_EMIT importChanged();
        });
    Q_EMIT importChanged();
}

void DataService::readImportLine(const Json& line)
{
    m_import.bytes = std::uint64_t(integerOr(line, "bytes", std::int64_t(m_import.bytes)));
    m_import.totalBytes =
        std::uint64_t(integerOr(line, "total_bytes", std::int64_t(m_import.totalBytes)));
    m_import.rows = std::uint64_t(integerOr(line, "rows", std::int64_t(m_import.rows)));
    m_import.quarantined =
        std::uint64_t(integerOr(line, "quarantined", std::int64_t(m_import.quarantined)));
    if (const std::string kind = stringOr(line, "importer", stringOr(line, "format", ""));
        !kind.empty())
        m_import.kind = qtext(kind);
    if (const std::string reason = stringOr(line, "reason", ""); !reason.empty())
        m_import.reason = qtext(reason);
    if (const std::string slug = stringOr(line, "slug", ""); !slug.empty())
        m_importedSlug = qtext(slug);
    Q_EMIT importChanged();
}

void DataService::endImport(JsonChild::End end, const QString& message)
{
    m_import.running = false;
    m_import.failed = end == JsonChild::End::Failed || end == JsonChild::End::Crashed;
    switch (end) {
    case JsonChild::End::Done:
        m_import.message =
            tr("%1: %2 rows imported").arg(m_import.file, grouped(qint64(m_import.rows)));
        break;
    case JsonChild::End::Incomplete:
        m_import.message = tr("%1: %2 rows imported, %3 broken records set aside")
                               .arg(m_import.file, grouped(qint64(m_import.rows)),
                                   grouped(qint64(m_import.quarantined)));
        break;
    case JsonChild::End::Cancelled:
        m_import.message = tr("%1: import cancelled, nothing was kept").arg(m_import.file);
        break;
    case JsonChild::End::Failed:
    case JsonChild::End::Crashed:
        m_import.message =
            message.isEmpty() ? tr("%1: the import failed").arg(m_import.file) : message;
        break;
    }
    refresh();
    Q_EMIT importChanged();
    if (!m_importedSlug.isEmpty() &&
        (end == JsonChild::End::Done || end == JsonChild::End::Incomplete))
        Q_EMIT imported(m_importedSlug);
    startNextImport();
}

void DataService::cancelImport()
{
    m_pending.clear();
    m_child.cancel();
}

void DataService::open(const QString& slug)
{
    m_openSlug = slug;
    m_open.reset();
    m_openFacts.reset();
    m_openTokens.reset();
    m_facts.cancel();
    m_searching.cancel();
    m_tokens.cancel();
    m_opening.request([directory = m_project / "datasets" / slug.toStdString()](
                          std::stop_token) { return Dataset::open(directory); },
        [this, slug](Result<std::shared_ptr<const Dataset>> dataset) {
            if (!dataset.ok()) {
                Q_EMIT openFailed(slug, qtext(dataset.error().message));
                return;
            }
            m_open = *dataset;
            Q_EMIT opened(m_open);
            if (const auto counted = m_counted.find(slug); counted != m_counted.end()) {
                m_openTokens = counted->second;
                Q_EMIT tokensReady(m_openTokens);
            }
            m_facts.request(
                [dataset = m_open](std::stop_token stop) { return gatherFacts(*dataset, stop); },
                [this](Result<DatasetFacts> facts) {
                    if (!facts.ok())
                        return;
                    m_openFacts = std::make_shared<const DatasetFacts>(std::move(facts).value());
                    Q_EMIT factsReady(m_openFacts);
                });
        });
}

void DataService::search(const RowFilter& filter)
{
    if (!m_open)
        return;
    m_searching.request(
        [dataset = m_open, facts = m_openFacts, tokens = m_openTokens, filter](
            std::stop_token stop) {
            return filterRows(*dataset, facts.get(), tokens.get(), filter, stop);
        },
        [this, filter](Result<std::vector<std::uint32_t>> rows) {
            if (rows.ok())
                Q_EMIT searched(filter, *rows);
            else if (rows.error().code != ErrorCode::Cancelled)
                Q_EMIT searchFailed(qtext(rows.error().message));
        });
}

void DataService::requestTokens(
    std::uint64_t row, const QString& templateName, const QString& model)
{
    if (!m_open || row >= m_open->size())
        return;
    m_tokens.request(
        [dataset = m_open, row, name = templateName.toStdString(), model = model.toStdString(),
            tokenizers = m_tokenizers](std::stop_token) -> Result<TokenRow> {
            KOALA_TRY(const auto loaded, tokenizers->load(model));
            return tokenRow(*dataset, row, name, loaded);
        },
        [this](Result<TokenRow> tokens) {
            if (tokens.ok())
                Q_EMIT tokenRowReady(*tokens);
            else
                Q_EMIT tokenRowFailed(qtext(tokens.error().message));
        });
}

} // namespace koala
