#include "core/data/conversation_line.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

// What the careful reader, which goes through a JSON tree, says of the same line.
std::string carefully(const std::string& line)
{
    const auto conversation = conversationFromJson(*parseJson(line, "the line"), "the line");
    EXPECT_TRUE(conversation.ok()) << line;
    return conversation.ok() ? toJson(*conversation).dump() : std::string();
}

TEST(ConversationLine, GivesWhatTheCarefulReaderGives)
{
    for (const std::string line :
        {R"({"uid":"00ff","source":"s","row":17,"part":1,"turns":[{"role":"user","text":"a\n\u00e9\ud83d\udc28"},{"role":"assistant","text":"b","trained":false}],"system":"brief","split":"test","feedback":"negative","tags":{"language":"en"},"meta":{"id":"x","score":0.1,"list":[1,-2,3.5e-7,null,true]}})",
            R"({"turns":[{"role":"user","text":"q"},{"role":"assistant","text":"a"}],"pair":{"id":"p","rank":"chosen","score":8}})",
            R"({"turns":[{"role":"user","text":"q"},{"role":"assistant","text":"a"}],"pair":{"id":"p","rank":"rejected","score":-0.30000000000000004}})",
            R"({"turns":[{"role":"user","text":"q"}],"pair":{"rank":"tie","score":null},"feedback":"positive"})",
            R"({"turns":[{"role":"context","text":"c"},{"role":"tool","text":"t","trained":true},{"role":"system","text":"s"},{"role":"assistant","text":"","trained":true}],"row":-3,"meta":{},"tags":7})",
            R"({"turns":[{"role":"user","text":"q"}],"meta":{"big":123456789012345678901234567890}})"}) {
        const auto quick = conversationFromLine(line, "made", 4);
        ASSERT_TRUE(quick.ok()) << line << ": " << quick.error().message;
        EXPECT_EQ(toJson(*quick).dump(), carefully(line));
    }
}

TEST(ConversationLine, SaysOfWhichRowALineIsBroken)
{
    for (const char* line : {"", "{", "[]", R"({"turns":[]})", R"({"turns":[{"role":"user"}]})",
             R"({"turns":[{"role":"nobody","text":"x"}]})",
             R"({"turns":[{"role":"user","text":"x"}],"pair":{"rank":"best"}})"}) {
        const auto read = conversationFromLine(line, "made", 4);
        ASSERT_FALSE(read.ok()) << line;
        EXPECT_NE(read.error().message.find("dataset made row 5"), std::string::npos)
            << read.error().message;
    }
}

} // namespace
} // namespace koala
