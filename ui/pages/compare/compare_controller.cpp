#include "ui/pages/compare/compare_controller.h"

#include <algorithm>

#include "ui/services/words.h"

namespace koala {

CompareController::CompareController(CompareService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    connect(&m_service, &CompareService::choicesChanged, this, &CompareController::adopt);
    connect(&m_service, &CompareService::loaded, this, [this](const Comparison& comparison) {
        if (comparison.promptSet != m_set || comparison.a.spec != m_specA ||
            comparison.b.spec != m_specB)
            return; // overtaken
        m_model.set(comparison);
        m_missingA = m_missingB = 0;
        for (const ComparedPrompt& prompt : comparison.prompts) {
            m_missingA += prompt.a ? 0 : 1;
            m_missingB += prompt.b ? 0 : 1;
        }
        if (!comparison.problem.isEmpty())
            Q_EMIT failed(comparison.problem);
        if (currentRow() < 0 && m_model.rowCount() > 0)
            choosePrompt(0);
        Q_EMIT loaded();
        Q_EMIT promptChanged();
    });
    connect(&m_service, &CompareService::voted, this,
        [this](const QString& promptId, Better better, const QString& note) {
            --m_saving;
            m_model.setVote(promptId, better, note);
            Q_EMIT savingChanged();
            Q_EMIT votesChanged();
        });
    connect(&m_service, &CompareService::voteFailed, this,
        [this](const QString& promptId, const QString& message) {
            --m_saving;
            Q_EMIT savingChanged();
            Q_EMIT failed(tr("The vote on %1 was not saved: %2").arg(promptId, message));
        });
}

const ModelChoice* CompareController::find(const QString& spec) const
{
    const auto found = std::ranges::find(m_service.models(), spec, &ModelChoice::spec);
    return found == m_service.models().end() ? nullptr : &*found;
}

// Keeps what is chosen while it is there; else the first set, the newest checkpoint and its base.
void CompareController::adopt()
{
    const auto& models = m_service.models();
    if (!m_service.promptSets().isEmpty() && !m_service.promptSets().contains(m_set))
        m_set = m_service.promptSets().value(0);
    if (find(m_specB) == nullptr && !models.empty()) {
        const auto newest = std::ranges::find_if(
            models, [](const ModelChoice& choice) { return choice.step >= 0; });
        m_specB = newest != models.end() ? newest->spec : models.back().spec;
    }
    if (find(m_specA) == nullptr && !models.empty()) {
        const ModelChoice* b = find(m_specB);
        m_specA = b != nullptr && find(b->base) != nullptr ? b->base : models.front().spec;
    }
    choose({}, {}, {});
}

void CompareController::choose(const QString& promptSet, const QString& specA, const QString& specB)
{
    if (!promptSet.isEmpty())
        m_set = promptSet;
    if (!specA.isEmpty())
        m_specA = specA;
    if (!specB.isEmpty())
        m_specB = specB;
    Q_EMIT choicesChanged();
    const ModelChoice* a = find(m_specA);
    const ModelChoice* b = find(m_specB);
    if (a != nullptr && b != nullptr && !m_set.isEmpty())
        m_service.load(m_set, *a, *b);
}

void CompareController::remember(
    const QString& promptSet, const QString& specA, const QString& specB, const QString& promptId)
{
    m_set = promptSet;
    m_specA = specA;
    m_specB = specB;
    m_current = promptId;
    adopt();
}

void CompareController::swapSides()
{
    choose({}, QString(m_specB), QString(m_specA));
}

const ComparedPrompt* CompareController::current() const
{
    return m_model.at(currentRow());
}

void CompareController::choosePrompt(int row)
{
    const ComparedPrompt* prompt = m_model.at(row);
    if (prompt == nullptr || prompt->id == m_current)
        return;
    m_current = prompt->id;
    m_since.start();
    Q_EMIT promptChanged();
}

void CompareController::step(int by)
{
    const int rows = m_model.rowCount();
    if (rows > 0)
        choosePrompt(std::clamp(currentRow() + by, 0, rows - 1));
}

void CompareController::send(const QString& promptId, Better better, const QString& note)
{
    ++m_saving;
    Q_EMIT savingChanged();
    m_service.vote(
        promptId, better, note, m_since.isValid() ? double(m_since.elapsed()) / 1000.0 : 0.0);
}

void CompareController::vote(Better better)
{
    const ComparedPrompt* prompt = current();
    if (prompt == nullptr)
        return;
    if (!prompt->a || !prompt->b) {
        Q_EMIT failed(
            tr("Prompt #%1 has not both answers yet; fill them first.").arg(prompt->number));
        return;
    }
    m_undo.push_back({prompt->id, prompt->vote, prompt->note});
    send(prompt->id, prompt->vote == better ? Better::Skip : better, prompt->note);
}

void CompareController::setNote(const QString& note)
{
    const ComparedPrompt* prompt = current();
    if (prompt == nullptr || note == prompt->note)
        return;
    m_undo.push_back({prompt->id, prompt->vote, prompt->note});
    send(prompt->id, prompt->vote.value_or(Better::Skip), note);
}

void CompareController::undo()
{
    if (m_undo.empty())
        return;
    const Undo last = m_undo.back();
    m_undo.pop_back();
    send(last.promptId, last.before.value_or(Better::Skip), last.note);
    if (const int row = m_model.rowOf(last.promptId); row >= 0)
        choosePrompt(row);
}

int CompareController::voted() const
{
    return int(std::ranges::count_if(comparison().prompts,
        [](const ComparedPrompt& prompt) { return prompt.vote.has_value(); }));
}

std::array<int, CompareController::kBins> CompareController::differences() const
{
    std::array<int, kBins> bins{};
    for (const ComparedPrompt& prompt : comparison().prompts)
        if (prompt.difference >= 0)
            ++bins[std::size_t(std::min(kBins - 1, int(prompt.difference * kBins)))];
    return bins;
}

std::vector<GroupVotes> CompareController::groupVotes() const
{
    std::vector<GroupVotes> groups;
    for (const QString& group : comparison().groups)
        groups.push_back({group});
    for (const ComparedPrompt& prompt : comparison().prompts) {
        const auto group = std::ranges::find(groups, prompt.group, &GroupVotes::group);
        if (!prompt.vote || group == groups.end())
            continue;
        switch (*prompt.vote) {
        case Better::Left:
            ++group->a;
            break;
        case Better::Right:
            ++group->b;
            break;
        case Better::Tie:
            ++group->tie;
            break;
        case Better::BothBad:
            ++group->bothBad;
            break;
        case Better::Skip:
            break;
        }
    }
    return groups;
}

QString CompareController::headline() const
{
    const int all = int(comparison().prompts.size());
    if (all == 0)
        return {};
    const auto side = [&](const QString& name, int missing) {
        return missing == 0 ? tr("answers complete for %1").arg(name)
                            : tr("%1 of %2 for %3").arg(all - missing).arg(all).arg(name);
    };
    return tr("%1 of %2 voted · %3, %4")
        .arg(voted())
        .arg(all)
        .arg(side(tr("A"), m_missingA), side(tr("B"), m_missingB));
}

} // namespace koala
