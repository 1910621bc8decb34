#include "ui/services/data_service.h"

#include <algorithm>
#include <numeric>

#include <QDir>
#include <QFileInfo>

#include <fmt/format.h>

#include "core/base/line_reader.h"
#include "core/base/utf8.h"
#include "core/data/formats/data_sheet.h"
#include "core/data/formats/importer.h"
#include "core/data/mix/training_stream.h"
#include "core/data/mix/whole_rows.h"
#include "core/store/project.h"
#include "ui/services/role_words.h"
#include "ui/services/tokenizer_cache.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr int kSettleMs = 250;
constexpr int kChartBars = 40;
constexpr std::uint64_t kMaxPromptLines = 10'000'000;
constexpr std::size_t kListLetters = 240;       // of a first message
constexpr std::size_t kTokenBytes = 256 * 1024; // of a conversation shown as tokens

struct Listing {
    std::vector<DataSource> sources;
    std::vector<PromptSetItem> promptSets;
    std::vector<UnfinishedImport> unfinished;
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
    listing.unfinished = unfinishedImports(project->datasetsDirectory()).valueOr({});
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

QString speakerTitle(ChatTurn::Speaker speaker)
{
    switch (speaker) {
    case ChatTurn::Speaker::System:
        return roleTitle(Role::System);
    case ChatTurn::Speaker::User:
        return roleTitle(Role::User);
    case ChatTurn::Speaker::Assistant:
        return roleTitle(Role::Assistant);
    case ChatTurn::Speaker::Context:
        return roleTitle(Role::Context);
    case ChatTurn::Speaker::Tool:
        return roleTitle(Role::Tool);
    }
    return {};
}

std::size_t bytesOf(const Conversation& conversation)
{
    std::size_t bytes = conversation.system.size();
    for (const Turn& turn : conversation.turns)
        bytes += turn.text.size();
    return bytes;
}

// First messages of rows in any order, read in runs of neighbours.
QStringList firstMessagesOf(
    const Dataset& dataset, const std::vector<std::uint32_t>& rows, std::stop_token stop)
{
    QStringList texts;
    for (std::size_t at = 0; at < rows.size() && !stop.stop_requested();) {
        std::size_t end = at + 1;
        while (end < rows.size() && rows[end] == rows[end - 1] + 1)
            ++end;
        const auto read = dataset.firstMessages(rows[at], end - at);
        for (std::size_t i = at; i < end; ++i)
            texts.append(!read.ok()              ? qtext(read.error().message)
                         : i - at < read->size() ? qtext(elided((*read)[i - at], kListLetters))
                                                 : QString());
        at = end;
    }
    return texts;
}

Result<TokenRow> tokenRow(const Dataset& dataset, std::uint64_t row,
    const std::string& templateName_, const TokenizerCache::Loaded& loaded)
{
    TemplateId id = loaded.chatTemplate;
    if (!templateName_.empty()) {
        KOALA_TRY(id, templateFromName(templateName_));
    }
    KOALA_TRY(const Conversation conversation, dataset.read(row));
    if (bytesOf(conversation) > kTokenBytes)
        return invalidInput(fmt::format("row {} holds {} bytes of text: too many to lay out as "
                                        "tokens; its words are in the Rows tab",
            row + 1, bytesOf(conversation)));
    const std::vector<ChatTurn> turns = chatTurnsOf(conversation, {});
    RenderOptions options;
    options.addBos = templateWantsBos(id);
    KOALA_TRY(const Rendered rendered, renderChat(id, *loaded.tokenizer, turns, options));
    TokenRow out;
    out.model = qtext(loaded.model);
    out.templateName = qtext(std::string(templateName(id)));
    for (const ChatTurn& turn : turns)
        out.roles.push_back(speakerTitle(turn.speaker));
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
    KOALA_TRY(
        const auto rows, countWholeRows(loaded.tokenizer, {.projectDirectory = project,
                                                              .dataset = slug,
                                                              .chatTemplate = loaded.chatTemplate,
                                                              .stop = stop}));
    DatasetTokens counts;
    counts.model = loaded.model;
    counts.tokens = rows->tokens;
    counts.trained = rows->trained;
    counts.total = std::reduce(rows->tokens.begin(), rows->tokens.end(), std::uint64_t(0));
    counts.totalTrained = std::reduce(rows->trained.begin(), rows->trained.end(), std::uint64_t(0));
    return counts;
}

bool isForTesting(const DataSource& source)
{
    return source.manifest.use == "evaluation";
}

bool lacksLicence(const DataSource& source)
{
    return source.problem.isEmpty() && source.manifest.licence.empty();
}

DataService::DataService(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)),
      m_tokenizers(std::make_shared<TokenizerCache>(m_project)), m_imports(m_project),
      m_index(m_project), m_cleaning(m_project)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    connect(&m_settle, &QTimer::timeout, this, &DataService::refresh);
    for (const char* folder : {"datasets", "mixtures", "prompts", "models"})
        m_watcher.addPath(qtext((m_project / folder).string()));
    connect(
        &m_watcher, &QFileSystemWatcher::directoryChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_imports, &ImportQueue::changed, this, &DataService::importChanged);
    connect(&m_imports, &ImportQueue::ended, this, &DataService::refresh);
    connect(&m_imports, &ImportQueue::imported, this, &DataService::imported);
    connect(&m_index, &IndexQueue::indexed, this, &DataService::reopen);
    connect(&m_cleaning, &CleaningService::rowsKnown, this,
        [this](const std::shared_ptr<const KeptRows>& rows) {
            m_kept = rows && !rows->kept.empty() ? rows : nullptr;
        });
    m_imports.resume();
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
            m_unfinished = m_imports.state().running ? std::vector<UnfinishedImport>()
                                                     : std::move(listing.unfinished);
            for (DataSource& source : m_sources)
                if (const auto counted = m_counted.find(source.slug); counted != m_counted.end())
                    source.tokens = counted->second->total;
            Q_EMIT sourcesChanged();
            countTokens();
            std::vector<IndexQueue::Wanted> readable;
            for (const DataSource& source : m_sources)
                if (source.problem.isEmpty())
                    readable.push_back({source.slug, source.manifest.rowsSha256});
            m_index.want(readable);
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
                drawCharts();
            }
            countTokens();
        });
}

