#include "core/data/clean/dataset_statistics.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "core/data/joined_text.h"
#include "core/data/row_reader.h"
#include "core/data/row_texts.h"
#include "core/metrics/language.h"
#include "core/metrics/ngrams.h"

namespace koala {
namespace {

constexpr std::uint64_t kRowsPerTask = 512;
constexpr std::uint64_t kDistinctWords = std::uint64_t(32) << 20; // up to 1.5 GB of n-grams
constexpr std::size_t kListed = 30;

constexpr std::array kVerbs{"add", "analyze", "answer", "arrange", "assess", "brainstorm", "build",
    "calculate", "categorize", "change", "check", "choose", "classify", "come", "compare",
    "complete", "compose", "compute", "construct", "convert", "correct", "count", "create",
    "decide", "define", "delete", "describe", "design", "detect", "determine", "develop", "devise",
    "discuss", "draft", "draw", "edit", "estimate", "evaluate", "examine", "explain", "extract",
    "fill", "find", "fix", "format", "formulate", "generate", "give", "group", "guess", "help",
    "identify", "imagine", "implement", "improve", "infer", "insert", "interpret", "invent", "join",
    "label", "list", "make", "match", "modify", "name", "order", "organize", "outline",
    "paraphrase", "perform", "plan", "predict", "prepare", "present", "produce", "propose",
    "provide", "rank", "rate", "rearrange", "recommend", "remove", "reorder", "rephrase", "replace",
    "research", "reverse", "review", "revise", "rewrite", "select", "sort", "split", "solve",
    "state", "suggest", "summarize", "tell", "translate", "use", "verify", "write"};
constexpr std::array kPassedOver{"a", "an", "the", "this", "that", "these", "those", "me", "us",
    "my", "your", "his", "her", "its", "our", "their", "it", "them", "you", "i", "some", "any",
    "all", "each", "every", "of", "to", "for", "in", "on", "at", "by", "with", "from", "into",
    "about", "up", "out", "and", "or", "if", "how", "what", "why", "which", "whether", "one", "two",
    "three", "four", "five", "six", "seven", "eight", "nine", "ten", "following", "given", "new",
    "short", "more"};

template <std::size_t N>
bool isIn(const std::array<const char*, N>& list, std::string_view word)
{
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool isNumber(std::string_view word)
{
    return std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

using Counts = std::map<std::string, std::uint64_t>;

// What one thread counts; parts are added up at the end.
struct Part {
    DatasetStatistics counted;
    DistinctNgrams distinct;
    Counts verbs;
    Counts objects;
    std::vector<Word> words;
};

void countOpening(std::string_view question, Part& part)
{
    constexpr std::size_t kLookedAt = 400; // bytes: the beginning tells
    const std::string head = normalText(question.substr(0, std::min(kLookedAt, question.size())));
    splitWords(head, part.words);
    const auto text = [&](std::size_t i) {
        return std::string_view(head).substr(
            part.words[i].begin, part.words[i].end - part.words[i].begin);
    };
    std::size_t first = 0;
    while (first < part.words.size() && (text(first) == "please" || text(first) == "can" ||
                                            text(first) == "could" || text(first) == "you"))
        ++first;
    if (first == part.words.size() || !isIn(kVerbs, text(first)))
        return;
    ++part.counted.requestsWithVerb;
    const std::string verb(text(first));
    ++part.verbs[verb];
    for (std::size_t i = first + 1; i < std::min(part.words.size(), first + 7); ++i)
        if (!isIn(kPassedOver, text(i)) && !isNumber(text(i))) {
            ++part.objects[verb + " " + std::string(text(i))];
            return;
        }
}

void countRow(const RowTexts& row, Part& part, std::atomic<std::uint64_t>& words)
{
    DatasetStatistics& counted = part.counted;
    ++counted.rows;
    counted.turns += row.turns().size();
    ++counted.turnsPerRow[row.turns().size()];
    std::uint64_t answers = 0;
    bool opened = false;
    for (const RowText& turn : row.turns()) {
        ++counted.roles[std::string(roleName(turn.role))];
        answers += turn.role == Role::Assistant;
        if (turn.role == Role::User && !std::exchange(opened, true))
            countOpening(turn.text, part);
        splitWords(turn.text, part.words);
        counted.words += part.words.size();
        counted.longestTurnWords =
            std::max<std::uint64_t>(counted.longestTurnWords, part.words.size());
        if (words.fetch_add(part.words.size()) < kDistinctWords)
            part.distinct.add(part.words);
        else
            counted.distinctComplete = false;
    }
    counted.multiTurnRows += answers > 1;
    ++counted.languages[detectLanguage(joinedText(row.turns(), Role::User)).code];
}

class Counter {
public:
    Counter(const Dataset& dataset, const std::function<void(std::uint64_t)>& progress,
        std::stop_token stop)
        : m_dataset(dataset), m_progress(progress), m_stop(std::move(stop))
    {
    }

    Result<DatasetStatistics> run()
    {
        constexpr unsigned kThreads = 2;
        std::array<Part, kThreads> parts;
        {
            std::vector<std::jthread> workers;
            for (unsigned i = 1; i < kThreads; ++i)
                workers.emplace_back([this, &part = parts[i]] { work(part); });
            work(parts[0]);
        }
        if (m_stop.stop_requested())
            return cancelled("counting was stopped");
        if (m_error)
            return *m_error;
        return sum(parts);
    }

private:
    void work(Part& part)
    {
        RowTexts texts;
        RowReader reader(m_dataset);
        for (std::uint64_t begin; (begin = m_next.fetch_add(kRowsPerTask)) < m_dataset.size();) {
            const std::uint64_t end = std::min(begin + kRowsPerTask, m_dataset.size());
            for (std::uint64_t row = begin; row < end; ++row) {
                if (m_stop.stop_requested() || m_failed)
                    return;
                if (const Status status = countOne(row, end, texts, reader, part); !status.ok()) {
                    const std::scoped_lock lock(m_mutex);
                    m_error = status.error();
                    m_failed = true;
                    return;
                }
            }
            const std::scoped_lock lock(m_mutex);
            m_done += end - begin;
            if (m_progress)
                m_progress(m_done);
        }
    }

    Status countOne(
        std::uint64_t row, std::uint64_t end, RowTexts& texts, RowReader& reader, Part& part)
    {
        KOALA_TRY(const std::string_view line, reader.line(row, end));
        if (!texts.parse(line))
            return invalidInput(fmt::format("dataset {} row {} is damaged; import its source again",
                m_dataset.manifest().slug, row + 1));
        countRow(texts, part, m_words);
        return {};
    }

    static std::vector<std::pair<std::string, std::uint64_t>> mostFrequent(const Counts& counts)
    {
        std::vector<std::pair<std::string, std::uint64_t>> list(counts.begin(), counts.end());
        std::stable_sort(list.begin(), list.end(),
            [](const auto& a, const auto& b) { return a.second > b.second; });
        list.resize(std::min(list.size(), kListed));
        return list;
    }

    DatasetStatistics sum(std::span<Part> parts) const
    {
        DatasetStatistics all;
        Counts verbs;
        Counts objects;
        DistinctNgrams& distinct = parts[0].distinct;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const DatasetStatistics& part = parts[i].counted;
            all.rows += part.rows;
            all.turns += part.turns;
            all.words += part.words;
            all.multiTurnRows += part.multiTurnRows;
            all.requestsWithVerb += part.requestsWithVerb;
            all.longestTurnWords = std::max(all.longestTurnWords, part.longestTurnWords);
            all.distinctComplete = all.distinctComplete && part.distinctComplete;
            const auto add = [](auto& to, const auto& from) {
                for (const auto& [key, count] : from)
                    to[key] += count;
            };
            add(all.roles, part.roles);
            add(all.languages, part.languages);
            add(all.turnsPerRow, part.turnsPerRow);
            add(verbs, parts[i].verbs);
            add(objects, parts[i].objects);
            if (i > 0)
                distinct.add(parts[i].distinct);
        }
        for (std::size_t n = 1; n <= DistinctNgrams::kOrders; ++n)
            all.distinct.emplace_back(distinct.different(n), distinct.total(n));
        boost::unordered_flat_set<std::uint64_t> prompts;
        for (const RowFacts& facts : m_dataset.rows())
            all.repeatedPrompts += !prompts.insert(facts.promptGroup).second;
        all.verbs = mostFrequent(verbs);
        all.verbObjects = mostFrequent(objects);
        return all;
    }

    const Dataset& m_dataset;
    const std::function<void(std::uint64_t)>& m_progress;
    std::stop_token m_stop;
    std::atomic<std::uint64_t> m_next = 0;
    std::atomic<std::uint64_t> m_words = 0;
    std::atomic<bool> m_failed = false;
    std::mutex m_mutex;
    std::uint64_t m_done = 0;
    std::optional<Error> m_error;
};

} // namespace

OrderedJson toJson(const DatasetStatistics& statistics)
{
    OrderedJson distinct = OrderedJson::array();
    for (const auto& [different, all] : statistics.distinct)
        distinct.push_back({{"different", different}, {"all", all}});
    OrderedJson lengths = OrderedJson::array();
    for (const auto& [turns, rows] : statistics.turnsPerRow)
        lengths.push_back({turns, rows});
    const auto list = [](const auto& counts) {
        OrderedJson json = OrderedJson::object();
        for (const auto& [name, count] : counts)
            json[name] = count;
        return json;
    };
    return {{"rows", statistics.rows}, {"turns", statistics.turns}, {"words", statistics.words},
        {"multi_turn_rows", statistics.multiTurnRows}, {"roles", list(statistics.roles)},
        {"languages", list(statistics.languages)}, {"turns_per_row", lengths},
        {"longest_turn_words", statistics.longestTurnWords},
        {"repeated_prompts", statistics.repeatedPrompts}, {"distinct_ngrams", distinct},
        {"distinct_complete", statistics.distinctComplete},
        {"requests_with_verb", statistics.requestsWithVerb}, {"verbs", list(statistics.verbs)},
        {"verb_objects", list(statistics.verbObjects)}};
}

Result<DatasetStatistics> countStatistics(const Dataset& dataset,
    const std::function<void(std::uint64_t rows)>& progress, std::stop_token stop)
{
    return Counter(dataset, progress, std::move(stop)).run();
}

} // namespace koala
