// Files of every kind with a few bytes changed, by a generator with a fixed seed: whatever comes of
// them, the readers end, name a reason in a few words, and what they keep can be stored. Run in the
// ordinary build and under the sanitizers. KOALA_MUTANTS=5000 makes more of each file than the
// default, KOALA_MUTANT_SEED other ones.
#include <random>

#include "core/base/utf8.h"
#include "core/data/formats/field_program.h"
#include "core/data/formats/import_preview.h"
#include "core/data/formats/record_reader.h"
#include "tests/support/packed.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

constexpr std::size_t kSeedBytes = 4096; // of each file, so that a mutant is read in no time

std::size_t numberOr(const char* variable, std::size_t otherwise)
{
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What files are broken with: marks of JSON, CSV and field programs, escapes, bytes that are no
// text.
const std::vector<std::string>& fragments()
{
    using namespace std::string_literals;
    static const std::vector<std::string> all{"\"", "\\", "{", "}", "[", "]", ",", ":", "\n",
        "\r\n", "\0"s, "\xEF\xBB\xBF", "\xFF", "\xC3", "\xED\xA0\x80", "\\u0000", "\\ud800",
        "\\udc00\\ud800", "null", "-", "1e999", "-0", "0.1", std::string(400, '9'),
        std::string(200, '['), "\"\":", "{}",
        "<human>:", "<bot>:", "\n\nHuman: ", "\n\nAssistant: ", "\"from\":\"gpt\"",
        "\"value\":", "\"role\":\"tool\"", "<|eos|>", "<|", "+", "marker_gpt_bad", "\xE2\x80\xAE",
        "\t", ";", "''"};
    return all;
}

class Mutator {
public:
    Mutator() : m_random(numberOr("KOALA_MUTANT_SEED", 1)) {}

    std::string mutant(const std::string& seed, const std::string& other)
    {
        std::string text = seed;
        for (std::size_t changes = 1 + below(4); changes > 0; --changes)
            change(text, other);
        return text;
    }
    std::size_t below(std::size_t limit)
    {
        return limit == 0 ? 0 : std::size_t(m_random() % limit);
    }

private:
    void change(std::string& text, const std::string& other)
    {
        const std::size_t at = below(text.size() + 1);
        switch (below(7)) {
        case 0: // a byte is another
            if (at < text.size())
                text[at] = char(below(256));
            break;
        case 1: // a bit is another
            if (at < text.size())
                text[at] = char(text[at] ^ (1 << below(8)));
            break;
        case 2:
            text.erase(at, below(64));
            break;
        case 3:
            text.insert(at, text.substr(below(text.size() + 1), below(256)));
            break;
        case 4: // cut short
            text.resize(at);
            break;
        case 5: // two files in one
            text.insert(at, other.substr(below(other.size() + 1), below(512)));
            break;
        default:
            text.insert(at, fragments()[below(fragments().size())]);
        }
    }
    std::mt19937_64 m_random;
};

std::vector<std::string> textsOfFolder(const fs::path& folder)
{
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().extension() != ".parquet")
            paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> texts;
    for (const fs::path& path : paths)
        if (auto text = readUnpackedHead(path, kSeedBytes); text.ok())
            texts.push_back(std::move(*text));
    return texts;
}

std::vector<std::string> seeds()
{
    const fs::path source(KOALA_SOURCE_DIR);
    std::vector<std::string> all = textsOfFolder(source / "tests/data/made");
    for (std::string& text : textsOfFolder(source / "datasets/starter"))
        all.push_back(std::move(text));
    if (const auto shared = test::sharedDirectory())
        for (const char* folder : {"sharegpt", "alpaca", "hh_rlhf", "oasst", "hc3"})
            for (std::string& text : textsOfFolder(*shared / "data" / folder))
                all.push_back(std::move(text));
    return all;
}

void expectReason(const std::string& message, const std::string& mutant)
{
    EXPECT_FALSE(message.empty()) << mutant;
    EXPECT_LT(message.size(), 2000u) << message;
    EXPECT_TRUE(isValidUtf8(message)) << message;
}

