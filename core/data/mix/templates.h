// core/data/mix/templates.h: the published mixtures as lists of the sources that they want, and
// which datasets of a project satisfy them.
//
// Figures are those of the publications and of the released pipelines (spec 01, sections 4 to 11);
// what no source states and a template had to choose is said in `assumed`. Where to get a source,
// its licence and its terms are in datasets/sources/<id>.json; whoever shows a template joins the
// two by the id. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/dataset.h"
#include "core/data/mix/mixture.h"

namespace koala {

// What a published number counts.
enum class TemplateUnit { Conversations, SourceRecords };

struct TemplateSource {
    std::string_view source; // id of a published source, datasets/sources/<id>.json
    std::string_view title;
    std::string_view importers;       // kinds that satisfy it by themselves, parted by blanks
    std::string_view importersByName; // kinds that do so where the name agrees as well
    std::string_view names;           // parted by blanks: one is in the slug, title or a file name
    std::string_view notNames;        // and none of these, whatever the kind
    TemplateUnit unit = TemplateUnit::Conversations; // of the two numbers below
    std::string_view published;                      // as the publication says it
    std::uint64_t publishedCount = 0;
    std::string_view released;      // what the released pipeline has, or why it has nothing
    std::uint64_t releasedRows = 0; // conversations; 0: not released, or no number is known
    MarkerMode markers = MarkerMode::None;
    std::int64_t repeat = 1;
    double holdOutFraction = 0.0;
    bool holdOutGiven = false; // the source's own split; else the fraction
    bool optional = false;     // not in the publication: added by hand
    std::string_view assumed;  // what of this line is our choice, and why; "": nothing
};

struct MixtureTemplate {
    std::string_view id; // koala-distill, koala-all, vicuna, alpaca, gpt-4-llm: never renamed
    std::string_view title;
    std::string_view note; // what the publication says of it
    std::string_view chatTemplate;
    PackingMode packing = PackingMode::Documents;
    std::int64_t maxTokens = 2048;
    std::string_view assumed; // of the recipe as a whole
    std::span<const TemplateSource> sources;
};

std::span<const MixtureTemplate> mixtureTemplates();
Result<const MixtureTemplate*> findMixtureTemplate(std::string_view id);

struct TemplateDataset { // one that satisfies a source
    std::string slug;
    std::string title;
    std::uint64_t rows = 0;    // conversations
    std::uint64_t records = 0; // of its source files: a comparison is one, and two conversations
    std::string why;           // "its kind is sharegpt and its name holds \"sharegpt\""
};

struct TemplateLine {
    const TemplateSource* source = nullptr;
    std::vector<TemplateDataset> datasets; // empty: the project lacks it
    std::uint64_t rows = 0;                // of the datasets together, as above
    std::uint64_t count = 0; // the same in the source's unit: what stands beside `published`
    // Datasets of the right kind whose name says nothing: not taken, `why` says so.
    std::vector<TemplateDataset> possible;
};

struct TemplateMatch {
    std::vector<TemplateLine> lines; // one a source, in the template's order
    std::uint64_t missing = 0;       // sources that are wanted and not there
};

// A dataset satisfies at most one source. Evaluation-only datasets satisfy none.
TemplateMatch matchTemplate(
    const MixtureTemplate& wanted, const std::vector<DatasetManifest>& datasets);

// The recipe of what is there. Optional sources are left out. An error, which names the sources,
// when the project has none of them.
Result<Mixture> mixtureOf(const MixtureTemplate& wanted, const TemplateMatch& match,
    std::string_view name, std::string_view model);

} // namespace koala
