#include "core/text/tokenizer.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

} // namespace

std::string Tokenizer::leadingBytes(TokenId id, bool& first) const
{
    std::string added = bytes(id);
    if (!first || added.empty())
        return added;
    first = false;
    if (!dropsLeadingBlank() ||
        !piece(id).starts_with("▁")) // a byte piece or " ⁇ " is no dummy prefix
        return added;
    if (!dropsAllLeadingBlanks())
        return added.substr(1);
    added.erase(0, std::min(added.find_first_not_of(' '), added.size()));
    first = added.empty();
    return added;
}

std::string Tokenizer::decode(const std::vector<TokenId>& ids) const
{
    std::string text;
    bool first = true;
    for (const TokenId id : ids)
        if (!isControl(id))
            text += leadingBytes(id, first);
    return toValidUtf8(text);
}

std::string StreamDecoder::add(TokenId id)
{
    if (m_tokenizer.isControl(id))
        return {};
    m_pending += m_tokenizer.leadingBytes(id, m_first);
    const std::size_t complete = completeUtf8Prefix(m_pending);
    std::string text = toValidUtf8(std::string_view(m_pending).substr(0, complete));
    m_pending.erase(0, complete);
    return text;
}

std::string StreamDecoder::finish()
{
    std::string text;
    for (std::size_t i = 0; i < m_pending.size(); ++i)
        text += kReplacement;
    m_pending.clear();
    return text;
}

} // namespace koala
