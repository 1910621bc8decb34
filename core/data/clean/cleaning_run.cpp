#include "core/data/clean/cleaning_run.h"

#include <algorithm>
#include <thread>

#include "core/base/sha256.h"
#include "core/data/conversation_line.h"

namespace koala {
namespace {

constexpr std::uint64_t kChunkRows = 256;
constexpr std::size_t kExamples = 20;

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

Error stopped()
{
    return cancelled("the cleaning was stopped; nothing was changed");
}

} // namespace

CleaningRun::CleaningRun(const Dataset& dataset, const CleaningOptions& options, EditedLines edits)
    : m_dataset(dataset), m_options(options), m_kept(dataset.size(), 1),
      m_tagged(dataset.size(), 0), m_changed(dataset.size(), 0), m_edits(std::move(edits))
{
    m_report.rows = dataset.size();
}

Status CleaningRun::addStep(const CleaningStep& step, std::unique_ptr<Step> work)
{
    m_steps.push_back(std::move(work));
    StepReport report;
    report.id = step.id;
    report.type = step.type;
    m_report.steps.push_back(std::move(report));
    m_putBack.push_back(0);
    return {};
}

Status CleaningRun::runSteps()
{
    for (std::size_t step = 0; step < m_steps.size();) {
        Group group{step, step, std::nullopt, false};
        while (group.end < m_steps.size() && !m_steps[group.end]->gathers()) {
            group.seesTaken = group.seesTaken || m_steps[group.end]->seesTaken();
            ++group.end;
        }
        if (group.end < m_steps.size())
            group.gathering = group.end;
        KOALA_RETURN_IF_ERROR(runGroup(group));
        step = group.end + (group.gathering ? 1 : 0);
    }
    return {};
}

Status CleaningRun::runGroup(const Group& group)
{
    const Clock::time_point begin = Clock::now();
    const auto before = std::uint64_t(std::count(m_kept.begin(), m_kept.end(), 1));
    m_nextChunk = 0;
    m_nextCommit = 0;
    {
        std::vector<std::jthread> workers;
        for (unsigned i = 1; i < std::max(1u, m_options.threads); ++i)
            workers.emplace_back([this, &group] { work(group); });
        work(group);
    }
    if (m_error)
        return *m_error;
    countGroup(group, before);
    const double passSeconds = secondsSince(begin);
    for (std::size_t step = group.begin; step < group.end; ++step)
        m_report.steps[step].seconds = passSeconds;
    if (group.gathering) {
        KOALA_RETURN_IF_ERROR(decide(*group.gathering));
        m_report.steps[*group.gathering].seconds = secondsSince(begin);
    }
    for (std::size_t step = group.begin; step < group.end; ++step)
        for (auto& fact : m_steps[step]->facts())
            m_report.steps[step].facts.push_back(std::move(fact));
    return {};
}

void CleaningRun::countGroup(const Group& group, std::uint64_t before)
{
    for (std::size_t step = group.begin; step < group.end; ++step) {
        StepReport& report = m_report.steps[step];
        report.rowsBefore = before;
        before = before - report.taken + m_putBack[step];
        report.rowsAfter = before;
        if (m_putBack[step] > 0)
            report.facts.emplace_back("Rows put back", std::to_string(m_putBack[step]));
    }
    if (group.gathering)
        m_report.steps[*group.gathering].rowsBefore = before;
}

void CleaningRun::work(const Group& group)
{
    RowReader reader(m_dataset);
    const std::uint64_t chunks = (m_dataset.size() + kChunkRows - 1) / kChunkRows;
    for (std::uint64_t index; !m_failed && (index = m_nextChunk++) < chunks;) {
        const std::uint64_t begin = index * kChunkRows;
        Result<Chunk> chunk =
            judgeChunk(group, reader, begin, std::min(begin + kChunkRows, m_dataset.size()));
        const std::scoped_lock lock(m_mutex);
        const Status status = chunk.ok() ? commit(group, index, std::move(*chunk)) : chunk.error();
        if (!status.ok()) {
            if (!m_error)
                m_error = status.error();
            m_failed = true;
        }
    }
}

Result<CleaningRun::Chunk> CleaningRun::judgeChunk(
    const Group& group, RowReader& reader, std::uint64_t begin, std::uint64_t end)
{
    Chunk chunk;
    std::string edited;
    chunk.steps.resize(group.end - group.begin);
    chunk.end = end;
    for (std::uint64_t row = begin; row < end; ++row) {
        if (m_options.stop.stop_requested())
            return stopped();
        if (m_kept[row] == 0 && !group.seesTaken)
            continue;
        KOALA_TRY(const std::string_view line, readLine(row, end, reader, edited));
        KOALA_TRY(
            Conversation conversation, conversationFromLine(line, m_dataset.manifest().slug, row));
        judgeRow(group, row, std::move(conversation), chunk);
    }
    return chunk;
}

void CleaningRun::judgeRow(
    const Group& group, std::uint64_t row, Conversation conversation, Chunk& chunk)
{
    bool alive = m_kept[row] != 0;
    bool changed = false;
    for (std::size_t step = group.begin; step < group.end; ++step) {
        if (alive == m_steps[step]->seesTaken())
            continue;
        Chunk::OfStep& counted = chunk.steps[step - group.begin];
        RowVerdict verdict = m_steps[step]->apply(row, conversation);
        if (!verdict.take && !verdict.putBack && !verdict.edited && !verdict.tagged)
            continue;
        if (counted.examples.size() < kExamples) {
            verdict.example.row = row;
            counted.examples.push_back(std::move(verdict.example));
        }
        if (verdict.edited) {
            ++counted.edited;
            chunk.changed.push_back(row);
        }
        if (verdict.tagged) {
            ++counted.tagged;
            chunk.tagged.push_back(row);
        }
        changed = changed || verdict.edited || verdict.tagged;
        if (verdict.take) {
            counted.taken.push_back(row);
            alive = false;
        } else if (verdict.putBack) {
            counted.putBack.push_back(row);
            alive = true;
        }
    }
    if (changed) {
        std::string line;
        appendLine(line, conversation);
        chunk.lines.emplace_back(row, std::move(line));
    }
    if (alive && group.gathering)
        m_steps[*group.gathering]->gather(row, conversation);
}

Status CleaningRun::commit(const Group& group, std::uint64_t index, Chunk chunk)
{
    m_waiting.emplace(index, std::move(chunk));
    while (!m_waiting.empty() && m_waiting.begin()->first == m_nextCommit) {
        Chunk next = std::move(m_waiting.begin()->second);
        m_waiting.erase(m_waiting.begin());
        ++m_nextCommit;
        KOALA_RETURN_IF_ERROR(commitOne(group, next));
    }
    return {};
}

Status CleaningRun::commitOne(const Group& group, Chunk& chunk)
{
    for (std::size_t i = 0; i < chunk.steps.size(); ++i) {
        Chunk::OfStep& from = chunk.steps[i];
        StepReport& to = m_report.steps[group.begin + i];
        to.taken += from.taken.size();
        to.edited += from.edited;
        to.tagged += from.tagged;
        for (const std::uint64_t row : from.taken)
            m_kept[row] = 0;
        for (const std::uint64_t row : from.putBack)
            m_kept[row] = 1;
        m_putBack[group.begin + i] += from.putBack.size();
        for (StepExample& example : from.examples)
            if (to.examples.size() < kExamples)
                to.examples.push_back(std::move(example));
    }
    for (const auto& [row, line] : chunk.lines)
        KOALA_RETURN_IF_ERROR(m_edits.put(row, line));
    for (const std::uint64_t row : chunk.tagged)
        m_tagged[row] = 1;
    for (const std::uint64_t row : chunk.changed)
        m_changed[row] = 1;
    tell(group.gathering ? *group.gathering : group.end - 1, chunk.end);
    return {};
}

Status CleaningRun::decide(std::size_t step)
{
    StepReport& report = m_report.steps[step];
    KOALA_TRY(const std::vector<TakenRow> taken, m_steps[step]->decide(*this));
    for (const TakenRow& row : taken) {
        if (report.examples.size() >= kExamples)
            break;
        KOALA_TRY(const Conversation conversation, read(row.row));
        KOALA_TRY(const Conversation like, read(row.like));
        report.examples.push_back(m_steps[step]->explain(row, conversation, like));
    }
    for (const TakenRow& row : taken)
        m_kept[row.row] = 0;
    report.taken = taken.size();
    report.rowsAfter = report.rowsBefore - report.taken;
    report.facts = m_steps[step]->facts();
    return {};
}

Status CleaningRun::finish(CleanedFolderWriter* folder)
{
    Sha256 hash;
    RowReader reader(m_dataset);
    std::string edited;
    for (std::uint64_t row = 0; row < m_dataset.size(); ++row) {
        if (m_options.stop.stop_requested())
            return stopped();
        if (m_kept[row] == 0)
            continue;
        KOALA_TRY(const std::string_view line, readLine(row, m_dataset.size(), reader, edited));
        hash.update(line);
        hash.update("\n");
        ++m_report.kept;
        m_report.edited += m_changed[row];
        m_report.tagged += m_tagged[row];
        if (folder != nullptr && m_edits.has(row)) {
            KOALA_TRY(const Conversation conversation, read(row));
            KOALA_RETURN_IF_ERROR(folder->addEdited(row, conversation, line));
        } else if (folder != nullptr) {
            KOALA_RETURN_IF_ERROR(folder->add(row));
        }
        if (row % 4096 == 0)
            tell(m_steps.size(), row);
    }
    m_report.effectiveSha256 = hash.finishHex();
    if (folder != nullptr)
        for (const std::unique_ptr<Step>& step : m_steps)
            for (const auto& [name, contents] : step->files())
                KOALA_RETURN_IF_ERROR(folder->addFile(name, contents));
    return {};
}

Result<std::string_view> CleaningRun::readLine(
    std::uint64_t row, std::uint64_t end, RowReader& reader, std::string& line) const
{
    if (!m_edits.has(row))
        return reader.line(row, end);
    KOALA_RETURN_IF_ERROR(m_edits.read(row, line));
    return std::string_view(line);
}

Result<Conversation> CleaningRun::read(std::uint64_t row) const
{
    thread_local std::string line;
    KOALA_RETURN_IF_ERROR(
        m_edits.has(row) ? m_edits.read(row, line) : m_dataset.readLine(row, line));
    return conversationFromLine(line, m_dataset.manifest().slug, row);
}

void CleaningRun::tell(std::size_t step, std::uint64_t rows)
{
    if (!m_options.progress)
        return;
    const Clock::time_point now = Clock::now();
    if (now - m_told < std::chrono::milliseconds(100))
        return;
    m_told = now;
    m_options.progress({step, m_steps.size(),
        step < m_steps.size() ? m_report.steps[step].type : "", rows, m_dataset.size()});
}

} // namespace koala
