// core/data/mix/whole_rows.h: the tokens of every row of one dataset, whatever mixtures make of
// them: what the Data page shows and `koala data index` counts behind an import. Counts of mixtures
// begin from these.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/data/mix/mixture_calculator.h"
#include "core/text/chat_template.h"

namespace koala {

struct WholeRowOptions {
    fs::path projectDirectory;
    std::string dataset; // slug
    TemplateId chatTemplate = TemplateId::ChatMl;
    // Rows done of all, while rows are counted; from several threads.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
    std::stop_token stop = {};
};

// Of the rows that the cleaning steps leave, without a limit, without markers. Counts are kept
// beside the dataset; what is there already is only read. Two threads.
Result<std::shared_ptr<const RowTokens>> countWholeRows(
    std::shared_ptr<const Tokenizer> tokenizer, const WholeRowOptions& options);

} // namespace koala
