#include "ui/services/compare_service.h"

#include <algorithm>

#include <QFileInfo>

#include "core/base/utf8.h"
#include "core/store/project.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr int kSettleMs = 250;
constexpr int kPollMs = 1500; // while answers are being written
constexpr std::size_t kLineCharacters = 240;

struct Choices {
    QStringList promptSets;
    std::vector<ModelChoice> models;
};

QString onOneLine(const std::string& text)
{
    std::string line = text.substr(0, kLineCharacters * 4);
    std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20; }, ' ');
    return qtext(elided(toValidUtf8(line), kLineCharacters));
}

QString wholePrompt(const Prompt& prompt)
{
    if (prompt.turns.size() == 1)
        return qtext(toValidUtf8(prompt.text()));
    QStringList turns;
    for (const PromptTurn& turn : prompt.turns)
        turns.append(
            qtext(turn.role).toUpper() + QStringLiteral("  ") + qtext(toValidUtf8(turn.text)));
    return turns.join(QLatin1Char('\n'));
}

std::optional<ComparedAnswer> answerOf(const AnswerSetReader& reader, const std::string& promptId)
{
    const Answer* answer = reader.find(promptId);
    if (answer == nullptr)
        return std::nullopt;
    return ComparedAnswer{qtext(answer->text), answer->tokens, answer->seconds,
        qtext(answer->finishReason),
        qtext(answer->model.adapterSha256.empty() ? answer->model.sha256
                                                  : answer->model.adapterSha256)};
}

Result<AnswerSetReader> readAnswers(
    const fs::path& project, const std::string& set, const ModelChoice& model)
{
    KOALA_TRY(const fs::path file, answerSetFile(project, set, model.answerSet.toStdString()));
    AnswerSetReader reader(file);
    KOALA_TRY([[maybe_unused]] const std::size_t taken, reader.poll());
    return reader;
}

// The browsing study of this pair, where it exists: looking makes no study.
std::vector<Vote> votesOf(const fs::path& project, const std::string& set, const std::string& left,
    const std::string& right)
{
    const auto studies = listStudies(project);
    if (!studies.ok())
        return {};
    for (const Study& study : *studies) {
        if (study.kind != "browsing" || study.promptSet != set || study.left != left ||
            study.right != right)
            continue;
        if (const auto journal = readJournal(study.journalFile()); journal.ok())
            return standingVotes(journal->votes);
    }
    return {};
}

Result<Comparison> compare(const fs::path& directory, const QString& promptSet,
    const ModelChoice& a, const ModelChoice& b, std::stop_token stop)
{
    KOALA_TRY(const Project project, Project::open(directory));
    KOALA_TRY(const PromptSet set, loadPromptSet(project.promptSetFile(promptSet.toStdString())));
    KOALA_TRY(const AnswerSetReader answersA, readAnswers(directory, promptSet.toStdString(), a));
    KOALA_TRY(const AnswerSetReader answersB, readAnswers(directory, promptSet.toStdString(), b));
    Comparison comparison{promptSet, a, b, {}, {}, {}};
    std::map<std::string, const Vote*> votes;
    const std::vector<Vote> standing = votesOf(
        directory, promptSet.toStdString(), a.answerSet.toStdString(), b.answerSet.toStdString());
    for (const Vote& vote : standing)
        votes[vote.item] = &vote;
    for (const Prompt& prompt : set.prompts) {
        if (stop.stop_requested())
            return cancelled("overtaken");
        ComparedPrompt row;
        row.id = qtext(prompt.id);
        row.number = int(comparison.prompts.size()) + 1;
        row.text = wholePrompt(prompt);
        row.line = onOneLine(prompt.text());
        row.group = qtext(prompt.group);
        row.a = answerOf(answersA, prompt.id);
        row.b = answerOf(answersB, prompt.id);
        if (row.a && row.b)
            row.difference = diffWords(row.a->text, row.b->text).difference;
        if (const auto vote = votes.find(prompt.id); vote != votes.end()) {
            row.vote = vote->second->better;
            row.note = qtext(vote->second->comment);
        }
        comparison.prompts.push_back(std::move(row));
    }
    for (const std::string& group : set.groups())
        comparison.groups.push_back(qtext(group));
    return comparison;
}

