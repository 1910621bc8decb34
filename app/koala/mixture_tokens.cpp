// koala mixture tokens: one record as the model sees it.
#include <cstdio>

#include "app/koala/mixture_verbs.h"
#include "core/base/utf8.h"
#include "core/data/mix/text_processor.h"
#include "core/data/permutation.h"

namespace koala {
namespace {

// Visible blanks and line ends; control characters as they would be escaped.
std::string visible(const std::string& text)
{
    std::string out;
    for (const char c : text)
        if (c == '\n')
            out += "⏎";
        else if (c == ' ')
            out += "·";
        else if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("<0x{:02X}>", static_cast<unsigned char>(c));
        else
            out += c;
    return toValidUtf8(out);
}

// The record through EasyLM's own field program, token by token beside the recipe's.
int compareWithEasyLm(
    const CommandContext& context, const ResolvedMixture& mixture, RecordRef record)
{
    const auto facts = [&]() -> Result<OrderedJson> {
        KOALA_TRY(const Conversation conversation, mixture.conversation(record));
        KOALA_TRY(const Rendered ours, mixture.render(record));
        const Json example = koalaExampleOf(
            conversation, markerOf(conversation, mixture.mixture().sources[record.source].markers));
        TextProcessorOptions options;
        options.addBos =
            !ours.tokens.empty() && ours.tokens.front().id == mixture.tokenizer().bosId();
        options.addEos = mixture.mixture().stream.addEos;
        KOALA_TRY(const Rendered theirs, processExample(example, options, mixture.tokenizer()));
        std::size_t same = 0;
        while (same < ours.tokens.size() && same < theirs.tokens.size() &&
               ours.tokens[same].id == theirs.tokens[same].id &&
               ours.tokens[same].trained == theirs.tokens[same].trained)
            ++same;
        return OrderedJson{{"uid", mixture.uid(record)}, {"tokens", ours.tokens.size()},
            {"easylm_tokens", theirs.tokens.size()}, {"equal_tokens", same},
            {"same", same == ours.tokens.size() && same == theirs.tokens.size()},
            {"fields", stringOr(example, "fields", "")}};
    }();
    if (!facts.ok())
        return fail(facts.error());
    std::puts(context.json ? toLine(*facts).c_str() : facts->dump(1).c_str());
    return kDone;
}

int showTokens(const CommandContext& context, const RecipeOptions& options)
{
    const auto mixture = openRecipe(context, options.recipe);
    if (!mixture.ok())
        return fail(mixture.error());
    const std::vector<RecordRef>& records = (*mixture)->result().training;
    if (options.row < 1 || std::uint64_t(options.row) > records.size())
        return fail(invalidInput(fmt::format(
            "the mixture holds {} rows; there is no row {}", records.size(), options.row)));
    const RecordRef record = records[EpochOrder(records.size(), (*mixture)->mixture().seed, 0)
            .at(std::uint64_t(options.row - 1))];
    const auto rendered = (*mixture)->render(record);
    if (!rendered.ok())
        return fail(rendered.error());
    const Tokenizer& tokenizer = (*mixture)->tokenizer();
    if (options.as == "easylm")
        return compareWithEasyLm(context, **mixture, record);
    OrderedJson tokens = OrderedJson::array();
    for (const RenderedToken& token : rendered->tokens) {
        if (context.json)
            tokens.push_back({{"id", token.id}, {"piece", tokenizer.piece(token.id)},
                {"trained", token.trained}, {"turn", token.turn}});
        else
            std::printf("%c %6d  %s\n", token.trained ? '*' : ' ', token.id,
                tokenizer.isControl(token.id) ? tokenizer.piece(token.id).c_str()
                                              : visible(tokenizer.bytes(token.id)).c_str());
    }
    if (context.json)
        std::puts(toLine(OrderedJson{{"row", options.row - 1}, {"uid", (*mixture)->uid(record)},
                             {"source", (*mixture)->mixture().sources[record.source].dataset},
                             {"dataset_row", record.row}, {"tokens", tokens}})
                .c_str());
    return kDone;
}

} // namespace

void addMixtureTokens(CLI::App& noun, CommandContext& context)
{
    auto options = std::make_shared<RecipeOptions>();
    CLI::App* verb = addRecipeVerb(
        noun, context, "tokens", "one record as the model sees it", options, showTokens);
    verb->add_option("--row", options->row, "its place in the first epoch, from 1");
    verb->add_option("--compare-with", options->as,
            "easylm: what its field program gives for the record, held against the recipe")
        ->check(CLI::IsMember({"easylm"}));
}

} // namespace koala
