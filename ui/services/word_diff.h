// ui/services/word_diff.h: which words of two answers the other one lacks. Pure functions; any
// thread.
#pragma once

#include <vector>

#include <QString>

namespace koala {

struct WordSpan {
    int start = 0;
    int length = 0;
    bool operator==(const WordSpan&) const = default;
};

struct WordDiff {
    std::vector<WordSpan> onlyLeft; // runs of words, with the blanks between them
    std::vector<WordSpan> onlyRight;
    // 1 - 2·common / (words left + words right): 0 equal, 1 nothing in common; both empty: 0.
    double difference = 0;
};

// Longest common subsequence of words. Texts beyond 3,000 words a side are compared on their first
// 3,000, the rest counts as different.
WordDiff diffWords(const QString& left, const QString& right);

} // namespace koala
