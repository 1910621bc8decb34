#include "core/data/mix/source_terms.h"

#include <array>

namespace koala {
namespace {

// Words in lower case, each with a blank on both sides.
std::string asWords(std::string_view text)
{
    std::string words = " ";
    for (const char c : text)
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            words += c;
        else if (c >= 'A' && c <= 'Z')
            words += char(c - 'A' + 'a');
        else if (words.back() != ' ')
            words += ' ';
    return words.back() == ' ' ? words : words + ' ';
}

} // namespace

bool saysNonCommercial(std::string_view licence, std::string_view terms)
{
    constexpr std::array<std::string_view, 9> kPhrases{" nc ", " noncommercial ",
        " non commercial ", " noncommercially ", " not for commercial ", " no commercial ",
        " not commercial ", " research only ", " research purposes only "};
    for (const std::string& words : {asWords(licence), asWords(terms)})
        for (const std::string_view phrase : kPhrases)
            if (words.find(phrase) != std::string::npos)
                return true;
    return false;
}

SourceTerms sourceTerms(
    std::string dataset, std::string title, std::string licence, std::string terms)
{
    const bool restricted = saysNonCommercial(licence, terms);
    return {std::move(dataset), std::move(title), std::move(licence), std::move(terms), restricted};
}

OrderedJson toJson(const SourceTerms& source)
{
    return {{"dataset", source.dataset}, {"title", source.title}, {"licence", source.licence},
        {"terms", source.terms}, {"non_commercial", source.nonCommercial}};
}

std::string nonCommercialNotice(const std::vector<SourceTerms>& sources)
{
    std::string names;
    for (const SourceTerms& source : sources)
        if (source.nonCommercial)
            names += (names.empty() ? "" : ", ") +
                     (source.title.empty() ? source.dataset : source.title) + " (" +
                     (source.licence.empty() ? source.terms : source.licence) + ")";
    return names.empty() ? std::string() : "Non-commercial sources: " + names + ".";
}

} // namespace koala
