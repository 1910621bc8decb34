#include "core/text/tokenizer.h"

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

} // namespace

std::string Tokenizer::decode(const std::vector<TokenId>& ids) const
{
    std::string text;
    bool first = dropsLeadingBlank();
    for (const TokenId id : ids) {
        if (isControl(id))
            continue;
        const std::string added = bytes(id);
        text.append(added, first && added.starts_with(' ') ? 1 : 0);
        first = first && added.empty();
    }
    return toValidUtf8(text);
}

std::string StreamDecoder::add(TokenId id)
{
    if (m_tokenizer.isControl(id))
        return {};
    const std::string added = m_tokenizer.bytes(id);
    if (!added.empty()) {
        const bool drop = m_first && m_tokenizer.dropsLeadingBlank() && added.front() == ' ';
        m_pending.append(added, drop ? 1 : 0);
        m_first = false;
    }
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
