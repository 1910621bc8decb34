// {"text"} with marks of speakers in it: OIG's lines, flattened dialogues, and plain transcripts,
// which the text reader gives in this form. The white space around the marks belongs to them (spec
// 01 section 6). A record that ends in a question keeps it; one in which both never speak is set
// aside.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"
#include "core/data/formats/marked_text.h"

namespace koala {
namespace {

constexpr std::size_t kPreamble = 500; // bytes that may stand before the first mark

bool isOig(const SpeakerMarks& marks)
{
    return marks.user == "<human>:";
}

std::string recognise(const HeadSample& head, bool oig)
{
    for (const Json& record : head.records) {
        const Json& text = memberOr(record, "text");
        if (!text.is_string())
            return "";
        const auto& words = text.get_ref<const std::string&>();
        std::string_view before;
        const auto marks = marksOf(words);
        if (marks)
            (void)cutAtMarks(words, *marks, before);
        if (marks && isOig(*marks) == oig &&
            before.size() <= kPreamble) // a text about dialogues has its marks far inside
            return fmt::format("its text is a dialogue with the marks \"{}\" and \"{}\"",
                marks->user, marks->assistant);
    }
    return "";
}

Status convert(const Json& record, ConvertedRow& out)
{
    KOALA_TRY(const std::string text, textAt(record, "text"));
    const auto marks = marksOf(text);
    if (!marks)
        return invalidInput("no known marks of speakers (such as \"<human>:\" or \"User:\") are in "
                            "it");
    std::string_view before;
    std::vector<Turn> turns = cutAtMarks(text, *marks, before);
    if (!isBlankText(before))
        out.droppedTurns.emplace_back("the text before the first mark was left out");
    Conversation conversation;
    if (const Json& source = memberOr(memberOr(record, "metadata"), "source"); source.is_string())
        conversation.tags["topic"] = source;
    if (const Json& language = memberOr(record, "lang"); language.is_string())
        conversation.tags["language"] = language;
    if (const Json& id = memberOr(record, "id"); id.is_string())
        conversation.meta["id"] = id;
    return addDialogue(std::move(turns), std::move(conversation), out);
}

std::string recogniseOig(const HeadSample& head)
{
    return recognise(head, true);
}
std::string recogniseOther(const HeadSample& head)
{
    return recognise(head, false);
}

} // namespace

const ImporterInfo oigImporter{"oig", "OIG dialogues",
    R"({"text": "<human>: …\n<bot>: …", "metadata": {"source": "…"}})", recogniseOig, convert};
const ImporterInfo markedImporter{"marked", "Transcripts: text with marks of speakers",
    R"({"text": "<|user|>: …\n<|bot|>: …"}, or a text file with lines "User: …" and "Assistant: …")",
    recogniseOther, convert};

} // namespace koala
