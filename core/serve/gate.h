// core/serve/gate.h: which requests get in, decided from their head alone, before any body is read.
// Pure; any thread. The rules keep web pages in the user's own browser out as well as strangers:
// loopback names in Host, no Origin, the token, and application/json, which a page cannot send
// unasked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/serve/api_error.h"

namespace koala {

struct RequestHead {
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers; // names in lower case
    std::vector<std::string_view> all(std::string_view name) const;
};

struct GateRules {
    std::string token;
    std::vector<std::string> hosts; // "127.0.0.1:8123" …
    std::size_t targetBytes = 0;
    std::size_t headerFields = 0;
};

// Nothing when the request may be answered.
std::optional<ApiError> refuse(const RequestHead& head, const GateRules& rules);

// Takes the same time whatever the first difference.
bool equalInConstantTime(std::string_view a, std::string_view b);

struct Route {
    std::string_view path;
    std::string_view method;
    bool needsToken = true;
};
const std::vector<Route>& routes();

} // namespace koala
