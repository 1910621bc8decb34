// tests/bench/data_metrics_bench.cpp: near duplicates and the BLEU filter against their peers.
//
//     build/dev/bench/data_metrics_bench [DOCUMENTS] [PEER_PYTHON] [KOALA_PROMPTS]
//
// makes DOCUMENTS texts (500,000 unless said otherwise) from a seed, of 20 to 120 words with one in
// twenty a near copy of an earlier one, and prints ours, the peer's figure, the ratio and the
// limit. PEER_PYTHON is a python that has datasketch, rensa and sacrebleu; it runs
// peers/data_metrics_peers.py on the first of the same texts. Without it only ours is measured.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <thread>

#include "core/base/json.h"
#include "core/base/line_reader.h"
#include "core/metrics/bleu.h"
#include "core/metrics/min_hash.h"

namespace koala {
namespace {

class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}
    std::uint64_t below(std::uint64_t limit)
    {
        m_state = m_state * 6364136223846793005ull + 1442695040888963407ull;
        return (m_state >> 33) % limit;
    }

private:
    std::uint64_t m_state;
};

// Words by a rough Zipf law, some of them the English ones that every text has.
std::vector<std::string> madeTexts(std::size_t count)
{
    static const char* const kCommon[] = {"the", "of", "a", "to", "in", "is", "what", "how", "and",
        "for", "me", "write", "you", "can", "that", "with", "on", "are", "this", "it"};
    Random random(42);
    const auto word = [&]() -> std::string {
        if (random.below(100) < 45)
            return kCommon[random.below(std::size(kCommon))];
        const std::uint64_t range = std::uint64_t(1) << (4 + random.below(13));
        return "word" + std::to_string(random.below(range));
    };
    std::vector<std::string> texts;
    texts.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 100 && random.below(20) == 0) {
            texts.push_back(texts[random.below(i)] + " " + word());
            continue;
        }
        std::string text;
        for (std::uint64_t words = 20 + random.below(101); words > 0; --words)
            text += word() + (words > 1 ? " " : "?");
        texts.push_back(std::move(text));
    }
    return texts;
}

template <typename Work>
double seconds(Work&& work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <typename Body>
void inTwoThreads(std::size_t count, Body&& body)
{
    std::jthread other([&] { body(std::size_t(1), count); });
    body(std::size_t(0), count);
}

void row(const char* work, double ours, double peer, const char* peerName, double limit)
{
    if (peer > 0)
        std::printf("%-38s %12.0f/s  %-12s %10.0f/s  %8.1fx  at least %gx  %s\n", work, ours,
            peerName, peer, ours / peer, limit, ours / peer >= limit ? "met" : "MISSED");
    else
        std::printf("%-38s %12.0f/s  %-12s not measured\n", work, ours, peerName);
}

std::map<std::string, double> runPeers(
    const std::string& python, const std::string& textFile, const std::string& promptFile)
{
    const std::string out = textFile + ".peers";
    const std::string script =
        (fs::path(KOALA_SOURCE_DIR) / "tests/bench/peers/data_metrics_peers.py").string();
    std::map<std::string, double> figures;
    if (std::system(("\"" + python + "\" \"" + script + "\" \"" + textFile + "\" \"" + promptFile +
                     "\" > \"" + out + "\"")
                .c_str()) != 0)
        return figures;
    const auto json = readJsonFile(out);
    if (json.ok())
        for (const auto& [name, value] : json->items())
            if (value.is_number())
                figures[name] = value.get<double>();
    return figures;
}

std::vector<std::string> readPrompts(const fs::path& path)
{
    std::vector<std::string> prompts;
    auto reader = LineReader::open(path);
    for (Line line; reader.ok() && reader->next(line);)
        prompts.push_back(stringOr(Json::parse(line.text, nullptr, false), "prompt", ""));
    return prompts;
}

int run(int argc, char** argv)
{
    const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500000;
    const std::string python = argc > 2 ? argv[2] : "";
    const fs::path promptFile = argc > 3 ? argv[3]
                                         : fs::path(KOALA_SOURCE_DIR) /
                                               "../shared/data/koala_test_set/koala_test_set.jsonl";
    const std::vector<std::string> texts = madeTexts(count);
    std::vector<std::string> prompts = readPrompts(promptFile);
    if (prompts.empty())
        prompts.assign(
            texts.begin(), texts.begin() + std::ptrdiff_t(std::min<std::size_t>(180, count)));
    std::size_t bytes = 0;
    for (const std::string& text : texts)
        bytes += text.size();
    std::printf(
        "%zu made texts, %.0f MB, %zu prompts\n", count, double(bytes) / 1e6, prompts.size());

    std::map<std::string, double> peers;
    const auto scratch = TemporaryDirectory::create({}, "koala-bench");
    if (!python.empty() && scratch.ok()) {
        const std::string file = (scratch->path() / "texts.json").string();
        std::ofstream(file) << Json(std::vector<std::string>(
            texts.begin(), texts.begin() + std::ptrdiff_t(std::min<std::size_t>(20000, count))));
        peers = runPeers(python, file, promptFile.string());
    }

    NearDuplicateFinder finder(count, {});
    const double signing = seconds([&] {
        inTwoThreads(count, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; i += 2)
                finder.add(i, texts[i]);
        });
    });
    std::size_t groups = 0;
    const double finding = seconds([&] {
        const auto found =
            finder.find([&](std::uint64_t i) -> Result<std::string> { return texts[i]; });
        groups = found.ok() ? found->groups.size() : 0;
    });
    std::printf(
        "signatures %.2f s, bands and exact check %.2f s, %zu groups\n", signing, finding, groups);
    row("near duplicates, all of it", double(count) / (signing + finding), peers["datasketch"],
        "datasketch", 100);
    row("signatures from text", double(count) / signing, peers["rensa"], "rensa", 1);

    const BleuIndex index(prompts, 20.0);
    std::vector<std::vector<std::pair<std::size_t, BleuHit>>> hits(2);
    const double filtering = seconds([&] {
        inTwoThreads(count, [&](std::size_t begin, std::size_t end) {
            BleuIndex::Scratch memory;
            std::vector<BleuHit> found;
            for (std::size_t i = begin; i < end; i += 2) {
                index.find(texts[i], memory, found);
                for (const BleuHit& hit : found)
                    hits[begin].emplace_back(i, hit);
            }
        });
    });
    row("BLEU filter, pairs", double(count) * double(prompts.size()) / filtering,
        peers["sacrebleu"], "sacrebleu", 500);
    std::printf(
        "BLEU filter: %.2f s (at most 60), %zu hits\n", filtering, hits[0].size() + hits[1].size());

    // The same verdict as scoring the pairs one by one, on a sample of 20,000 pairs.
    Random random(7);
    std::size_t wrong = 0;
    BleuIndex::Scratch memory;
    std::vector<BleuHit> found;
    for (int i = 0; i < 20000; ++i) {
        const std::string& text = texts[random.below(count)];
        const auto prompt = std::uint32_t(random.below(prompts.size()));
        const double score = sentenceBleu(prompts[prompt], text);
        index.find(text, memory, found);
        const auto at = std::find_if(
            found.begin(), found.end(), [&](const BleuHit& hit) { return hit.prompt == prompt; });
        wrong += (score > 20.0) != (at != found.end()) ||
                 (at != found.end() && std::abs(at->score - score) > 1e-9);
    }
    std::printf("BLEU filter: %zu of 20000 sampled verdicts differ\n", wrong);
    return wrong == 0 ? 0 : 1;
}

} // namespace
} // namespace koala

int main(int argc, char** argv)
{
    return koala::run(argc, argv);
}
