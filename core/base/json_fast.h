// core/base/json_fast.h: the quick way for the JSON that data files mostly are. It takes only what
// every reader understands alike; whatever else (an error, a number with a fraction or too long, a
// key that occurs twice or is not ASCII, deep nesting) it leaves to the careful parsers, which then
// say what is wrong. So it changes no verdict and no value, only the time.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace simdjson::dom {
class element;
}

namespace koala {

// True when `text` is one plain JSON value, now in `out`; false says nothing about it. Any thread.
bool parseJsonFast(std::string_view text, int maxDepth, nlohmann::json& out);
// The same of a value that simdjson has parsed already.
bool jsonFromParsed(const simdjson::dom::element& parsed, int maxDepth, nlohmann::json& out);

} // namespace koala
