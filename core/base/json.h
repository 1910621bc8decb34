// core/base/json.h: JSON at the edge. Files and replies are parsed here, checked, and become types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/files.h"
#include "core/base/result.h"

namespace koala {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json; // keeps the order of keys: files that people read

// `what` names the text in messages: a path, "the reply of the server", "line 7".
Result<Json> parseJson(std::string_view text, std::string_view what);
Result<Json> readJsonFile(const fs::path& path);
Status writeJsonFile(const fs::path& path, const OrderedJson& value);

// One line, no blanks, keys as they stand; invalid UTF-8 becomes U+FFFD and never throws.
std::string toLine(const Json& value);
std::string toLine(const OrderedJson& value);

// Members with a type, or an error that names the member and `what`.
Result<std::string> stringAt(const Json& object, std::string_view key, std::string_view what);
Result<std::int64_t> integerAt(const Json& object, std::string_view key, std::string_view what);
Result<double> numberAt(const Json& object, std::string_view key, std::string_view what);

// The member if it is there and has the type, else the fallback: for optional fields of lenient
// inputs.
std::string stringOr(const Json& object, std::string_view key, std::string fallback);
std::int64_t integerOr(const Json& object, std::string_view key, std::int64_t fallback);
double numberOr(const Json& object, std::string_view key, double fallback);
bool boolOr(const Json& object, std::string_view key, bool fallback);
// The member, or a null value.
const Json& memberOr(const Json& object, std::string_view key);

} // namespace koala
