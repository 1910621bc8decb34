// core/serve/api_error.h: a refusal as HTTP tells it, with the codes of FastChat's server (spec 03,
// section 5) in the shape of both FastChat and OpenAI.
#pragma once

#include <string>

#include "core/base/json.h"

namespace koala {

enum class ApiCode : int {
    Validation = 40001,
    InvalidKey = 40101,
    UnknownModel = 40301,
    OutOfRange = 40302,
    ContextOverflow = 40303,
    Overloaded = 42903,
    Internal = 50001,
};

struct ApiError {
    int status = 400;
    ApiCode code = ApiCode::Validation;
    std::string message;
    std::string parameter; // of the request, where one is to blame
};

ApiError invalidRequest(std::string message, std::string parameter = {});
ApiError outOfRange(std::string message, std::string parameter);
// What an engine's error means to a client.
ApiError toApiError(const Error& error);

OrderedJson toJson(const ApiError& error);

} // namespace koala
