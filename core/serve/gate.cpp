#include "core/serve/gate.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace koala {
namespace {

std::string lowered(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
        [](unsigned char c) { return char(std::tolower(c)); });
    return lower;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::optional<ApiError> refuseOrigin(const RequestHead& head, const GateRules& rules)
{
    const auto hosts = head.all("host");
    if (hosts.size() != 1)
        return ApiError{400, ApiCode::Validation, "exactly one Host header is needed", {}};
    const std::string host = lowered(trimmed(hosts.front()));
    if (std::find(rules.hosts.begin(), rules.hosts.end(), host) == rules.hosts.end())
        return ApiError{403, ApiCode::Validation,
            "this server answers to its loopback address only; use the url it printed", {}};
    if (!head.all("origin").empty())
        return ApiError{403, ApiCode::Validation, "requests of web pages are not answered", {}};
    for (const std::string_view site : head.all("sec-fetch-site"))
        if (const std::string value = lowered(trimmed(site));
            value != "none" && value != "same-origin")
            return ApiError{
                403, ApiCode::Validation, "requests of other sites are not answered", {}};
    return std::nullopt;
}

std::optional<ApiError> refuseToken(const RequestHead& head, const GateRules& rules)
{
    const ApiError wrong{401, ApiCode::InvalidKey,
        "the token is missing or wrong; send it as \"Authorization: Bearer …\"", {}};
    const auto values = head.all("authorization");
    if (values.size() != 1)
        return wrong;
    const std::string_view value = trimmed(values.front());
    constexpr std::string_view kBearer = "bearer ";
    if (value.size() <= kBearer.size() || lowered(value.substr(0, kBearer.size())) != kBearer)
        return wrong;
    if (!equalInConstantTime(trimmed(value.substr(kBearer.size())), rules.token))
        return wrong;
    return std::nullopt;
}

} // namespace

std::vector<std::string_view> RequestHead::all(std::string_view name) const
{
    std::vector<std::string_view> values;
    for (const auto& [key, value] : headers)
        if (key == name)
            values.push_back(value);
    return values;
}

const std::vector<Route>& routes()
{
    static const std::vector<Route> all{{"/health", "GET", false}, {"/v1/models", "GET"},
        {"/v1/chat/completions", "POST"}, {"/v1/completions", "POST"}, {"/tokenize", "POST"},
        {"/detokenize", "POST"}, {"/render", "POST"}};
    return all;
}

std::optional<ApiError> refuse(const RequestHead& head, const GateRules& rules)
{
    if (head.target.size() > rules.targetBytes)
        return ApiError{414, ApiCode::Validation, "the request line is too long", {}};
    if (head.headers.size() > rules.headerFields)
        return ApiError{431, ApiCode::Validation, "there are too many headers", {}};
    if (auto error = refuseOrigin(head, rules))
        return error;
    const std::string_view path = std::string_view(head.target).substr(0, head.target.find('?'));
    const auto route = std::find_if(
        routes().begin(), routes().end(), [&](const Route& known) { return known.path == path; });
    const bool open = route != routes().end() && !route->needsToken;
    if (!open)
        if (auto error = refuseToken(head, rules))
            return error;
    if (route == routes().end())
        return ApiError{404, ApiCode::Validation, "there is nothing at this address", {}};
    if (head.method != route->method)
        return ApiError{
            405, ApiCode::Validation, fmt::format("{} wants {}", route->path, route->method), {}};
    if (head.method != "POST")
        return std::nullopt;
    const auto types = head.all("content-type");
    const std::string type = types.size() == 1 ? lowered(trimmed(types.front())) : std::string();
    if (trimmed(std::string_view(type).substr(0, type.find(';'))) != "application/json")
        return ApiError{415, ApiCode::Validation, "the body must be sent as application/json", {}};
    return std::nullopt;
}

bool equalInConstantTime(std::string_view a, std::string_view b)
{
    // The length may be seen; the token's is public. Only its characters are secret.
    volatile unsigned char difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(
            difference | (static_cast<unsigned char>(a[i]) ^
                             static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()])));
    return difference == 0;
}

} // namespace koala
