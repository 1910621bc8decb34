#include "core/client/http_transfer.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

namespace koala {
namespace {

constexpr std::size_t kMaxBodyBytes = std::size_t(64) << 20;

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* handle) const
    {
        Free(handle);
    }
};
using Easy = std::unique_ptr<CURL, Freed<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Freed<curl_multi_cleanup>>;
using Headers = std::unique_ptr<curl_slist, Freed<curl_slist_free_all>>;

struct Sink {
    CURL* easy = nullptr;
    const std::function<bool(std::string_view)>& onStream;
    HttpResponse& response;
    bool tooLarge = false;
    std::chrono::steady_clock::time_point lastByte = std::chrono::steady_clock::now();
};

std::size_t takeBody(char* data, std::size_t size, std::size_t count, void* user)
{
    Sink& sink = *static_cast<Sink*>(user);
    const std::string_view bytes(data, size * count);
    sink.lastByte = std::chrono::steady_clock::now();
    long status = 0;
    curl_easy_getinfo(sink.easy, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200 && sink.response.contentType.starts_with("text/event-stream"))
        return sink.onStream(bytes) ? bytes.size() : 0;
    if (sink.response.body.size() + bytes.size() > kMaxBodyBytes) {
        sink.tooLarge = true;
        return 0;
    }
    sink.response.body.append(bytes);
    return bytes.size();
}

std::size_t takeHeader(char* data, std::size_t size, std::size_t count, void* user)
{
    Sink& sink = *static_cast<Sink*>(user);
    const std::string_view line(data, size * count);
    sink.lastByte = std::chrono::steady_clock::now();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        return line.size();
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
        [](unsigned char c) { return char(std::tolower(c)); });
    std::string value(line.substr(colon + 1));
    value.erase(0, value.find_first_not_of(" \t"));
    value.erase(value.find_last_not_of(" \t\r\n") + 1);
    if (name == "content-type")
        sink.response.contentType = value;
    if (name == "retry-after" && !value.empty() && value.size() < 7 &&
        std::all_of(value.begin(), value.end(), [](unsigned char c) { return std::isdigit(c); }))
        sink.response.retryAfter = std::chrono::seconds(std::stoi(value));
    return line.size();
}

Headers makeHeaders(const HttpRequest& request)
{
    Headers headers;
    const auto add = [&](const std::string& line) {
        headers.reset(curl_slist_append(headers.release(), line.c_str()));
    };
    if (!request.token.empty())
        add("Authorization: Bearer " + request.token);
    if (request.body)
        add("Content-Type: application/json");
    add("Expect:"); // no waiting for "100 Continue"
    return headers;
}

void setOptions(CURL* easy, const HttpRequest& request, curl_slist* headers, Sink& sink)
{
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "127.0.0.1,localhost,::1");
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, long(request.connectTimeout.count()));
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "koala-workbench");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &takeBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &sink);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &takeHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &sink);
    if (request.body) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body->data());
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body->size()));
    }
}

void classify(Transfer& result, CURLcode code, bool tooLarge)
{
    result.reason = tooLarge ? "the reply is larger than 64 MiB" : curl_easy_strerror(code);
    const bool unreachable = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
                             code == CURLE_COULDNT_RESOLVE_PROXY ||
                             (code == CURLE_OPERATION_TIMEDOUT && result.response.status == 0);
    result.end = code == CURLE_OK ? TransferEnd::Complete
                 : unreachable    ? TransferEnd::NoConnection
                                  : TransferEnd::Broken;
}

// libcurl's start is not thread-safe; it is done once and never undone.
void startCurl()
{
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

} // namespace

Transfer transfer(const HttpRequest& request, const std::function<bool(std::string_view)>& onStream,
    const std::stop_token& stop)
{
    startCurl();
    Transfer result;
    const Easy easy(curl_easy_init());
    const Multi multi(curl_multi_init());
    if (!easy || !multi) {
        result.end = TransferEnd::Broken;
        result.reason = "libcurl could not be started";
        return result;
    }
    Sink sink{easy.get(), onStream, result.response};
    const Headers headers = makeHeaders(request);
    setOptions(easy.get(), request, headers.get(), sink);
    curl_multi_add_handle(multi.get(), easy.get());
    CURLM* const handle = multi.get();
    const std::stop_callback wake(stop, [handle] { curl_multi_wakeup(handle); });

    int running = 1;
    while (running > 0 && !stop.stop_requested()) {
        if (curl_multi_perform(handle, &running) != CURLM_OK)
            break;
        const auto silent = std::chrono::steady_clock::now() - sink.lastByte;
        if (running > 0 && silent > request.silenceTimeout)
            break;
        if (running > 0)
            curl_multi_poll(handle, nullptr, 0,
                int(std::min<long long>(1000, request.silenceTimeout.count() / 4 + 1)), nullptr);
    }
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    result.response.status = int(status);
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(handle, &left);
    if (message != nullptr) {
        classify(result, message->data.result, sink.tooLarge);
    } else if (stop.stop_requested()) {
        result.end = TransferEnd::Stopped;
        result.reason = "stopped";
    } else {
        result.end = TransferEnd::Silent;
        result.reason = fmt::format("nothing came for {} s",
            std::chrono::duration_cast<std::chrono::seconds>(request.silenceTimeout).count());
    }
    curl_multi_remove_handle(handle, easy.get());
    return result;
}

} // namespace koala
