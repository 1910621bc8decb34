#include "core/study/journal.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary.h"

namespace koala {
namespace {

Vote vote(const std::string& item, Better better)
{
    Vote made;
    made.study = "s";
    made.item = item;
    made.rater = "me";
    made.left = "base";
    made.right = "tuned";
    made.better = better;
    return made;
}

class Journal : public testing::Test {
protected:
    void fill(int count)
    {
        auto writer = JournalWriter::open(file);
        ASSERT_TRUE(writer.ok()) << writer.error().message;
        for (int i = 0; i < count; ++i)
            ASSERT_TRUE(writer->append(vote("p" + std::to_string(i), Better::Right)).ok());
    }
    std::string text() const { return readFile(file).valueOr(""); }

    TemporaryDirectory folder = test::temporaryDirectory();
    fs::path file = folder.path() / "study" / "journal.jsonl";
};

TEST_F(Journal, KeepsEveryVoteAndCountsTheLastOfEachItem)
{
    auto writer = JournalWriter::open(file);
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    const std::vector<std::pair<std::string, Better>> cast{{"a", Better::Left},
        {"b", Better::Right}, {"c", Better::Tie}, {"a", Better::Right}, {"d", Better::BothBad},
        {"b", Better::Skip}};
    for (const auto& [item, better] : cast)
        ASSERT_TRUE(writer->append(vote(item, better)).ok());
    const auto contents = readJournal(file);
    ASSERT_TRUE(contents.ok()) << contents.error().message;
    ASSERT_EQ(contents->votes.size(), 6u);
    EXPECT_EQ(contents->votes[3].seq, 4u);
    EXPECT_FALSE(contents->votes[3].time.empty());
    const auto standing = standingVotes(contents->votes);
    EXPECT_EQ(countRight(standing), (PreferenceCounts{1, 1, 0, 1}));
    const auto groups = countRightByGroup(standing, {{"a", "Writing"}, {"c", "Writing"}});
    EXPECT_EQ(groups.at("Writing"), (PreferenceCounts{1, 1, 0, 0}));
    EXPECT_EQ(groups.at(""), (PreferenceCounts{0, 0, 0, 1}));
}

TEST_F(Journal, CutsATornLastLineOffAndGoesOn)
{
    fill(3);
    const std::string whole = text();
    for (std::size_t keep = 1; keep < 40; keep += 7) {
        test::writeText(file, whole + whole.substr(0, keep));
        const auto seen = readJournal(file);
        ASSERT_TRUE(seen.ok()) << seen.error().message;
        EXPECT_TRUE(seen->tornTail);
        EXPECT_EQ(seen->votes.size(), 3u);
        auto writer = JournalWriter::open(file);
        ASSERT_TRUE(writer.ok()) << writer.error().message;
        EXPECT_EQ(writer->append(vote("later", Better::Tie))->seq, 4u);
        EXPECT_EQ(readJournal(file)->votes.size(), 4u);
    }
}

TEST_F(Journal, NoticesEveryChangedRemovedAndSwappedLine)
{
    fill(4);
    const std::string whole = text();
    std::size_t caught = 0;
    std::size_t tried = 0;
    const std::size_t lastLine = whole.rfind('\n', whole.size() - 2) + 1;
    for (std::size_t i = 0; i < lastLine; i += 5) { // a line is sealed by the one after it
        std::string changed = whole;
        changed[i] = changed[i] == 'x' ? 'y' : 'x';
        test::writeText(file, changed);
        ++tried;
        caught += !readJournal(file).ok();
    }
    EXPECT_EQ(caught, tried);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < whole.size(); at = whole.find('\n', at) + 1)
        lines.push_back(whole.substr(at, whole.find('\n', at) + 1 - at));
    test::writeText(file, lines[0] + lines[2] + lines[3]);
    const auto removed = readJournal(file);
    ASSERT_FALSE(removed.ok());
    EXPECT_NE(removed.error().message.find("line 2"), std::string::npos) << removed.error().message;
    test::writeText(file, lines[0] + lines[2] + lines[1] + lines[3]);
    EXPECT_FALSE(readJournal(file).ok());
    EXPECT_FALSE(JournalWriter::open(file).ok()); // nothing is added to a broken one
}

TEST_F(Journal, HasOneWriterAtATime)
{
    auto first = JournalWriter::open(file);
    ASSERT_TRUE(first.ok());
    const auto second = JournalWriter::open(file);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::Unavailable);
}

TEST_F(Journal, LosesNoAcknowledgedVoteWhenItsWriterIsKilled)
{
    for (int round = 0; round < 10; ++round) {
        int told[2];
        ASSERT_EQ(::pipe(told), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            auto writer = JournalWriter::open(file);
            while (writer.ok()) {
                const auto done = writer->append(vote("x", Better::Tie));
                if (!done.ok() || ::write(told[1], &done->seq, sizeof done->seq) <= 0)
                    break;
            }
            ::_exit(1);
        }
        ::close(told[1]);
        std::uint64_t acknowledged = 0;
        for (int i = 0; i <= round * 3; ++i)
            ASSERT_EQ(
                ::read(told[0], &acknowledged, sizeof acknowledged), ssize_t(sizeof acknowledged));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        std::uint64_t later = 0;
        while (::read(told[0], &later, sizeof later) > 0)
            acknowledged = later;
        ::close(told[0]);
        const auto contents = readJournal(file);
        ASSERT_TRUE(contents.ok()) << contents.error().message;
        EXPECT_GE(contents->votes.size(), acknowledged);
    }
}

} // namespace
} // namespace koala
