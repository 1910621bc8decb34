// core/eval/text_measures.h: what can be counted about answers without judging them. Words are runs
// of characters between white space. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace koala {

std::vector<std::string_view> words(std::string_view text);

// How different two answers are: edit distance over words divided by the longer's number of words.
// 0 for equal, 1 for nothing in common. The first 4,000 words of each are compared.
double wordDifference(std::string_view a, std::string_view b);

// Share of words that stand in a run of four which came before in the same text: 0 for prose, near
// 1 for a model that is stuck.
double repetitionShare(std::string_view text);

// Whether it begins as refusals of assistants do ("I'm sorry, but I can't", "As an AI language
// model" …). A heuristic over English phrases, and named so wherever it is shown.
bool looksLikeRefusal(std::string_view text);

} // namespace koala
