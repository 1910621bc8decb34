#include "core/metrics/language.h"

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::size_t kLookedAt = std::size_t(64) << 10;

} // namespace

DetectedLanguage detectLanguage(std::string_view utf8)
{
    if (utf8.size() > kLookedAt) {
        utf8 = utf8.substr(0, kLookedAt);
        utf8 = utf8.substr(0, completeUtf8Prefix(utf8));
    }
    if (utf8.empty())
        return {};
    CLD2::Language languages[3] = {};
    int percents[3] = {};
    double scores[3] = {};
    int textBytes = 0;
    bool reliable = false;
    int validBytes = 0;
    const CLD2::CLDHints hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    // The checking form: a broken text gives "un" rather than a read past its end.
    const CLD2::Language language =
        CLD2::ExtDetectLanguageSummaryCheckUTF8(utf8.data(), int(utf8.size()), true, &hints, 0,
            languages, percents, scores, nullptr, &textBytes, &reliable, &validBytes);
    if (language == CLD2::UNKNOWN_LANGUAGE || validBytes < int(utf8.size()))
        return {};
    DetectedLanguage detected{CLD2::LanguageCode(language), 0.0, reliable};
    for (int i = 0; i < 3; ++i)
        if (languages[i] == language)
            detected.share = double(percents[i]) / 100.0;
    return detected;
}

} // namespace koala
