#include "core/base/files.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/json.h"
#include "core/base/line_reader.h"
#include "core/base/process.h"
#include "core/base/sha256.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using test::temporaryDirectory;
using test::writeText;

TEST(Files, AnAtomicWriteReplacesTheWholeFileAndLeavesNothingBeside)
{
    const auto folder = temporaryDirectory();
    const fs::path file = folder.path() / "a.json";
    ASSERT_TRUE(writeFileAtomically(file, "one").ok());
    ASSERT_TRUE(writeFileAtomically(file, "two").ok());
    EXPECT_EQ(readFile(file).value(), "two");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(Files, ErrorsNameThePathAndTheReason)
{
    const auto missing = readFile("/nowhere/at/all");
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    EXPECT_THAT(missing.error().message, testing::HasSubstr("/nowhere/at/all"));
    EXPECT_THAT(fileError("write", "x", ENOSPC).message, testing::HasSubstr("Free some space"));
}

TEST(Files, PathsThatLeaveTheirFolderAreRefused)
{
    const auto folder = temporaryDirectory();
    fs::create_directory_symlink("/etc", folder.path() / "link");
    EXPECT_TRUE(pathInside(folder.path(), "a/b.txt").ok());
    for (const char* bad : {"../x", "/etc/passwd", "a/../../x", "a\\b", "", "link/passwd"})
        EXPECT_FALSE(pathInside(folder.path(), bad).ok()) << bad;
}

TEST(Files, SlugsAreSafeNames)
{
    EXPECT_EQ(slugify("My data (v2).json"), "my-data-v2-json");
    EXPECT_EQ(slugify("考拉"), "unnamed");
    EXPECT_TRUE(isSafeName(slugify("../../etc/passwd")));
    EXPECT_FALSE(isSafeName(".."));
    EXPECT_FALSE(isSafeName("-rf"));
}

TEST(Files, ALockIsHeldByOneOwnerAtATime)
{
    const auto folder = temporaryDirectory();
    auto first = FileLock::acquire(folder.path() / ".lock");
    ASSERT_TRUE(first.ok());
    auto second = FileLock::acquire(folder.path() / ".lock");
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::Unavailable);
    {
        FileLock released = std::move(first).value();
    }
    EXPECT_TRUE(FileLock::acquire(folder.path() / ".lock").ok());
}

TEST(LineAppender, CutsATornLastLineAndGoesOnAfterIt)
{
    const auto folder = temporaryDirectory();
    const fs::path file = folder.path() / "events.jsonl";
    writeText(file, "{\"a\":1}\n{\"b\":");
    auto appender = LineAppender::open(file);
    ASSERT_TRUE(appender.ok());
    ASSERT_TRUE(appender->append("{\"c\":3}").ok());
    EXPECT_EQ(readFile(file).value(), "{\"a\":1}\n{\"c\":3}\n");
}

TEST(LineReader, GivesOffsetsAndTellsAnUnfinishedLastLine)
{
    const auto folder = temporaryDirectory();
    const fs::path file = folder.path() / "x";
    writeText(file, "\xEF\xBB\xBF"
                    "one\r\n\ntorn");
    auto reader = LineReader::open(file);
    ASSERT_TRUE(reader.ok());
    Line line;
    ASSERT_TRUE(reader->next(line));
    EXPECT_EQ(line.text, "one");
    ASSERT_TRUE(reader->next(line));
    EXPECT_EQ(line.text, "");
    EXPECT_EQ(line.offset, 8u);
    ASSERT_TRUE(reader->next(line));
    EXPECT_EQ(line.text, "torn");
    EXPECT_FALSE(line.ended);
    EXPECT_FALSE(reader->next(line));
    EXPECT_TRUE(reader->status().ok());
}

TEST(Json, RefusesWhatIsNoJsonAndNamesThePlace)
{
    const auto broken = parseJson("{\"a\": ", "line 7");
    ASSERT_FALSE(broken.ok());
    EXPECT_THAT(broken.error().message, testing::StartsWith("line 7: not valid JSON"));
    EXPECT_FALSE(parseJson(std::string(100000, '['), "deep").ok());
    EXPECT_TRUE(parseJson("\xEF\xBB\xBF{}", "with a mark").ok());
}

TEST(Sha256, MatchesThePublishedVector)
{
    EXPECT_EQ(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Utf8, BrokenBytesBecomeReplacementCharacters)
{
    EXPECT_EQ(toValidUtf8("a\xC3(\xE2\x82"), "a\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_FALSE(isValidUtf8("\xED\xA0\x80"));
    EXPECT_EQ(completeUtf8Prefix("ab\xE2\x82"), 2u);
    EXPECT_EQ(completeUtf8Prefix("ab\xE2\x82\xAC"), 5u);
    EXPECT_EQ(elided("kö4la", 3), "kö4…");
}

TEST(Time, WhatIsWrittenIsReadBack)
{
    const auto time = parseUtc("2026-11-22T10:15:30.123Z");
    ASSERT_TRUE(time.ok());
    EXPECT_EQ(formatUtc(*time), "2026-11-22T10:15:30.123Z");
    EXPECT_EQ(parseUtc("2026-11-22T12:15:30.123+02:00").value(), *time);
    EXPECT_FALSE(parseUtc("yesterday").ok());
}

TEST(ChildProcess, RunsWithoutAShellAndTellsWhatIsMissing)
{
    EXPECT_EQ(runAndCapture({.arguments = {"echo", "$HOME; ls"}}).value(), "$HOME; ls\n");
    const auto missing = ChildProcess::start({.arguments = {"no-such-program-here"}});
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    EXPECT_FALSE(runAndCapture({.arguments = {"false"}}).ok());
}

} // namespace
} // namespace koala