// As a record is kept: one line that reads back as the same texts.
void expectStorable(const Conversation& conversation)
{
    const std::string line = toLine(toJson(conversation));
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const Json json = Json::parse(line, nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << line;
    const auto back = conversationFromJson(json, "the line");
    ASSERT_TRUE(back.ok()) << back.error().message;
    ASSERT_EQ(back->turns.size(), conversation.turns.size());
    for (std::size_t i = 0; i < back->turns.size(); ++i)
        EXPECT_EQ(back->turns[i].text, conversation.turns[i].text);
}

class MutatedInput : public testing::Test {
protected:
    // Conversations kept; every other piece has a reason.
    std::size_t preview(
        const std::string& bytes, const std::string& format = "", const ColumnMap& columns = {})
    {
        const fs::path file = m_folder.path() / "mutant";
        test::writeText(file, bytes);
        const auto made = previewImport(file, format, columns, 50);
        if (!made.ok()) {
            expectReason(made.error().message, bytes);
            return 0;
        }
        for (const std::string& problem : made->problems)
            expectReason(problem, bytes);
        for (const Conversation& conversation : made->conversations)
            expectStorable(conversation);
        return made->conversations.size();
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
    Mutator m_mutator;
    const std::vector<std::string> m_seeds = seeds();
};

TEST_F(MutatedInput, OfEveryKindEndsInConversationsOrReasons)
{
    const std::size_t rounds = numberOr("KOALA_MUTANTS", 40);
    std::size_t kept = 0;
    for (const std::string& seed : m_seeds)
        for (std::size_t round = 0; round < rounds && !HasFailure(); ++round)
            kept += preview(m_mutator.mutant(seed, m_seeds[m_mutator.below(m_seeds.size())]));
    EXPECT_GT(kept, rounds * m_seeds.size() / 4) << "most mutants were only refused";
}

// A user may name any kind for any file.
TEST_F(MutatedInput, ReadAsAnotherKindEndsToo)
{
    const std::size_t rounds = numberOr("KOALA_MUTANTS", 40);
    for (const ImporterInfo& importer : importers())
        for (std::size_t round = 0; round < rounds && !HasFailure(); ++round) {
            const std::string& seed = m_seeds[m_mutator.below(m_seeds.size())];
            preview(m_mutator.mutant(seed, seed), std::string(importer.id));
        }
}

TEST_F(MutatedInput, TablesWithColumnsEndToo)
{
    const std::string table =
        *readFile(fs::path(KOALA_SOURCE_DIR) / "tests/data/made/table.made.csv");
    const ColumnMap columns = *ColumnMap::parse("user=question,assistant=answer");
    std::size_t kept = 0;
    for (std::size_t round = 0; round < 10 * numberOr("KOALA_MUTANTS", 40) && !HasFailure();
        ++round)
        kept += preview(m_mutator.mutant(table, table), "", columns);
    EXPECT_GT(kept, 0u);
}

TEST_F(MutatedInput, PackedFilesEndToo)
{
    std::size_t kept = 0;
    for (const std::string& seed : m_seeds)
        for (const std::string& packed : {test::gzipped(seed), test::zstandard(seed)})
            for (std::size_t round = 0; round < numberOr("KOALA_MUTANTS", 40) / 8 + 1; ++round)
                kept += preview(m_mutator.mutant(packed, packed));
    EXPECT_GT(kept, 0u) << "changes behind the records' own bytes are survived";
}

TEST(MutatedPrograms, AreReadOrRefusedWithAReason)
{
    Mutator mutator;
    const std::string programs[] = {"[marker_user+human_0+marker_gpt],gpt_1,<|eos|>,[marker_user+"
                                    "human_2+marker_gpt],gpt_3,<|eos|>",
        "[<|bos|>],<|17|>,[{ids}],text+more,<|eos|>"};
    std::size_t read = 0;
    const std::size_t rounds = 100 * numberOr("KOALA_MUTANTS", 40);
    for (std::size_t round = 0; round < rounds; ++round) {
        const std::string program = // a value of JSON: text
            toValidUtf8(mutator.mutant(programs[round % 2], programs[0]));
        const auto fields = parseFieldProgram(program);
        if (!fields.ok()) {
            expectReason(fields.error().message, program);
            continue;
        }
        ++read;
        for (const ProgramField& field : *fields) {
            EXPECT_EQ(field.kind == ProgramField::Kind::Text,
                !field.keys.empty() && field.kind != ProgramField::Kind::TokenArray)
                << program;
            EXPECT_GE(field.tokenId, 0) << program;
        }
    }
    EXPECT_GT(read, rounds / 20);
    EXPECT_LT(read, rounds);
}

} // namespace
} // namespace koala
