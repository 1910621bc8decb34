// koala mixture tokens: one record as the model sees it.
#include <cstdio>

#include "app/koala/mixture_verbs.h"
#include "core/base/utf8.h"
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

int showTokens(const CommandContext& context, const RecipeOptions& options)
{
    const auto mixture = openRecipe(context, options.recipe);
    if (!mixture.ok())
        return fail(mixture.error());
    const std::vector<RecordRef>& records = (*mixture)->result().training;
    if (options.row < 0 || std::uint64_t(options.row) >= records.size())
        return fail(invalidInput(fmt::format(
            "the mixture holds {} rows; there is no row {}", records.size(), options.row)));
    const RecordRef record = records[EpochOrder(records.size(), (*mixture)->mixture().seed, 0)
            .at(std::uint64_t(options.row))];
    const auto rendered = (*mixture)->render(record);
    if (!rendered.ok())
        return fail(rendered.error());
    const Tokenizer& tokenizer = (*mixture)->tokenizer();
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
        std::puts(toLine(OrderedJson{{"row", options.row}, {"uid", (*mixture)->uid(record)},
                             {"source", (*mixture)->mixture().sources[record.source].dataset},
                             {"dataset_row", record.row}, {"tokens", tokens}})
                .c_str());
    return kDone;
}

} // namespace

void addMixtureTokens(CLI::App& noun, CommandContext& context)
{
    auto options = std::make_shared<RecipeOptions>();
    addRecipeVerb(noun, context, "tokens", "one record as the model sees it", options, showTokens)
        ->add_option("--row", options->row, "its place in the first epoch, from 0");
}

} // namespace koala
