// The JSON test suite beside the checkout with this project's decisions (policy-i.tsv and
// policy-transform.tsv there): the same verdict as a record, as a whole file and as a line of JSON
// Lines. And what the suite lacks: values past the limits.
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>

#include "core/base/utf8.h"
#include "core/data/formats/record_reader.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

std::map<std::string, std::string> readPolicy(const fs::path& path)
{
    std::map<std::string, std::string> policy;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        const std::size_t tab = line.find('\t');
        policy[line.substr(0, tab)] = line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1);
    }
    return policy;
}

// accept, accept-repair or reject, of everything a reader gives of a text.
std::string verdictOfFile(const std::string& text, const fs::path& path)
{
    if (!formOf(text, path).ok())
        return "reject";
    RecordReader reader(memorySource(text));
    std::string verdict = "accept";
    for (RawRecord raw; reader.next(raw);) {
        RecordFlags flags;
        if (!raw.problem.empty() || !parseRecord(raw.text, &flags).ok()) {
            reader.reject();
            verdict = "reject";
        } else if (flags.repairedSurrogates > 0 && verdict == "accept") {
            verdict = "accept-repair";
        }
    }
    return verdict;
}

// The same as one of three lines; "" for what cannot be one line.
std::string verdictOfLine(const std::string& text)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    if (first == std::string::npos ||
        text.substr(first, last - first + 1).find('\n') != std::string::npos)
        return "";
    const std::string lines =
        "{\"line\":1}\n" + text.substr(first, last - first + 1) + "\n{\"line\":3}\n";
    RecordReader reader(memorySource(lines));
    std::string verdict;
    int good = 0;
    for (RawRecord raw; reader.next(raw);) {
        RecordFlags flags;
        const bool ok = raw.problem.empty() && parseRecord(raw.text, &flags).ok();
        if (raw.line == 2)
            verdict = !ok ? "reject" : flags.repairedSurrogates > 0 ? "accept-repair" : "accept";
        else
            good += ok;
        if (!ok)
            reader.reject();
    }
    EXPECT_EQ(good, 2) << "the lines around it are lost";
    return verdict;
}

TEST(JsonSuite, EveryFileGetsTheSameVerdictEverywhere)
{
    KOALA_SHARED_OR_SKIP(shared);
    const fs::path suite = shared / "data/json-test-suite";
    const auto policy = readPolicy(suite / "policy-i.tsv");
    int files = 0;
    std::chrono::duration<double, std::milli> slowest{0};
    for (const auto& entry : fs::directory_iterator(suite / "test_parsing")) {
        ++files;
        const std::string text = *readFile(entry.path());
        const std::string name = entry.path().filename().string();
        std::string want = name.starts_with("y_") ? "accept" : "reject";
        if (name.starts_with("i_"))
            want = policy.at(name);
        if (name.starts_with("y_object_duplicated_key"))
            want = "reject"; // of records, by policy-transform.tsv
        const auto start = std::chrono::steady_clock::now();
        EXPECT_EQ(verdictOfFile(text, entry.path()), want) << name;
        slowest = std::max(slowest, {std::chrono::steady_clock::now() - start});
        const bool mark = text.starts_with("\xEF\xBB\xBF"); // of a file only, not of a line
        if (const std::string line = verdictOfLine(text); !line.empty()) {
            EXPECT_EQ(line, mark ? "reject" : want) << name;
        }
    }
    EXPECT_EQ(files, 318);
    std::cout << fmt::format("the slowest file took {:.2f} ms\n", slowest.count());
}

