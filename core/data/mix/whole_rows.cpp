#include "core/data/mix/whole_rows.h"

#include "core/data/clean/cleaning.h"
#include "core/data/mix/token_counts.h"

namespace koala {

Result<std::shared_ptr<const RowTokens>> countWholeRows(
    std::shared_ptr<const Tokenizer> tokenizer, const WholeRowOptions& options)
{
    CleaningOptions cleaning;
    cleaning.projectDirectory = options.projectDirectory;
    cleaning.stop = options.stop;
    KOALA_TRY(const std::shared_ptr<const Dataset> dataset,
        openEffectiveDataset(options.projectDirectory / "datasets" / options.dataset, cleaning));
    RecordRenderer renderer;
    renderer.tokenizer = std::move(tokenizer);
    renderer.chatTemplate = options.chatTemplate;
    renderer.maxTokens = kNoTokenLimit;
    const auto told = [&](std::uint64_t rows) {
        if (options.progress)
            options.progress(rows, dataset->size());
    };
    return countTokens(*dataset, renderer, MarkerMode::None, told, options.stop);
}

} // namespace koala
