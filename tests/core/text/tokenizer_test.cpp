#include "core/text/tokenizer.h"

#include "core/text/byte_bpe.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_tokenizer.h"

namespace koala {
namespace {

// Four letters, the blank and two merges: "ab", " ab".
Result<std::shared_ptr<const Tokenizer>> smallByteBpe()
{
    Vocabulary vocabulary;
    vocabulary.pieces.push_back("<|end|>");
    vocabulary.kinds.push_back(PieceKind::Control);
    for (int byte = 0; byte < 256; ++byte) {
        const char value = char(byte);
        vocabulary.pieces.push_back(spellBytes(std::string_view(&value, 1)));
        vocabulary.kinds.push_back(PieceKind::Normal);
    }
    for (const char* piece : {"ab", "Ġab"}) {
        vocabulary.pieces.push_back(piece);
        vocabulary.kinds.push_back(PieceKind::Normal);
    }
    return ByteBpe::create(
        std::move(vocabulary), {{"a", "b"}, {"Ġ", "ab"}}, Digits::Apart, "small");
}

TEST(ByteBpe, JoinsByRankAndCutsDigitsApart)
{
    const auto tokenizer = smallByteBpe();
    ASSERT_TRUE(tokenizer.ok());
    EXPECT_EQ((*tokenizer)->encode("ab ab"), (std::vector<TokenId>{257, 258}));
    EXPECT_EQ((*tokenizer)->encode("12").size(), 2u);
    EXPECT_EQ((*tokenizer)->encode(""), std::vector<TokenId>{});
}

TEST(ByteBpe, EveryByteComesBack)
{
    const auto tokenizer = smallByteBpe();
    ASSERT_TRUE(tokenizer.ok());
    const std::string text = "考拉 é 🐨\n\t \x01";
    EXPECT_EQ((*tokenizer)->decode((*tokenizer)->encode(text)), text);
    EXPECT_EQ(
        (*tokenizer)->decode((*tokenizer)->encode("cut \xE4\xB8")), "cut \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(ByteBpe, ReadsNoControlTokenOutOfText)
{
    const auto tokenizer = smallByteBpe();
    ASSERT_TRUE(tokenizer.ok());
    for (const TokenId id : (*tokenizer)->encode("<|end|>"))
        EXPECT_NE(id, 0);
    EXPECT_EQ((*tokenizer)->specialId("<|end|>"), 0);
    EXPECT_EQ((*tokenizer)->specialId("ab"), std::nullopt)
        << "an ordinary piece is no control token";
}

TEST(ByteBpe, LongRunsGiveTheSameAsShortOnes)
{
    const auto tokenizer = smallByteBpe();
    ASSERT_TRUE(tokenizer.ok());
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += "ab";
    const std::vector<TokenId> ids = (*tokenizer)->encode(text);
    EXPECT_EQ(ids, std::vector<TokenId>(5000, 257));
}

TEST(TinyTokenizer, IsTheSameEachTimeAndHasLlamasSettings)
{
    const auto folder = test::temporaryDirectory();
    ASSERT_TRUE(test::trainTinyTokenizer(folder.path() / "tokenizer.model").ok());
    ASSERT_TRUE(test::trainTinyTokenizer(folder.path() / "again.model").ok());
    const auto tokenizer = loadTokenizer(folder.path());
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    const auto again = loadTokenizer(folder.path() / "again.model");
    EXPECT_EQ((*tokenizer)->fingerprint(), (*again)->fingerprint());
    EXPECT_EQ((*tokenizer)->vocabularySize(), 512);
    EXPECT_EQ((*tokenizer)->bosId(), 1);
    EXPECT_EQ((*tokenizer)->eosId(), 2);
    EXPECT_EQ((*tokenizer)->piece(3), "<0x00>");
    EXPECT_TRUE((*tokenizer)->encode("").empty());
    const std::string text = "Two  blanks, 12 and 考拉 🐨";
    EXPECT_EQ((*tokenizer)->decode((*tokenizer)->encode(text)), text);
    for (const TokenId id : (*tokenizer)->encode("</s><s>"))
        EXPECT_FALSE((*tokenizer)->isControl(id));
}

TEST(TinyTokenizer, BrokenFilesGiveAMessage)
{
    const auto folder = test::temporaryDirectory();
    const fs::path good = folder.path() / "tokenizer.model";
    ASSERT_TRUE(test::trainTinyTokenizer(good).ok());
    const std::string bytes = *readFile(good);
    const fs::path broken = folder.path() / "broken.model";
    test::writeText(broken, "");
    EXPECT_FALSE(loadTokenizer(broken).ok());
    test::writeText(broken, "This is a text about koalas.\n");
    EXPECT_FALSE(loadTokenizer(broken).ok());
    EXPECT_FALSE(loadTokenizer(folder.path() / "absent.model").ok());
    for (std::size_t length = 1; length < bytes.size(); length += 97) {
        test::writeText(broken, std::string_view(bytes).substr(0, length));
        const auto loaded = loadTokenizer(broken);
        if (!loaded.ok()) {
            EXPECT_NE(loaded.error().message.find(broken.string()), std::string::npos);
        }
    }
    // Each byte turned over must give a message or a working tokeniser, never an end of the
    // program.
    for (std::size_t at = 0; at < bytes.size(); at += 13) {
        std::string changed = bytes;
        changed[at] = char(~changed[at]);
        test::writeText(broken, changed);
        if (const auto loaded = loadTokenizer(broken); loaded.ok())
            (*loaded)->encode("Hello there, 12 koalas 🐨");
    }
}

} // namespace
} // namespace koala
