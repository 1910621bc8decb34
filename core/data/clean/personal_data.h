// core/data/clean/personal_data.h: addresses, numbers and keys of people, found by their form. Told
// by patterns only: names, streets and numbers written out are not seen, and a number that looks
// like a telephone number may be none. Any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace koala {

enum class PersonalKind : std::uint8_t { Email, Phone, Key, Card };
inline constexpr std::size_t kPersonalKinds = 4;

struct PersonalFinding {
    PersonalKind kind = PersonalKind::Email;
    std::uint32_t begin = 0; // bytes
    std::uint32_t end = 0;
};
// In the order of the text; none overlaps another.
std::vector<PersonalFinding> findPersonalData(std::string_view text);

// The check digit of payment cards (ISO/IEC 7812-1); blanks and dashes do not count.
bool passesLuhn(std::string_view digits);

} // namespace koala
