// core/metrics/language.h: which language a text is in, told offline by CLD2's n-gram tables. Pure;
// any thread.
//
// A guess, and a poor one for a few words: those give "un" (unknown), which callers must not take
// for a foreign language.
#pragma once

#include <string>
#include <string_view>

namespace koala {

struct DetectedLanguage {
    std::string code = "un"; // ISO 639: "en", "zh", "zh-Hant"; "un" where nothing can be said
    double share = 0.0;      // of the text's letters that are in this language, 0 to 1
    bool reliable = false;   // CLD2's own judgement
};

// The text must be valid UTF-8, as all texts of a dataset are; it is taken as plain text, whatever
// markup it holds. Of a long text the first 64 KiB are looked at.
DetectedLanguage detectLanguage(std::string_view utf8);

} // namespace koala
