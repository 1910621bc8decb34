// core/data/mix/source_terms.h: the licence and terms of what a mixture is made of, which travel
// with it into builds, runs, model cards and exports. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace koala {

struct SourceTerms {
    std::string dataset; // slug
    std::string title;
    std::string licence; // "": unknown
    std::string terms;
    bool nonCommercial = false;
};

// "CC BY-NC 4.0", "non-commercial", "not for commercial use": a reading of words, so that nobody
// overlooks it; it is no legal advice and does not replace the terms.
bool saysNonCommercial(std::string_view licence, std::string_view terms);

SourceTerms sourceTerms(
    std::string dataset, std::string title, std::string licence, std::string terms);

// {"dataset","title","licence","terms","non_commercial"}
OrderedJson toJson(const SourceTerms& source);

// "Non-commercial sources: Alpaca (CC BY-NC 4.0)." or "" when there is none.
std::string nonCommercialNotice(const std::vector<SourceTerms>& sources);

} // namespace koala
