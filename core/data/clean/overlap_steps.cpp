// Rows that repeat what a model will be tested on: by runs of words and by BLEU.
#include <array>
#include <mutex>

#include "core/data/clean/prompt_texts.h"
#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"
#include "core/metrics/bleu.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 2> kSides{"rows", "prompts"};
constexpr std::array<std::string_view, 3> kRoles{"user", "assistant", "any"};

struct Overlap {
    std::uint32_t prompt = 0;
    std::uint32_t turn = 0;
    double score = 0.0;
};

// Which row overlaps most with a prompt, for the list of prompts to be left out.
struct ClosestRow {
    std::uint64_t row = 0;
    double score = -1.0;
};

class OverlapStep : public Step {
public:
    OverlapStep(const Json& options, std::vector<PromptText> prompts)
        : m_prompts(std::move(prompts)), m_takesRows(options.at("side") == "rows"),
          m_role(options.at("text").get<std::string>()), m_closest(m_prompts.size())
    {
    }

    RowVerdict apply(std::uint64_t row, Conversation& conversation) final
    {
        std::vector<Overlap> overlaps;
        for (std::uint32_t i = 0; i < conversation.turns.size(); ++i)
            if (hasRole(conversation.turns[i], m_role))
                find(conversation.turns[i].text, i, overlaps);
        RowVerdict verdict;
        if (overlaps.empty())
            return verdict;
        const Overlap* most = &overlaps.front();
        for (const Overlap& overlap : overlaps)
            if (overlap.score > most->score)
                most = &overlap;
        note(row, overlaps);
        verdict.take = m_takesRows;
        if (verdict.take)
            describe(*most, conversation, verdict.example);
        return verdict;
    }

    std::vector<std::pair<std::string, std::string>> facts() const final
    {
        std::uint64_t hit = 0;
        for (const ClosestRow& closest : m_closest)
            hit += closest.score >= 0.0;
        return {{"Prompts compared with", std::to_string(m_prompts.size())},
            {"Prompts that overlap with a row", std::to_string(hit)},
            {"Rows that overlap with a prompt", std::to_string(m_rows)}};
    }

    std::vector<std::pair<std::string, std::string>> files() const final
    {
        std::string lines;
        for (std::size_t p = 0; p < m_prompts.size(); ++p)
            if (m_closest[p].score >= 0.0)
                lines += toLine(OrderedJson{{"set", m_prompts[p].set}, {"id", m_prompts[p].id},
                             {"row", m_closest[p].row}, {"score", m_closest[p].score}}) +
                         "\n";
        return {{std::string("excluded-prompts-") + name() + ".jsonl", lines}};
    }

protected:
    virtual const char* name() const = 0;
    virtual void find(
        const std::string& text, std::uint32_t turn, std::vector<Overlap>& overlaps) const = 0;
    virtual std::string reasonOf(const Overlap& overlap) const = 0;
    virtual std::size_t shownRun() const = 0; // words in a row that are marked as common
    std::vector<std::string> texts() const
    {
        std::vector<std::string> list;
        for (const PromptText& prompt : m_prompts)
            list.push_back(prompt.text);
        return list;
    }

private:
    void note(std::uint64_t row, const std::vector<Overlap>& overlaps)
    {
        const std::scoped_lock lock(m_mutex);
        ++m_rows;
        for (const Overlap& overlap : overlaps) {
            ClosestRow& closest = m_closest[overlap.prompt];
            if (overlap.score > closest.score ||
                (overlap.score == closest.score && row < closest.row))
                closest = {row, overlap.score};
        }
    }

    void describe(
        const Overlap& overlap, const Conversation& conversation, StepExample& example) const
    {
        const PromptText& prompt = m_prompts[overlap.prompt];
        const std::string& text = conversation.turns[overlap.turn].text;
        example.reason = fmt::format("{}: {} of {}", reasonOf(overlap),
            prompt.id.empty() ? "a prompt" : prompt.id, prompt.set);
        example.otherText = shortened(prompt.text);
        const CommonSpans common = commonSpans(text, example.otherText, shownRun());
        for (const ByteSpan& span : common.left)
            example.spans.push_back({overlap.turn, span.begin, span.end});
        for (const ByteSpan& span : common.right)
            example.otherSpans.push_back({0, span.begin, span.end});
    }

    std::vector<PromptText> m_prompts;
    bool m_takesRows;
    std::string m_role;
    std::mutex m_mutex;
    std::vector<ClosestRow> m_closest;
    std::uint64_t m_rows = 0;
};

