#include "core/serve/api_error.h"

namespace koala {

ApiError invalidRequest(std::string message, std::string parameter)
{
    return {400, ApiCode::Validation, std::move(message), std::move(parameter)};
}

ApiError outOfRange(std::string message, std::string parameter)
{
    return {400, ApiCode::OutOfRange, std::move(message), std::move(parameter)};
}

ApiError toApiError(const Error& error)
{
    switch (error.code) {
    case ErrorCode::InvalidInput:
        return invalidRequest(error.message);
    case ErrorCode::NotFound:
        return {400, ApiCode::UnknownModel, error.message, "model"};
    case ErrorCode::Unavailable:
    case ErrorCode::Cancelled:
        return {503, ApiCode::Overloaded, error.message, {}};
    case ErrorCode::Io:
    case ErrorCode::Internal:
        break;
    }
    return {500, ApiCode::Internal, error.message, {}};
}

OrderedJson toJson(const ApiError& error)
{
    const char* type = error.status == 429   ? "rate_limit_error"
                       : error.status >= 500 ? "server_error"
                                             : "invalid_request_error";
    OrderedJson inner;
    inner["message"] = error.message;
    inner["type"] = type;
    inner["param"] = error.parameter.empty() ? OrderedJson(nullptr) : OrderedJson(error.parameter);
    if (error.code == ApiCode::InvalidKey)
        inner["code"] = "invalid_api_key";
    else
        inner["code"] = int(error.code);
    OrderedJson json;
    json["object"] = "error";
    json["message"] = error.message;
    json["code"] = int(error.code);
    json["error"] = inner;
    if (error.status == 401)
        json["detail"] = {{"error", inner}};
    return json;
}

} // namespace koala
