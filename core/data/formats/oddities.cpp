#include "core/data/formats/oddities.h"

#include <array>

#include "core/data/formats/record_reader.h"

namespace koala {
namespace {

// Strings that a chat template or a tokenizer might take for its own.
constexpr std::array kControl{"<s>", "</s>", "<unk>", "<|", "[INST]", "[/INST]", "<<SYS>>", "<bos>",
    "<eos>", "<start_of_turn>", "<end_of_turn>"};
constexpr std::array kMarkup{
    "<br", "<div", "<span", "<p>", "</p>", "<p ", "<a ", "<img", "<script"};

template <std::size_t N>
bool startsWithAny(std::string_view text, const std::array<const char*, N>& signs)
{
    for (const char* sign : signs)
        if (text.starts_with(sign))
            return true;
    return false;
}

// "2 / 2" at the start: the counter that a web page shows beside an answer.
bool beginsWithCounter(std::string_view text)
{
    std::size_t i = 0;
    const auto digits = [&] {
        const std::size_t from = i;
        while (i < text.size() && text[i] >= '0' && text[i] <= '9')
            ++i;
        return i > from;
    };
    if (!digits() || text.substr(i, 3) != " / ")
        return false;
    i += 3;
    return digits();
}

struct Found {
    bool control = false, markup = false, invisible = false, controlCharacter = false,
         replacement = false;
};

Found look(std::string_view text)
{
    Found found;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == '<' || byte == '[') {
            const std::string_view rest = text.substr(i, 20);
            found.control = found.control || startsWithAny(rest, kControl);
            found.markup = found.markup || startsWithAny(rest, kMarkup);
        } else if (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') {
            found.controlCharacter = true;
        } else if (byte == 0xE2) { // U+200B to U+200F, U+202A to U+202E, U+2060 to U+2069
            const std::string_view rest = text.substr(i, 3);
            found.invisible = found.invisible ||
                              (rest >= "\xE2\x80\x8B" && rest <= "\xE2\x80\x8F") ||
                              (rest >= "\xE2\x80\xAA" && rest <= "\xE2\x80\xAE") ||
                              (rest >= "\xE2\x81\xA0" && rest <= "\xE2\x81\xA9");
        } else if (byte == 0xEF) {
            const std::string_view rest = text.substr(i, 3);
            found.invisible = found.invisible || rest == "\xEF\xBB\xBF";
            found.replacement = found.replacement || rest == "\xEF\xBF\xBD";
        }
    }
    return found;
}

void count(bool is, const char* name, Oddities& counts)
{
    if (is)
        ++counts[name];
}

} // namespace

void countOddities(const Conversation& conversation, Oddities& counts)
{
    const Turn* before = nullptr;
    for (const Turn& turn : conversation.turns) {
        const std::string_view text = turn.text;
        const Found found = look(text);
        count(found.control, "control_strings", counts);
        count(found.markup, "markup", counts);
        count(found.invisible, "invisible_characters", counts);
        count(found.controlCharacter, "control_characters", counts);
        count(found.replacement, "replacement_characters", counts);
        count(beginsWithCounter(text), "page_counters", counts);
        count(text.find("Copy code") != std::string_view::npos, "copy_code", counts);
        count(text.ends_with("Share Prompt"), "share_prompt", counts);
        count(text.starts_with("Below is an instruction that describes a task"), "alpaca_template",
            counts);
        count(before != nullptr && before->role == turn.role, "same_speaker_twice", counts);
        before = &turn;
    }
}

void countOddities(const RecordFlags& flags, Oddities& counts)
{
    const auto add = [&](std::uint32_t number, const char* name) {
        if (number > 0)
            counts[name] += number;
    };
    add(flags.repairedSurrogates, "repaired_surrogates");
    add(flags.bigIntegers, "big_integers");
    add(flags.underflows, "numbers_underflown");
    add(flags.lostDigits, "numbers_rounded");
    add(flags.lookAlikeKeys, "look_alike_keys");
}

} // namespace koala