class WordOverlapStep final : public OverlapStep {
public:
    WordOverlapStep(const Json& options, std::vector<PromptText> prompts)
        : OverlapStep(options, std::move(prompts)), m_words(options.at("words").get<std::size_t>()),
          m_index(texts(), m_words)
    {
    }

private:
    const char* name() const override { return "words"; }
    void find(
        const std::string& text, std::uint32_t turn, std::vector<Overlap>& overlaps) const override
    {
        thread_local std::vector<Word> words;
        splitWords(text, words);
        for (const std::uint32_t prompt : m_index.find(words))
            overlaps.push_back({prompt, turn, double(m_words)});
    }
    std::string reasonOf(const Overlap&) const override
    {
        return fmt::format("shares a run of up to {} words with a test prompt", m_words);
    }
    std::size_t shownRun() const override { return std::min<std::size_t>(m_words, 5); }

    std::size_t m_words;
    NgramOverlap m_index;
};

class BleuOverlapStep final : public OverlapStep {
public:
    BleuOverlapStep(const Json& options, std::vector<PromptText> prompts)
        : OverlapStep(options, std::move(prompts)),
          m_index(texts(), options.at("threshold").get<double>())
    {
    }

private:
    const char* name() const override { return "bleu"; }
    void find(
        const std::string& text, std::uint32_t turn, std::vector<Overlap>& overlaps) const override
    {
        // Working memory grows to fit an index, so one of each thread serves every step.
        thread_local BleuIndex::Scratch scratch;
        thread_local std::vector<BleuHit> hits;
        m_index.find(text, scratch, hits);
        for (const BleuHit& hit : hits)
            overlaps.push_back({hit.prompt, turn, hit.score});
    }
    std::string reasonOf(const Overlap& overlap) const override
    {
        return fmt::format("BLEU {:.1f} with a test prompt", overlap.score);
    }
    std::size_t shownRun() const override { return 2; }

    BleuIndex m_index;
};

constexpr StepOption kSets{.name = "prompt_sets",
    .kind = OptionKind::PromptSet,
    .fallback = "[]",
    .title = "Test prompts",
    .help = "prompt sets of this project"};
constexpr StepOption kSide{.name = "side",
    .kind = OptionKind::Choice,
    .fallback = "\"rows\"",
    .title = "Leave out",
    .help = "the rows; or the prompts, as the Koala study did: then every row "
            "stays, and cleaned/excluded-prompts-*.jsonl lists the prompts",
    .choices = kSides};
constexpr StepOption kText{.name = "text",
    .kind = OptionKind::Choice,
    .fallback = "\"user\"",
    .title = "Compare with",
    .help = "turns of the rows, one at a time",
    .choices = kRoles};

constexpr std::array kWordOptions{kSets,
    StepOption{.name = "words",
        .kind = OptionKind::Number,
        .fallback = "13",
        .title = "Words in a row",
        .help = "13 is the usual number; a shorter prompt counts when "
                "all of it is there",
        .least = 3,
        .most = 50},
    kSide, kText};
constexpr std::array kBleuOptions{kSets,
    StepOption{.name = "threshold",
        .kind = OptionKind::Number,
        .fallback = "20",
        .title = "BLEU above",
        .help = "sentence BLEU-4 of the prompt against a turn, 0 to 100",
        .most = 100},
    kSide, kText};

std::string summaryOf(const Json& options, const std::string& measure)
{
    std::string sets;
    for (const std::string& set : textList(options.at("prompt_sets")))
        sets += (sets.empty() ? "" : ", ") + set;
    return fmt::format("{}, {}, leave out {}", sets.empty() ? "no prompt set" : sets, measure,
        options.at("side").get<std::string>());
}

template <typename Made>
Result<std::unique_ptr<Step>> makeOverlap(const Json& options, const StepContext& context)
{
    KOALA_TRY(std::vector<PromptText> prompts,
        readPromptTexts(context.project, textList(options.at("prompt_sets"))));
    return std::unique_ptr<Step>(std::make_unique<Made>(options, std::move(prompts)));
}

} // namespace

constinit const StepType kOverlapWords{.id = "overlap_words",
    .title = "Test overlap by words",
    .help = "Compares rows with test prompts by runs of words.",
    .options = kWordOptions,
    .summary =
        [](const Json& options) {
            return summaryOf(
                options, fmt::format("{} words", options.at("words").get<std::uint64_t>()));
        },
    .make = makeOverlap<WordOverlapStep>};

constinit const StepType kOverlapBleu{.id = "overlap_bleu",
    .title = "Test overlap by BLEU",
    .help =
        "Compares rows with test prompts by BLEU. The Koala study left out test prompts within 20 "
        "BLEU of any training example.",
    .options = kBleuOptions,
    .summary =
        [](const Json& options) {
            return summaryOf(
                options, fmt::format("BLEU above {:g}", options.at("threshold").get<double>()));
        },
    .make = makeOverlap<BleuOverlapStep>};

} // namespace koala
