// core/data/mix/request_verb.h: what a request asks for, as a verb and its object, told from word
// lists. Private to core/data/mix.
//
// English only and no parser: "Write a short poem about rain" is write, poem. A request that does
// not begin with a listed verb (after polite openings) gives nothing rather than a guess.
#pragma once

#include <string>
#include <string_view>

namespace koala {

struct VerbAndObject {
    std::string verb;   // "" where the request begins with none
    std::string object; // "" where none follows
};
VerbAndObject verbOf(std::string_view request);

} // namespace koala