int missing(const fs::path& directory, const QString& promptSet, const ModelChoice& model)
{
    const auto set = loadPromptSet(directory / "prompts" / (promptSet.toStdString() + ".jsonl"));
    const auto answers = readAnswers(directory, promptSet.toStdString(), model);
    if (!set.ok() || !answers.ok())
        return 0;
    return int(std::ranges::count_if(
        set->prompts, [&](const Prompt& prompt) { return answers->find(prompt.id) == nullptr; }));
}
} // namespace

// The open journals of the voting thread; no other thread touches them.
struct CompareService::VoteBook {
    std::map<std::string, JournalWriter> journals;

    Result<Vote> append(const fs::path& project, const std::string& set, const std::string& left,
        const std::string& right, Vote vote)
    {
        const std::string key = set + "/" + left + "/" + right;
        auto journal = journals.find(key);
        KOALA_TRY(const Study study, openBrowsingStudy(project, set, left, right));
        if (journal == journals.end()) {
            KOALA_TRY(JournalWriter writer, JournalWriter::open(study.journalFile()));
            journal = journals.emplace(key, std::move(writer)).first;
        }
        vote.study = study.slug;
        vote.left = left;
        vote.right = right;
        return journal->second.append(std::move(vote));
    }
};

CompareService::CompareService(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)), m_book(std::make_shared<VoteBook>()),
      m_child(this), m_reportChild(this)
{
    m_votePool.setMaxThreadCount(1);
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    m_poll.setInterval(kPollMs);
    for (const char* folder : {"prompts", "models", "runs", "answers"})
        m_projectWatcher.addPath(qtext((m_project / folder).string()));
    connect(&m_projectWatcher, &QFileSystemWatcher::directoryChanged, this, [this] { refresh(); });
    connect(
        &m_answerWatcher, &QFileSystemWatcher::fileChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_answerWatcher, &QFileSystemWatcher::directoryChanged, &m_settle,
        qOverload<>(&QTimer::start));
    connect(&m_settle, &QTimer::timeout, this, &CompareService::reload);
    connect(&m_poll, &QTimer::timeout, this, &CompareService::reload);
    connect(&m_child, &JsonChild::line, this, [this](const Json& line) {
        m_fill.done = int(integerOr(line, "done", m_fill.done));
        m_fill.total = int(integerOr(line, "total", m_fill.total));
        Q_EMIT fillChanged();
    });
    connect(&m_child, &JsonChild::ended, this, &CompareService::endFill);
    connect(&m_reportChild, &JsonChild::line, this, [this](const Json& line) {
        for (const char* key : {"report", "path", "html"})
            if (const std::string path = stringOr(line, key, ""); !path.empty())
                m_reportPath = qtext(path);
    });
    connect(&m_reportChild, &JsonChild::ended, this,
        [this](JsonChild::End end, const QString& message) {
            if (end == JsonChild::End::Done || end == JsonChild::End::Incomplete)
                Q_EMIT reported(m_reportPath);
            else
                Q_EMIT reportFailed(message);
        });
}

CompareService::~CompareService()
{
    m_votePool.waitForDone();
}

void CompareService::refresh(Tell tell)
{
    m_listing.request(
        [project = m_project](std::stop_token) {
            Choices choices;
            if (const auto opened = Project::open(project); opened.ok())
                if (const auto sets = opened->promptSets(); sets.ok())
                    for (const std::string& slug : *sets)
                        choices.promptSets.append(qtext(slug));
            choices.models = listModelChoices(project);
            return choices;
        },
        [this, tell](Choices choices) {
            if (tell == Tell::WhenChanged && choices.promptSets == m_promptSets &&
                choices.models == m_models)
                return;
            m_promptSets = choices.promptSets;
            m_models = std::move(choices.models);
            Q_EMIT choicesChanged();
        });
}

void CompareService::load(const QString& promptSet, const ModelChoice& a, const ModelChoice& b)
{
    m_promptSet = promptSet;
    m_a = a;
    m_b = b;
    watchAnswers();
    reload();
}

void CompareService::watchAnswers()
{
    if (!m_answerWatcher.files().isEmpty())
        m_answerWatcher.removePaths(m_answerWatcher.files());
    if (!m_answerWatcher.directories().isEmpty())
        m_answerWatcher.removePaths(m_answerWatcher.directories());
    const fs::path folder = m_project / "answers" / m_promptSet.toStdString();
    std::error_code code;
    if (fs::exists(folder, code))
        m_answerWatcher.addPath(qtext(folder.string()));
    for (const ModelChoice& model : {m_a, m_b}) {
        const fs::path file = folder / (model.answerSet.toStdString() + ".jsonl");
        if (fs::exists(file, code))
            m_answerWatcher.addPath(qtext(file.string()));
    }
}

