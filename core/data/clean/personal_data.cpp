#include "core/data/clean/personal_data.h"

#include <algorithm>
#include <array>

#include <re2/re2.h>

namespace koala {
namespace {

struct Pattern {
    PersonalKind kind;
    const char* expression;
};
// In this order: what an earlier one found, a later one does not look at.
constexpr std::array kPatterns{
    Pattern{PersonalKind::Key,
        R"((\bsk-[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|)"
        R"(\bxox[baprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}|\bhf_[A-Za-z0-9]{30,}|)"
        R"(-----BEGIN [A-Z ]*PRIVATE KEY-----))"},
    Pattern{PersonalKind::Email,
        R"((\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b))"},
    Pattern{PersonalKind::Card, R"((\b(?:[0-9][ -]?){12,18}[0-9]\b))"},
    Pattern{PersonalKind::Phone,
        R"(((?:\+[0-9]{1,3}[ .-]?)?(?:\([0-9]{2,4}\) ?|\b[0-9]{2,4}[ .-])[0-9]{3,4}[ .-][0-9]{3,4}\b|)"
        R"(\+[0-9]{9,15}\b))"}};

const RE2& expressionOf(std::size_t pattern)
{
    static const std::array<RE2, kPatterns.size()> kExpressions{kPatterns[0].expression,
        kPatterns[1].expression, kPatterns[2].expression, kPatterns[3].expression};
    return kExpressions[pattern];
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// Digits beside it, with or without a sign between, mean a longer number: a version, a decimal, an
// address of a machine.
bool standsAlone(std::string_view text, std::size_t begin, std::size_t end)
{
    constexpr std::string_view kSigns = " .-_/";
    const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
    const auto isSign = [&](char c) {
        return c != '\0' && kSigns.find(c) != std::string_view::npos;
    };
    const bool before =
        begin > 0 && (isDigit(text[begin - 1]) ||
                         (isSign(text[begin - 1]) && begin > 1 && isDigit(text[begin - 2])));
    const bool after = isDigit(at(end)) || (isSign(at(end)) && isDigit(at(end + 1)));
    return !before && !after;
}

bool isMeant(PersonalKind kind, std::string_view text, std::size_t begin, std::size_t end)
{
    const std::string_view found = text.substr(begin, end - begin);
    if (kind == PersonalKind::Card)
        return standsAlone(text, begin, end) && passesLuhn(found);
    if (kind != PersonalKind::Phone)
        return true;
    const auto digits = std::count_if(found.begin(), found.end(), isDigit);
    return digits >= 9 && digits <= 15 && standsAlone(text, begin, end);
}

} // namespace

bool passesLuhn(std::string_view digits)
{
    int sum = 0;
    int count = 0;
    bool different = false;
    int first = -1;
    for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
        if (!isDigit(*at))
            continue;
        const int digit = *at - '0';
        different = different || (first >= 0 && digit != first);
        first = digit;
        const int doubled = 2 * digit;
        sum += count % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
        ++count;
    }
    return different && count >= 13 && count <= 19 && sum % 10 == 0;
}

std::vector<PersonalFinding> findPersonalData(std::string_view text)
{
    std::vector<PersonalFinding> found;
    for (std::size_t pattern = 0; pattern < kPatterns.size(); ++pattern) {
        const PersonalKind kind = kPatterns[pattern].kind;
        if (kind == PersonalKind::Email && text.find('@') == std::string_view::npos)
            continue;
        re2::StringPiece rest(text.data(), text.size());
        re2::StringPiece match;
        while (RE2::FindAndConsume(&rest, expressionOf(pattern), &match)) {
            const auto begin = std::size_t(match.data() - text.data());
            const std::size_t end = begin + match.size();
            const bool overlaps =
                std::any_of(found.begin(), found.end(), [&](const PersonalFinding& other) {
                    return begin < other.end && other.begin < end;
                });
            if (!overlaps && isMeant(kind, text, begin, end))
                found.push_back({kind, std::uint32_t(begin), std::uint32_t(end)});
        }
    }
    std::sort(found.begin(), found.end(),
        [](const PersonalFinding& a, const PersonalFinding& b) { return a.begin < b.begin; });
    return found;
}

} // namespace koala
