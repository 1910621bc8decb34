#include "core/data/formats/field_program.h"

#include <gmock/gmock.h>

namespace koala {
namespace {

TEST(FieldProgram, ReadsTheWholeLanguage)
{
    const auto fields =
        parseFieldProgram("<|bos|>,[marker_user+human_0+marker_gpt],gpt_1,<|eos|>,[<|eos|>],"
                          "<|123|>,{ids},[{more}]");
    ASSERT_TRUE(fields.ok()) << fields.error().message;
    ASSERT_EQ(fields->size(), 8u);
    using Kind = ProgramField::Kind;
    const Kind kinds[] = {Kind::Bos, Kind::Text, Kind::Text, Kind::Eos, Kind::Eos, Kind::TokenId,
        Kind::TokenArray, Kind::TokenArray};
    const bool trained[] = {true, false, true, true, false, true, true, false};
    for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_EQ((*fields)[i].kind, kinds[i]) << i;
        EXPECT_EQ((*fields)[i].trained, trained[i]) << i;
    }
    EXPECT_THAT((*fields)[1].keys, testing::ElementsAre("marker_user", "human_0", "marker_gpt"));
    EXPECT_EQ((*fields)[5].tokenId, 123);
    EXPECT_THAT((*fields)[7].keys, testing::ElementsAre("more"));
    // No white space is taken away: it belongs to the key, as in EasyLM.
    EXPECT_THAT((*parseFieldProgram("a, b"))[1].keys, testing::ElementsAre(" b"));
}

TEST(FieldProgram, NamesTheFieldThatIsWrong)
{
    const std::pair<const char*, const char*> cases[] = {
        {"", "field 1 of the program: it is empty"},
        {"a,,b", "field 2 of the program: it is empty"},
        {"a,", "field 2 of the program: it is empty"},
        {"[a", "bracket is not closed"},
        {"a]", "closes a bracket that it did not open"},
        {"[]", "nothing is between its brackets"},
        {"a++b", "a key is empty beside"},
        {"[a+]", "a key is empty beside"},
        {"[[a]]", "holds a bracket"},
        {"<|pad|>", "neither <|bos|>, <|eos|> nor a token id"},
        {"<|-1|>", "neither <|bos|>, <|eos|> nor a token id"},
        {"a+<|eos|>", "cannot be joined"},
        {"{ids", "brace is not closed"},
        {"{}", "has no key in it"},
    };
    for (const auto& [program, reason] : cases) {
        const auto fields = parseFieldProgram(program);
        ASSERT_FALSE(fields.ok()) << program;
        EXPECT_THAT(fields.error().message, testing::HasSubstr(reason)) << program;
    }
}

} // namespace
} // namespace koala
