#include "ui/services/word_diff.h"

#include <algorithm>
#include <cstdint>

namespace koala {

namespace {
constexpr std::size_t kMaxWords = 3000;

std::vector<WordSpan> wordsOf(const QString& text)
{
    std::vector<WordSpan> words;
    int start = -1;
    for (int i = 0; i <= text.size(); ++i) {
        const bool blank = i == text.size() || text[i].isSpace();
        if (!blank && start < 0)
            start = i;
        if (blank && start >= 0) {
            words.push_back({start, i - start});
            start = -1;
        }
    }
    return words;
}

// Joins neighbouring words into one span, so that the blanks between them are marked as well.
std::vector<WordSpan> runsOf(const std::vector<WordSpan>& words, const std::vector<bool>& common)
{
    std::vector<WordSpan> runs;
    bool open = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (common[i]) {
            open = false;
            continue;
        }
        if (open)
            runs.back().length = words[i].start + words[i].length - runs.back().start;
        else
            runs.push_back(words[i]);
        open = true;
    }
    return runs;
}
} // namespace

WordDiff diffWords(const QString& left, const QString& right)
{
    const auto leftWords = wordsOf(left);
    const auto rightWords = wordsOf(right);
    const std::size_t n = std::min(leftWords.size(), kMaxWords);
    const std::size_t m = std::min(rightWords.size(), kMaxWords);
    const auto same = [&](std::size_t i, std::size_t j) {
        return QStringView(left).mid(leftWords[i].start, leftWords[i].length) ==
               QStringView(right).mid(rightWords[j].start, rightWords[j].length);
    };
    // length[i][j] = longest common subsequence of the words from i and from j on.
    std::vector<std::uint16_t> length((n + 1) * (m + 1), 0);
    const auto at = [&](std::size_t i, std::size_t j) -> std::uint16_t& {
        return length[i * (m + 1) + j];
    };
    for (std::size_t i = n; i-- > 0;)
        for (std::size_t j = m; j-- > 0;)
            at(i, j) = same(i, j) ? std::uint16_t(at(i + 1, j + 1) + 1)
                                  : std::max(at(i + 1, j), at(i, j + 1));
    std::vector<bool> leftCommon(leftWords.size(), false);
    std::vector<bool> rightCommon(rightWords.size(), false);
    for (std::size_t i = 0, j = 0; i < n && j < m;) {
        if (same(i, j)) {
            leftCommon[i++] = true;
            rightCommon[j++] = true;
        } else if (at(i + 1, j) >= at(i, j + 1)) {
            ++i;
        } else {
            ++j;
        }
    }
    WordDiff diff;
    diff.onlyLeft = runsOf(leftWords, leftCommon);
    diff.onlyRight = runsOf(rightWords, rightCommon);
    const double total = double(leftWords.size() + rightWords.size());
    diff.difference = total == 0 ? 0 : 1.0 - 2.0 * double(at(0, 0)) / total;
    return diff;
}

} // namespace koala
