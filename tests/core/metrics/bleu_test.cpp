// The golden files are made by golden/make_bleu.py with sacrebleu.
#include "core/metrics/bleu.h"

#include <gtest/gtest.h>

#include "core/base/json.h"
#include "core/base/line_reader.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

const fs::path kGolden = fs::path(KOALA_SOURCE_DIR) / "tests/core/metrics/golden";

std::vector<Json> jsonLines(const fs::path& path)
{
    std::vector<Json> lines;
    auto reader = LineReader::open(path);
    EXPECT_TRUE(reader.ok()) << path;
    for (Line line; reader.ok() && reader->next(line);)
        lines.push_back(Json::parse(line.text));
    return lines;
}

TEST(Bleu, GivesTheTokensAndScoresOfSacrebleu)
{
    std::vector<std::string> texts;
    std::map<std::pair<int, int>, double> scores; // those that are not 0
    for (const Json& line : jsonLines(kGolden / "bleu.jsonl")) {
        if (line.contains("text")) {
            texts.push_back(line.at("text"));
            EXPECT_EQ(tokenize13a(texts.back()), line.at("tokens").get<std::vector<std::string>>())
                << texts.back();
        } else {
            scores[{line.at("hypothesis"), line.at("reference")}] = line.at("score");
        }
    }
    ASSERT_GT(texts.size(), 40u);
    ASSERT_GT(scores.size(), 200u);
    for (int h = 0; h < int(texts.size()); ++h)
        for (int r = 0; r < int(texts.size()); ++r) {
            const auto at = scores.find({h, r});
            EXPECT_NEAR(sentenceBleu(texts[std::size_t(h)], texts[std::size_t(r)]),
                at == scores.end() ? 0.0 : at->second, 1e-9)
                << texts[std::size_t(h)] << " | " << texts[std::size_t(r)];
        }
}

TEST(Bleu, GivesTheScoresOfSacrebleuOnRealTexts)
{
    KOALA_SHARED_OR_SKIP(shared);
    const Json golden = readJsonFile(kGolden / "bleu_shared.json").value();
    std::map<std::string, std::vector<std::string>> files;
    const Json naughty = readJsonFile(shared / "data/naughty-strings/blns.json").value();
    for (const Json& text : naughty)
        files["naughty"].push_back(text);
    for (const Json& line : jsonLines(shared / "data/koala_test_set/koala_test_set.jsonl"))
        files["koala"].push_back(line.at("prompt"));
    for (const Json& line : jsonLines(shared / "data/multilingual/multilingual-60.jsonl"))
        files["multilingual"].push_back(line);
    for (const auto& [name, texts] : files) {
        const Json& scores = golden.at(name);
        ASSERT_EQ(scores.size() + 1, texts.size()) << name;
        for (std::size_t i = 0; i + 1 < texts.size(); ++i) {
            const std::string &a = texts[i], &b = texts[i + 1];
            EXPECT_NEAR(sentenceBleu(a, b), scores[i][0].get<double>(), 1e-9) << a << " | " << b;
            EXPECT_NEAR(sentenceBleu(a, a + " " + b), scores[i][1].get<double>(), 1e-9) << a;
            EXPECT_NEAR(sentenceBleu(a + "\n" + b, b), scores[i][2].get<double>(), 1e-9) << b;
        }
    }
}

TEST(Bleu, GivesThePublishedExamplesInBothDirections)
{
    // Spec 01, section 12: a paraphrase, and a text that holds the question. That text is not
    // printed, but the two numbers fix all that they depend on: 23 tokens, of which the question's
    // first seven stand in a row and no other is shared.
    const std::string holder = "My nephew wanted to know yesterday: What is the largest animal on "
                               "earth, and I told him about blue whales.";
    const std::string question = "What is the largest animal on earth?";
    const std::string paraphrase = "What is the largest animal in the world?";
    EXPECT_NEAR(sentenceBleu(question, paraphrase), 47.8, 0.05);
    EXPECT_NEAR(sentenceBleu(paraphrase, question), 46.7, 0.05);
    EXPECT_EQ(tokenize13a(holder).size(), 23u);
    EXPECT_NEAR(sentenceBleu(question, holder), 12.9, 0.05);
    EXPECT_NEAR(sentenceBleu(holder, question), 25.1, 0.05);
}

// Every pair scored one by one.
std::vector<BleuHit> bruteForce(
    const std::vector<std::string>& prompts, const std::string& text, double threshold)
{
    std::vector<BleuHit> hits;
    for (std::size_t p = 0; p < prompts.size(); ++p)
        if (const double score = sentenceBleu(prompts[p], text); score > threshold)
            hits.push_back({std::uint32_t(p), score});
    return hits;
}

void expectEqual(
    const std::vector<BleuHit>& got, const std::vector<BleuHit>& want, const std::string& text)
{
    ASSERT_EQ(got.size(), want.size()) << text;
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].prompt, want[i].prompt) << text;
        EXPECT_NEAR(got[i].score, want[i].score, 1e-9) << text;
    }
}

TEST(BleuIndex, FindsWhatScoringEveryPairFindsForEveryThreshold)
{
    // Few words, so that n-grams repeat, are clipped and overlap in every way.
    std::uint64_t state = 7;
    const auto random = [&state](std::uint64_t below) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return (state >> 33) % below;
    };
    const auto text = [&](std::uint64_t longest) {
        static const char* const kWords[] = {"a", "b", "c", "the", "of", "cat,", "1.5"};
        std::string made;
        for (std::uint64_t i = random(longest); i > 0; --i)
            made += std::string(kWords[random(std::size(kWords))]) + " ";
        return made;
    };
    std::vector<std::string> prompts;
    for (int i = 0; i < 40; ++i)
        prompts.push_back(text(i < 20 ? 6 : 30));
    for (const double threshold : {0.0, 5.0, 20.0, 50.0, 99.0}) {
        const BleuIndex index(prompts, threshold);
        BleuIndex::Scratch scratch;
        std::vector<BleuHit> hits;
        for (int i = 0; i < 60; ++i) {
            const std::string reference = text(40);
            index.find(reference, scratch, hits);
            expectEqual(hits, bruteForce(prompts, reference, threshold), reference);
        }
    }
}

TEST(BleuIndex, FindsWhatScoringEveryPairFindsOnRealPrompts)
{
    KOALA_SHARED_OR_SKIP(shared);
    std::vector<std::string> prompts;
    for (const Json& line : jsonLines(shared / "data/koala_test_set/koala_test_set.jsonl"))
        prompts.push_back(line.at("prompt"));
    const BleuIndex index(prompts, 8.0);
    BleuIndex::Scratch scratch;
    std::vector<BleuHit> hits;
    std::size_t found = 0;
    std::size_t seen = 0;
    const Json records = readJsonFile(shared / "data/alpaca/alpaca_en_demo.json").value();
    for (const Json& record : records) {
        if (++seen % 20 != 0)
            continue;
        const std::string text = record.at("instruction");
        index.find(text, scratch, hits);
        found += hits.size();
        expectEqual(hits, bruteForce(prompts, text, 8.0), text);
    }
    EXPECT_GT(found, 0u); // else the comparison says nothing
}

} // namespace
} // namespace koala