TEST(JsonSuite, ValuesAreKeptAsThePolicySays)
{
    KOALA_SHARED_OR_SKIP(shared);
    const fs::path suite = shared / "data/json-test-suite";
    const auto policy = readPolicy(suite / "policy-transform.tsv");
    int files = 0;
    for (const auto& entry : fs::directory_iterator(suite / "test_transform")) {
        ++files;
        const std::string name = entry.path().filename().string();
        EXPECT_EQ(verdictOfFile(*readFile(entry.path()), entry.path()), policy.at(name)) << name;
    }
    EXPECT_EQ(files, 22);
    const auto valueOf = [&](const char* name, RecordFlags& flags) {
        const auto value = parseRecord(*readFile(suite / "test_transform" / name), &flags);
        EXPECT_TRUE(value.ok()) << name;
        return value.ok() ? value->front().dump() : "";
    };
    RecordFlags flags;
    EXPECT_EQ(valueOf("number_-9223372036854775808.json", flags), "-9223372036854775808");
    EXPECT_EQ(valueOf("number_9223372036854775807.json", flags), "9223372036854775807");
    EXPECT_EQ(flags.bigIntegers, 0u);
    EXPECT_EQ(valueOf("number_1.0.json", flags), "1.0");
    EXPECT_EQ(valueOf("number_10000000000000000999.json", flags), "10000000000000000999");
    EXPECT_EQ(valueOf("number_-9223372036854775809.json", flags), "\"-9223372036854775809\"");
    EXPECT_EQ(flags.bigIntegers, 1u);
    EXPECT_EQ(valueOf("number_1.000000000000000005.json", flags), "1.0");
    EXPECT_EQ(flags.lostDigits, 1u);
    EXPECT_EQ(valueOf("number_1e-999.json", flags), "0.0");
    EXPECT_EQ(flags.underflows, 1u);
    EXPECT_EQ(
        valueOf("string_2_escaped_invalid_codepoints.json", flags), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(flags.repairedSurrogates, 2u);
    EXPECT_EQ(valueOf("string_with_escaped_NULL.json", flags), "\"A\\u0000B\"");
    const auto keys =
        parseRecord(*readFile(suite / "test_transform/object_key_nfc_nfd.json"), &flags);
    ASSERT_TRUE(keys.ok());
    EXPECT_EQ(keys->size(), 2u);
    EXPECT_EQ(flags.lookAlikeKeys, 1u);
}

std::string manyKeys(int count)
{
    std::string text = "{";
    for (int i = 0; i < count; ++i)
        text += fmt::format("{}\"k{}\":0", i == 0 ? "" : ",", i);
    return text + "}";
}

TEST(JsonLimits, WhatIsPastALimitIsRefusedWithTheLimitAndThePlace)
{
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    struct Case {
        std::string text;
        const char* limit;
        const char* place;
    };
    const Case cases[] = {
        {nested(129), "128 levels", "byte 129"},
        {nested(100'000), "128 levels", "byte 129"},
        {nested(1'000'000), "128 levels", "byte 129"},
        {std::string(1'000'000, '['), "128 levels", "byte 129"},
        {manyKeys(1'000'000), "65536 keys", "byte "},
        {"[" + std::string(1'000'000, '7') + "]", "4096 characters", "byte 1000001"},
        {"{\"" + std::string(1 << 20, 'k') + "\":1}", "64 KiB", "byte 1048579"},
    };
    for (const Case& bad : cases) {
        const auto start = std::chrono::steady_clock::now();
        const auto record = parseRecord(bad.text);
        const auto taken = std::chrono::steady_clock::now() - start;
        ASSERT_FALSE(record.ok());
        EXPECT_NE(record.error().message.find(bad.limit), std::string::npos)
            << record.error().message;
        EXPECT_NE(record.error().message.find(bad.place), std::string::npos)
            << record.error().message;
        RecordProperty(
            bad.limit, int(std::chrono::duration_cast<std::chrono::milliseconds>(taken).count()));
    }
    EXPECT_TRUE(parseRecord(nested(128)).ok());
    EXPECT_TRUE(parseRecord(manyKeys(60'000)).ok());
    EXPECT_FALSE(parseRecord(R"({"a":{"b":1},"a":2})").ok());
}

TEST(JsonLimits, IntegersOfAnyLengthKeepTheirDigits)
{
    for (const std::size_t digits : {20, 308, 309, 310, 4095}) {
        const std::string number = "-" + std::string(digits, '9');
        RecordFlags flags;
        const auto record =
            parseRecord(R"({"n\":":)" + number + ",\"m\":[ " + number + "\n]}", &flags);
        ASSERT_TRUE(record.ok()) << digits << ": " << record.error().message;
        EXPECT_EQ(record->at("n\":"), number) << digits;
        EXPECT_EQ(record->at("m")[0], number) << digits;
        EXPECT_EQ(flags.bigIntegers, 2u) << digits;
    }
    const std::string digits(400, '9');
    RecordFlags flags;
    EXPECT_EQ(parseRecord("\"" + digits + "\"", &flags)->get<std::string>(), digits);
    EXPECT_EQ(flags.bigIntegers, 0u) << "a text is none";
    for (const std::string& bad :
        {"{" + digits + ":1}", "{" + digits + " \n:1}", "[0" + digits + "]", "[-0" + digits + "]",
            "[" + digits + ".0]", "[" + digits + "e0]", "[+" + digits + "]",
            "[" + digits + digits.substr(1) + " " + digits + "]", "[\"" + digits, digits + "\""})
        EXPECT_FALSE(parseRecord(bad).ok()) << bad.substr(0, 8);
}

TEST(JsonLimits, ARecordThatIsTooLongCostsNoOther)
{
    const std::string big =
        "{\"t\":\"" + std::string(RecordStream::kMaxRecordBytes + (3u << 20), 'x') + "\"}";
    for (const auto& [before, between, after] :
        {std::tuple("[{\"a\":1},", ",", "]"), std::tuple("{\"a\":1}\n", "\n", "\n")}) {
        const std::string text = before + big + between + "{\"a\":3}" + after;
        RecordReader reader(memorySource(text));
        std::vector<std::string> good;
        std::vector<std::string> problems;
        for (RawRecord raw; reader.next(raw);)
            if (raw.problem.empty())
                good.emplace_back(raw.text);
            else
                problems.push_back(raw.problem), reader.reject();
        EXPECT_EQ(good, (std::vector<std::string>{"{\"a\":1}", "{\"a\":3}"}));
        ASSERT_EQ(problems.size(), 1u);
        EXPECT_NE(problems[0].find("64 MiB"), std::string::npos);
    }
}

} // namespace
} // namespace koala
