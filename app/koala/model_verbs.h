// app/koala/model_verbs.h: the verbs of `koala model`, grouped by file; addModelCommand adds them.
#pragma once

#include "app/koala/command.h"
#include "core/store/project.h"
#include "core/text/tokenizer_files.h"
#include "core/weights/model_writers.h"

namespace koala {

void addModelNew(CLI::App& noun, CommandContext& context);
void addModelImport(CLI::App& noun, CommandContext& context);
void addModelExport(CLI::App& noun, CommandContext& context);
void addModelDifferences(CLI::App& noun, CommandContext& context); // diff, apply
void addModelVerify(CLI::App& noun, CommandContext& context);

// In a project its models by name; without one, paths.
Result<ResolvedModel> resolveModelName(const CommandContext& context, const std::string& name);
// The tensors of a model, an adapter merged in.
Result<SourceModel> openResolvedModel(const ResolvedModel& model, const SourceOptions& options);
// F32, F16, BF16, Q8_0, Q4_1 or Q4_0, written in either case.
Result<TensorType> tensorTypeFrom(const std::string& name);
// A line on standard error that is drawn over, on a terminal only; stops once `stop` is asked.
WriteProgress tensorProgress(std::stop_token stop);
// Weights, configuration and the tokeniser that lies at `tokenizerPath` into `folder`, which
// exists.
struct ModelFolder {
    TensorType type = TensorType::BF16;
    fs::path tokenizerPath;
    std::optional<TemplateId> chatTemplate = {}; // none: the tokeniser's own
};
Status writeModelFolder(const fs::path& folder, const SourceModel& model,
    const ModelFolder& options, const WriteProgress& progress);
// Notes of a reader, on standard error.
void printNotes(const SourceModel& model);

} // namespace koala
