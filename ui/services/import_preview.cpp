#include "ui/services/import_preview.h"

#include <QFileInfo>

#include "core/base/sha256.h"
#include "core/data/formats/import_preview.h"
#include "core/data/formats/published_sources.h"
#include "core/store/starter.h"
#include "ui/services/role_words.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr int kTurnLetters = 1500;
constexpr std::size_t kTurnsShown = 12;
constexpr qsizetype kProblemsKept = 200;
constexpr quint64 kMostHashed = 64 * 1024 * 1024; // a preview is there within a second

QString bounded(const std::string& text)
{
    // At most four bytes a letter: a long text is never converted whole.
    QString letters = QString::fromUtf8(
        text.data(), qsizetype(std::min<std::size_t>(text.size(), kTurnLetters * 4)));
    if (letters.size() <= kTurnLetters)
        return letters;
    letters.truncate(kTurnLetters);
    return letters + QStringLiteral(" …");
}

std::vector<ImportPreviewFacts::TurnText> turnsOf(const Conversation& conversation)
{
    std::vector<ImportPreviewFacts::TurnText> turns;
    if (!conversation.system.empty())
        turns.push_back({roleTitle(Role::System), bounded(conversation.system), false});
    for (const Turn& turn : conversation.turns) {
        if (turns.size() == kTurnsShown) {
            turns.push_back({QString(),
                QObject::tr("… %1 more turns").arg(conversation.turns.size() - kTurnsShown),
                false});
            break;
        }
        turns.push_back({roleTitle(turn.role), bounded(turn.text),
            turn.role == Role::Assistant && turn.trained});
    }
    return turns;
}

// Whose terms the file comes under, if it surely is a published one; a large file is only known by
// its kind here, and by its hash when it has been read.
void nameSource(ImportPreviewFacts& facts)
{
    const auto folder = dataDirectory();
    const auto published =
        folder.ok() ? readPublishedSources(*folder).valueOr({}) : std::vector<PublishedSource>();
    std::string hash;
    if (facts.bytes <= kMostHashed)
        hash = sha256File(fs::path(facts.file.toStdString())).valueOr({});
    const PublishedSource* source = identifySource(published, hash, facts.kind.toStdString());
    if (source == nullptr)
        return;
    facts.source = qtext(source->title);
    facts.licence = qtext(source->licence);
    if (!source->terms.empty())
        facts.terms = qtext(source->terms);
    facts.evaluation = source->use == "evaluation";
}
} // namespace

Result<ImportPreviewFacts> previewFile(
    const QString& file, const QString& format, const QString& columns, std::stop_token)
{
    ImportPreviewFacts facts;
    facts.file = file;
    facts.bytes = quint64(QFileInfo(file).size());
    facts.name = QFileInfo(file).baseName();
    KOALA_TRY(const ColumnMap map, ColumnMap::parse(columns.toStdString()));
    KOALA_TRY(const ImportPreview preview,
        previewImport(fs::path(file.toStdString()), format.toStdString(), map, kPreviewRows));
    if (preview.detection.importer != nullptr) {
        facts.kind = qtext(std::string(preview.detection.importer->id));
        facts.title = qtext(std::string(preview.detection.importer->title));
        facts.example = qtext(std::string(preview.detection.importer->example));
        facts.terms = qtext(std::string(preview.detection.importer->notice));
    }
    facts.reason = qtext(preview.detection.reason);
    for (const std::string& column : preview.columns)
        facts.columns << qtext(column);
    for (const Conversation& conversation : preview.conversations)
        facts.rows.push_back(turnsOf(conversation));
    for (const std::string& problem : preview.problems)
        if (facts.problems.size() < kProblemsKept)
            facts.problems << qtext(problem);
    nameSource(facts);
    return facts;
}

void ImportPreviewer::request(const QString& file, const QString& format, const QString& columns)
{
    std::unique_ptr<LatestTask>& task = m_tasks[file];
    if (!task)
        task = std::make_unique<LatestTask>();
    task->request([file, format, columns](
                      std::stop_token stop) { return previewFile(file, format, columns, stop); },
        [this, file](Result<ImportPreviewFacts> facts) {
            if (facts.ok())
                Q_EMIT ready(*facts);
            else
                Q_EMIT failed(file, qtext(facts.error().message));
        });
}

void ImportPreviewer::clear()
{
    for (const auto& [file, task] : m_tasks)
        task->cancel();
}

std::vector<ImportKind> importKinds()
{
    std::vector<ImportKind> kinds;
    for (const ImporterInfo& importer : importers())
        kinds.push_back({qtext(std::string(importer.id)), qtext(std::string(importer.title)),
            qtext(std::string(importer.example))});
    return kinds;
}

} // namespace koala
