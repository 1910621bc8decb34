// core/client/http_transfer.h: one HTTP request through libcurl, stoppable at once. Private to
// core/client.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace koala {

struct HttpRequest {
    std::string url;
    std::string token;
    std::optional<std::string> body; // JSON; absent: GET
    std::chrono::milliseconds connectTimeout{5000};
    std::chrono::milliseconds silenceTimeout{300000};
};

struct HttpResponse {
    int status = 0;
    std::string contentType;
    std::optional<std::chrono::milliseconds> retryAfter;
    std::string body; // what onBody did not take
};

enum class TransferEnd { Complete, NoConnection, Broken, Silent, Stopped };
struct Transfer {
    TransferEnd end = TransferEnd::Complete;
    std::string reason; // in words, when it is not complete
    HttpResponse response;
};

// Of a reply with status 200 and the type text/event-stream each piece goes to `onStream` (which
// returns false to end the transfer); anything else is collected, at most 64 MiB.
Transfer transfer(const HttpRequest& request, const std::function<bool(std::string_view)>& onStream,
    const std::stop_token& stop);

} // namespace koala