void CompareService::reload()
{
    if (m_promptSet.isEmpty())
        return;
    m_loading.request([project = m_project, set = m_promptSet, a = m_a, b = m_b](
                          std::stop_token stop) { return compare(project, set, a, b, stop); },
        [this](Result<Comparison> comparison) {
            if (comparison.ok()) {
                watchAnswers();
                Q_EMIT loaded(*comparison);
            } else if (comparison.error().code != ErrorCode::Cancelled) {
                Q_EMIT loaded({m_promptSet, m_a, m_b, {}, {}, qtext(comparison.error().message)});
            }
        });
}

void CompareService::vote(
    const QString& promptId, Better better, const QString& note, double seconds)
{
    Vote vote;
    vote.item = promptId.toStdString();
    vote.rater = "me";
    vote.better = better;
    vote.comment = note.toStdString();
    vote.seconds = seconds;
    m_votePool.start([this, book = m_book, project = m_project, set = m_promptSet.toStdString(),
                         left = m_a.answerSet.toStdString(), right = m_b.answerSet.toStdString(),
                         vote = std::move(vote), promptId, better, note] {
        auto written = book->append(project, set, left, right, vote);
        const QString problem = written.ok() ? QString() : qtext(written.error().message);
        QMetaObject::invokeMethod(
            this,
            [this, promptId, better, note, problem] {
                if (problem.isEmpty())
                    Q_EMIT voted(promptId, better, note);
                else
                    Q_EMIT voteFailed(promptId, problem);
            },
            Qt::QueuedConnection);
    });
}

void CompareService::fill()
{
    if (m_fill.running)
        return;
    m_toFill.clear();
    for (const ModelChoice& model : {m_a, m_b})
        if (missing(m_project, m_promptSet, model) > 0)
            m_toFill.push_back(model);
    startNextFill();
}

void CompareService::startNextFill()
{
    if (m_toFill.empty())
        return;
    const ModelChoice model = m_toFill.front();
    m_toFill.erase(m_toFill.begin());
    m_fill = {};
    m_fill.running = true;
    m_fill.model =
        model.step < 0 ? model.name : model.name + QStringLiteral(" @ ") + grouped(model.step);
    m_fill.total = missing(m_project, m_promptSet, model);
    m_child.start({QStringLiteral("--project"), qtext(m_project.string()), QStringLiteral("eval"),
        QStringLiteral("generate"), QStringLiteral("--model"), model.spec,
        QStringLiteral("--prompts"), m_promptSet, QStringLiteral("--answers"), model.answerSet,
        QStringLiteral("--json")});
    m_poll.start();
    Q_EMIT fillChanged();
}

void CompareService::cancelFill()
{
    m_toFill.clear();
    m_child.cancel();
}

void CompareService::endFill(JsonChild::End end, const QString& message)
{
    m_fill.running = false;
    m_fill.failed = end == JsonChild::End::Failed || end == JsonChild::End::Crashed;
    if (m_fill.failed)
        m_fill.message =
            message.isEmpty() ? tr("writing the answers of %1 failed").arg(m_fill.model) : message;
    else if (end == JsonChild::End::Cancelled)
        m_fill.message = tr("stopped; what is written stays, Generate goes on from there");
    else if (end == JsonChild::End::Incomplete)
        m_fill.message = tr("some prompts could not be answered: %1").arg(message);
    else
        m_fill.message = tr("answers of %1 are complete").arg(m_fill.model);
    if (m_fill.failed)
        m_toFill.clear();
    m_poll.stop();
    reload();
    Q_EMIT fillChanged();
    startNextFill();
}

void CompareService::report()
{
    if (m_reportChild.running())
        return;
    m_reportPath.clear();
    m_reportChild.start({QStringLiteral("--project"), qtext(m_project.string()),
        QStringLiteral("eval"), QStringLiteral("report"), m_a.answerSet, m_b.answerSet,
        QStringLiteral("--prompts"), m_promptSet, QStringLiteral("--json")});
}

} // namespace koala