void DataService::importFiles(const QStringList& files)
{
    for (const QString& file : files) // a dataset a file
        import({.files = {file}});
}

void DataService::import(const ImportOrder& order)
{
    m_imports.add(order);
    if (order.files.isEmpty() || !order.format.isEmpty() || !order.unfinished.isEmpty())
        return;
    m_detecting.request([file = fs::path(order.files.first().toStdString())](
                            std::stop_token) { return detectFile(file); },
        [this, file = order.files.first()](Result<Detection> detection) {
            if (detection.ok() && detection->importer != nullptr) // else the import says it
                m_imports.setKind(
                    file, qtext(std::string(detection->importer->id)), qtext(detection->reason));
        });
}

void DataService::continueImport(const UnfinishedImport& import)
{
    ImportOrder order;
    for (const fs::path& file : import.files)
        order.files << qtext(file.string());
    order.unfinished = qtext(import.id);
    m_unfinished.clear(); // the list is read again when it has ended
    Q_EMIT sourcesChanged();
    m_imports.add(order);
}

void DataService::discardImport(const std::string& id)
{
    m_editing.request([datasets = m_project / "datasets", id](
                          std::stop_token) { return koala::discardImport(datasets, id); },
        [this](Status status) {
            if (!status.ok())
                Q_EMIT sourceFailed(qtext(status.error().message));
            refresh();
        });
}

void DataService::editSource(const QString& slug, const SourceEdit& edit)
{
    m_editing.request([project = m_project, slug = slug.toStdString(), edit](
                          std::stop_token) { return koala::editSource(project, slug, edit); },
        [this](Status status) {
            if (!status.ok())
                Q_EMIT sourceFailed(qtext(status.error().message));
            refresh();
        });
}

void DataService::removeSource(const QString& slug)
{
    m_editing.request([project = m_project, slug = slug.toStdString()](
                          std::stop_token) { return trashSource(project, slug); },
        [this, slug](Result<fs::path> trashed) {
            if (trashed.ok())
                Q_EMIT removed(slug, qtext(trashed->string()));
            else
                Q_EMIT sourceFailed(qtext(trashed.error().message));
            refresh();
        });
}

void DataService::restoreSource(const QString& slug, const QString& trashed)
{
    m_editing.request(
        [project = m_project, slug = slug.toStdString(), from = fs::path(trashed.toStdString())](
            std::stop_token) { return koala::restoreSource(project, slug, from); },
        [this](Status status) {
            if (!status.ok())
                Q_EMIT sourceFailed(qtext(status.error().message));
            refresh();
        });
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
    m_texts.cancel();
    m_conversation.cancel();
    m_setAside.cancel();
    m_sheet.cancel();
    m_reopening.cancel();
    m_charts.cancel();
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
            drawCharts();
            gatherFacts();
        });
}

