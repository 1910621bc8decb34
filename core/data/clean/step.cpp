#include "core/data/clean/step.h"

#include "core/base/utf8.h"

namespace koala {

std::string shortened(std::string_view text)
{
    constexpr std::size_t kCharacters = 4000;
    return elided(text.substr(0, 4 * kCharacters + 4), kCharacters);
}

void addBefore(StepExample& example, std::string_view before, std::string_view after)
{
    if (!example.before.empty() || !example.after.empty())
        return;
    example.before = shortened(before);
    example.after = shortened(after);
}

bool hasRole(const Turn& turn, std::string_view role)
{
    return role == "any" || roleName(turn.role) == role;
}

JoinedTurns joinTurns(const Conversation& conversation, std::string_view role)
{
    JoinedTurns joined;
    for (std::size_t i = 0; i < conversation.turns.size(); ++i) {
        const Turn& turn = conversation.turns[i];
        if (!hasRole(turn, role))
            continue;
        if (!joined.begins.empty())
            joined.text += '\n';
        joined.begins.emplace_back(std::uint32_t(i), std::uint32_t(joined.text.size()));
        joined.text += turn.text;
    }
    return joined;
}

std::vector<TextSpan> JoinedTurns::spansOf(const std::vector<ByteSpan>& spans) const
{
    std::vector<TextSpan> list;
    for (const ByteSpan& span : spans)
        for (std::size_t i = 0; i < begins.size(); ++i) {
            const std::uint32_t begin = begins[i].second;
            const std::uint32_t end =
                i + 1 < begins.size() ? begins[i + 1].second - 1 : std::uint32_t(text.size());
            const std::uint32_t from = std::max(span.begin, begin);
            const std::uint32_t to = std::min(span.end, end);
            if (from < to)
                list.push_back({begins[i].first, from - begin, to - begin});
        }
    return list;
}

std::vector<std::string> textList(const Json& list)
{
    std::vector<std::string> texts;
    for (const Json& item : list)
        texts.push_back(item.get<std::string>());
    return texts;
}

} // namespace koala
