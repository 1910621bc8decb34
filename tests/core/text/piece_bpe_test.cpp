// PieceBpe against the sentencepiece library, text by text, and where it has no library to meet.
#include "core/text/piece_bpe.h"

#include <random>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <sentencepiece_processor.h>

#include "core/base/utf8.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_tokenizer.h"

namespace koala {
namespace {

// A model through the library and through our loader.
class Both {
public:
    explicit Both(const fs::path& model)
    {
        const auto loaded = loadTokenizer(model);
        EXPECT_TRUE(loaded.ok()) << model << ": " << loaded.error().message;
        if (loaded.ok())
            m_ours = *loaded;
        EXPECT_TRUE(m_library.Load(model.string()).ok());
    }
    bool isOurOwn() const { return dynamic_cast<const PieceBpe*>(m_ours.get()) != nullptr; }
    void expectSame(std::string_view text)
    {
        std::vector<int> want;
        ASSERT_TRUE(m_library.Encode({text.data(), text.size()}, &want).ok());
        ASSERT_EQ(m_ours->encode(text), want) << elided(std::string(text), 200);
        ASSERT_EQ(m_ours->encode(text), want) << "remembered: " << elided(std::string(text), 200);
    }

private:
    std::shared_ptr<const Tokenizer> m_ours;
    sentencepiece::SentencePieceProcessor m_library;
};

// Texts of blanks, letters, marks, characters of every length, "▁" itself and broken bytes.
std::string madeText(std::mt19937& random)
{
    static const std::vector<std::string> parts = {" ", " ", "  ", "\n", "\t", "▁", "▁▁", "a", "e",
        "the", "ing", " the", "Hello", "koala", "12", "3", ".", ",", "'s", "</s>", "<s>", "<unk>",
        "<0x0A>", "é", "ß", "考", "拉", "が", "🐨", "\u200d", "\u0301", std::string("\0", 1),
        "\x80", "\xE4\xB8", "\xF0\x9F", "\xC0\xAF", "\xED\xA0\x80", "\xFF", "Ж", "или", "ا",
        "{\n    ", "//", "==", "()", "\r\n", "\u00a0", "\uFFFD", "\u2582", "\U0010FFFF"};
    std::string text;
    const std::size_t count = random() % 40;
    for (std::size_t i = 0; i < count; ++i)
        text += parts[random() % parts.size()];
    return text;
}

TEST(PieceBpe, GivesTheLibrarysIdsOnMadeTexts)
{
    const auto folder = test::temporaryDirectory();
    ASSERT_TRUE(test::trainTinyTokenizer(folder.path() / "tokenizer.model").ok());
    Both both(folder.path() / "tokenizer.model");
    EXPECT_TRUE(both.isOurOwn());
    std::mt19937 random(20230403);
    for (int i = 0; i < 4000 && !testing::Test::HasFatalFailure(); ++i)
        both.expectSame(madeText(random));
    std::istringstream lines(test::tinyCorpus());
    for (std::string line; std::getline(lines, line) && !testing::Test::HasFatalFailure();)
        both.expectSame(line);
    both.expectSame(std::string(5000, 'a'));
    both.expectSame(std::string(5000, ' '));
}

void addStrings(const Json& value, std::vector<std::string>& texts)
{
    if (value.is_string())
        texts.push_back(value.get<std::string>());
    else if (value.is_structured())
        for (const Json& inner : value)
            addStrings(inner, texts);
}

std::vector<std::string> realTexts(const fs::path& shared)
{
    std::vector<std::string> texts;
    for (const char* name :
        {"sharegpt/dummy_conversation.json", "sharegpt/common_zh_sample_230805.json",
            "sharegpt/multilang_sample_230914.json", "naughty-strings/blns.json"}) {
        const std::string text = *readFile(shared / "data" / name);
        if (Json::accept(text)) {
            addStrings(Json::parse(text), texts);
            continue;
        }
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            addStrings(Json::parse(line), texts);
    }
    return texts;
}

TEST(PieceBpe, GivesTheLibrarysIdsOnRealTextsOfEveryModel)
{
    KOALA_SHARED_OR_SKIP(shared);
    const std::vector<std::string> texts = realTexts(shared);
    ASSERT_GT(texts.size(), 1000u);
    std::set<std::string> own;
    for (const char* name : {"llama-tokenizer/tokenizer.model",
             "sentencepiece-zoo/mistral_v1.model", "sentencepiece-zoo/llama_test_vocab.spm",
             "sentencepiece-zoo/open_llama_3b.model", "sentencepiece-zoo/tok4096.model",
             "sentencepiece-zoo/torchtune_m.model", "sentencepiece-zoo/sp_test_model.model"}) {
        Both both(shared / "models" / name);
        if (both.isOurOwn())
            own.insert(name);
        std::mt19937 random(11);
        for (int i = 0; i < 300 && !testing::Test::HasFatalFailure(); ++i)
            both.expectSame(madeText(random));
        for (const std::string& text : texts) {
            ASSERT_FALSE(testing::Test::HasFatalFailure()) << name;
            both.expectSame(text);
            if (!both.isOurOwn())
                break; // the library itself
        }
    }
    EXPECT_TRUE(own.contains("llama-tokenizer/tokenizer.model"));
    EXPECT_TRUE(own.contains("sentencepiece-zoo/mistral_v1.model"));
    EXPECT_FALSE(own.contains("sentencepiece-zoo/sp_test_model.model")) << "a unigram model";
}

TEST(PieceBpe, AMillionLettersComeBack)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto tokenizer = loadTokenizer(shared / "models/llama-tokenizer");
    ASSERT_TRUE(tokenizer.ok());
    std::string text;
    std::mt19937 random(3);
    for (int i = 0; i < 1'000'000; ++i)
        text += char('a' + random() % 26);
    const auto ids = (*tokenizer)->encode(text);
    EXPECT_LT(ids.size(), text.size());
    EXPECT_EQ((*tokenizer)->decode(ids), text);
}

Vocabulary lettersOnly()
{
    Vocabulary vocabulary;
    for (const char* piece : {"<unk>", "▁", "a", "b", "ab", "▁a", "b▁"}) {
        vocabulary.pieces.emplace_back(piece);
        vocabulary.kinds.push_back(PieceKind::Normal);
    }
    vocabulary.kinds[0] = PieceKind::Unknown;
    vocabulary.unknown = 0;
    return vocabulary;
}

TEST(PieceBpe, NeighboursWithoutAPieceAreOneUnknown)
{
    const auto tokenizer =
        PieceBpe::byScore(lettersOnly(), {0, -9, -9, -9, -1, -2, -3}, {}, "letters");
    ASSERT_TRUE(tokenizer.ok());
    const std::vector<TokenId> want = {5, 0, 3};
    EXPECT_EQ((*tokenizer)->encode("axyéb"), want);
    EXPECT_EQ((*tokenizer)->encode("axyéb"), want) << "remembered";
}

TEST(PieceBpe, PiecesMayRunOverWordEnds)
{
    const auto tokenizer =
        PieceBpe::byScore(lettersOnly(), {0, -9, -9, -9, -1, -2, -3}, {}, "letters");
    ASSERT_TRUE(tokenizer.ok());
    EXPECT_EQ((*tokenizer)->encode("b a"), (std::vector<TokenId>{1, 3, 5})) << "▁a is better";
    EXPECT_EQ((*tokenizer)->encode("b b"), (std::vector<TokenId>{1, 6, 3}));
    EXPECT_EQ((*tokenizer)->encode("b▁b"), (std::vector<TokenId>{1, 6, 3}));
}

TEST(PieceBpe, BlanksCollapseWhereTheModelSaysSo)
{
    const auto tokenizer = PieceBpe::byScore(lettersOnly(), {0, -9, -9, -9, -1, -2, -3},
        {.dummyPrefix = true, .collapseBlanks = true}, "letters");
    ASSERT_TRUE(tokenizer.ok());
    EXPECT_EQ((*tokenizer)->encode("  a   a  "), (*tokenizer)->encode("a a"));
    EXPECT_TRUE((*tokenizer)->encode("   ").empty());
}

TEST(PieceBpe, RefusesPiecesOfImpossibleLength)
{
    Vocabulary vocabulary = lettersOnly();
    vocabulary.pieces.push_back(std::string(kLongestPiece + 1, 'a'));
    vocabulary.kinds.push_back(PieceKind::Normal);
    const auto made =
        PieceBpe::byScore(std::move(vocabulary), {0, -9, -9, -9, -1, -2, -3, -4}, {}, "long.gguf");
    ASSERT_FALSE(made.ok());
    EXPECT_THAT(made.error().message, testing::HasSubstr("long.gguf: the piece 7 has 257 bytes"));
}

} // namespace
} // namespace koala
