#include "core/data/row_texts.h"

#include <simdjson.h>

namespace koala {

struct RowTexts::Parser {
    simdjson::dom::parser parser;
};

RowTexts::RowTexts() : m_parser(std::make_unique<Parser>()) {}
RowTexts::~RowTexts() = default;
RowTexts::RowTexts(RowTexts&&) noexcept = default;
RowTexts& RowTexts::operator=(RowTexts&&) noexcept = default;

bool RowTexts::parse(std::string_view line)
{
    m_turns.clear();
    m_system = {};
    m_language = {};
    simdjson::dom::object row;
    simdjson::dom::array turns;
    if (m_parser->parser.parse(line.data(), line.size()).get(row) != simdjson::SUCCESS ||
        row["turns"].get(turns) != simdjson::SUCCESS)
        return false;
    for (const simdjson::dom::element item : turns) {
        simdjson::dom::object turn;
        std::string_view name;
        std::string_view text;
        if (item.get(turn) != simdjson::SUCCESS || turn["role"].get(name) != simdjson::SUCCESS ||
            turn["text"].get(text) != simdjson::SUCCESS)
            return false;
        const std::optional<Role> role = roleFromName(name);
        if (!role)
            return false;
        bool trained = true;
        if (*role != Role::Assistant || turn["trained"].get(trained) != simdjson::SUCCESS)
            trained = *role == Role::Assistant;
        m_turns.push_back({*role, trained, text});
    }
    if (row["system"].get(m_system) != simdjson::SUCCESS)
        m_system = {};
    if (row["tags"]["language"].get(m_language) != simdjson::SUCCESS)
        m_language = {};
    return true;
}

} // namespace koala
