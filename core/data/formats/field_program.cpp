#include "core/data/formats/field_program.h"

#include <charconv>

#include <fmt/format.h>

namespace koala {
namespace {

Result<ProgramField> parseSpecial(std::string_view body)
{
    ProgramField field;
    const std::string_view inner = body.substr(2, body.size() - 4);
    if (inner == "bos" || inner == "eos") {
        field.kind = inner == "bos" ? ProgramField::Kind::Bos : ProgramField::Kind::Eos;
        return field;
    }
    field.kind = ProgramField::Kind::TokenId;
    const auto read = std::from_chars(inner.data(), inner.data() + inner.size(), field.tokenId);
    if (read.ec != std::errc() || read.ptr != inner.data() + inner.size() || field.tokenId < 0)
        return invalidInput(
            fmt::format("\"{}\" is neither <|bos|>, <|eos|> nor a token id such as <|123|>", body));
    return field;
}

Result<ProgramField> parseText(std::string_view body)
{
    ProgramField field;
    for (std::size_t from = 0; from <= body.size();) {
        const std::size_t plus = std::min(body.find('+', from), body.size());
        const std::string_view key = body.substr(from, plus - from);
        if (key.empty())
            return invalidInput("a key is empty beside \"+\"");
        if (key.find_first_of("[]") != std::string_view::npos)
            return invalidInput(fmt::format("the key \"{}\" holds a bracket", key));
        if (key.starts_with("<|") || key.starts_with('{'))
            return invalidInput(fmt::format("\"{}\" cannot be joined with \"+\"", key));
        field.keys.emplace_back(key);
        from = plus + 1;
    }
    return field;
}

Result<ProgramField> parseField(std::string_view text)
{
    if (text.empty())
        return invalidInput("it is empty");
    const bool masked = text.front() == '[';
    if (masked && (text.size() < 2 || text.back() != ']'))
        return invalidInput("its bracket is not closed before the comma");
    if (!masked && text.back() == ']')
        return invalidInput("it closes a bracket that it did not open");
    const std::string_view body = masked ? text.substr(1, text.size() - 2) : text;
    if (body.empty())
        return invalidInput("nothing is between its brackets");
    const auto parse = [&]() -> Result<ProgramField> {
        if (body.size() >= 4 && body.starts_with("<|") && body.ends_with("|>"))
            return parseSpecial(body);
        if (body.front() != '{')
            return parseText(body);
        if (body.size() < 3 || body.back() != '}')
            return invalidInput("its brace is not closed, or has no key in it");
        ProgramField field;
        field.kind = ProgramField::Kind::TokenArray;
        field.keys.emplace_back(body.substr(1, body.size() - 2));
        return field;
    };
    KOALA_TRY(ProgramField field, parse());
    field.trained = !masked;
    return field;
}

} // namespace

Result<std::vector<ProgramField>> parseFieldProgram(std::string_view program)
{
    std::vector<ProgramField> fields;
    for (std::size_t from = 0; from <= program.size();) {
        const std::size_t comma = std::min(program.find(',', from), program.size());
        auto field = parseField(program.substr(from, comma - from));
        if (!field.ok())
            return std::move(field).error().within(
                fmt::format("field {} of the program", fields.size() + 1));
        fields.push_back(std::move(*field));
        from = comma + 1;
    }
    return fields;
}

} // namespace koala