void DataService::gatherFacts()
{
    if (!m_open)
        return;
    const std::function<void(std::uint64_t)> progress = [this, dataset = m_open](
                                                            std::uint64_t rows) {
        QMetaObject::invokeMethod(
            this,
            [this, dataset, rows] {
                if (dataset == m_open && m_facts.busy())
                    Q_EMIT factsProgress(rows);
            },
            Qt::QueuedConnection);
    };
    m_facts.request(
        [dataset = m_open, progress](
            std::stop_token stop) { return koala::gatherFacts(*dataset, stop, progress); },
        [this](Result<DatasetFacts> facts) {
            if (!facts.ok())
                return;
            m_openFacts = std::make_shared<const DatasetFacts>(std::move(facts).value());
            Q_EMIT factsReady(m_openFacts);
            drawCharts();
        });
}

void DataService::stopFacts()
{
    if (!m_facts.busy())
        return;
    m_facts.cancel();
    Q_EMIT factsStopped();
}

void DataService::drawCharts()
{
    if (!m_open)
        return;
    using Charts = std::shared_ptr<const DatasetCharts>;
    m_charts.request(
        [dataset = m_open, facts = m_openFacts, tokens = m_openTokens](std::stop_token) -> Charts {
            return std::make_shared<const DatasetCharts>(
                chartsOf(*dataset, facts.get(), tokens.get(), kUsualTokenLimit, kChartBars));
        },
        [this](const Charts& charts) { Q_EMIT chartsReady(charts); });
}

void DataService::reopen(const QString& slug)
{
    if (slug != m_openSlug || !m_open)
        return;
    m_reopening.request([directory = m_project / "datasets" / slug.toStdString()](
                            std::stop_token) { return Dataset::open(directory); },
        [this, slug](Result<std::shared_ptr<const Dataset>> dataset) {
            if (!dataset.ok() || slug != m_openSlug || !m_open)
                return;
            m_open = *dataset;
            Q_EMIT indexed(m_open);
            gatherFacts();
        });
}

void DataService::search(const RowFilter& filter)
{
    if (!m_open)
        return;
    // Parts come through the event loop too; those of an overtaken search find another number.
    const std::uint64_t number = ++m_searchNumber;
    const FoundRows part = [this, filter, number](std::span<const std::uint32_t> more) {
        QMetaObject::invokeMethod(
            this,
            [this, filter, number, rows = std::vector<std::uint32_t>(more.begin(), more.end())] {
                if (number != m_searchNumber)
                    return;
                m_found.insert(m_found.end(), rows.begin(), rows.end());
                Q_EMIT foundSoFar(filter, m_found);
            },
            Qt::QueuedConnection);
    };
    m_found.clear();
    m_searching.request(
        [dataset = m_open, tokens = m_openTokens, kept = m_kept, filter, part](
            std::stop_token stop) {
            return filterRows(
                *dataset, tokens.get(), kept ? &kept->kept : nullptr, filter, stop, part);
        },
        [this, filter](Result<std::vector<std::uint32_t>> rows) {
            ++m_searchNumber;
            if (rows.ok())
                Q_EMIT searched(filter, *rows);
            else if (rows.error().code != ErrorCode::Cancelled)
                Q_EMIT searchFailed(qtext(rows.error().message));
        });
}

void DataService::cancelSearch()
{
    ++m_searchNumber;
    m_searching.cancel();
}

void DataService::requestTexts(std::vector<std::uint32_t> rows)
{
    if (!m_open)
        return;
    m_texts.request([dataset = m_open, rows](
                        std::stop_token stop) { return firstMessagesOf(*dataset, rows, stop); },
        [this, rows](const QStringList& texts) { Q_EMIT textsReady(rows, texts); });
}

void DataService::requestConversation(std::uint64_t row)
{
    if (!m_open || row >= m_open->size())
        return;
    m_conversation.request([dataset = m_open, row](std::stop_token) { return dataset->read(row); },
        [this, row](Result<Conversation> conversation) {
            if (conversation.ok())
                Q_EMIT conversationReady(
                    row, std::make_shared<const Conversation>(std::move(*conversation)));
            else
                Q_EMIT conversationFailed(qtext(conversation.error().message));
        });
}

void DataService::requestSetAside()
{
    if (!m_open)
        return;
    m_setAside.request(
        [dataset = m_open](std::stop_token) { return dataset->quarantine(kSetAsideListed); },
        [this](Result<std::vector<QuarantinedRecord>> records) {
            Q_EMIT setAsideReady(records.ok() ? *records : std::vector<QuarantinedRecord>());
        });
}

void DataService::requestSheet()
{
    if (!m_open)
        return;
    m_sheet.request([dataset = m_open](std::stop_token) { return dataSheet(*dataset); },
        [this](Result<std::string> sheet) {
            if (sheet.ok())
                Q_EMIT sheetReady(qtext(*sheet));
            else
                Q_EMIT sheetFailed(qtext(sheet.error().message));
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
