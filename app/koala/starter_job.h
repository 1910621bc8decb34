// app/koala/starter_job.h: the main job without a window, step by step: starter project, mixture,
// fine-tune, answers of base and tuned model, checked questions, report. Each step reuses what an
// earlier call finished. The trainer is a child process; the answers come from one engine in this
// process, in which base and adapter share the weights.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/koala/open_engine.h"
#include "core/data/mix/training_stream.h"
#include "core/eval/checked_questions.h"
#include "core/eval/comparison.h"
#include "core/run/run_list.h"
#include "core/store/project.h"
#include "core/store/starter.h"

namespace koala {

struct StarterOptions {
    fs::path directory; // of the project; made if it is not there
    bool fresh = false; // train again, answer again
    int promptsPerSet = 20;
    int maxTokens = 64;
    int threads = 0;
};

// One set of prompts with the answers of both models.
struct StarterAnswers {
    PromptSet prompts; // those that were asked
    AnswerSetReader base;
    AnswerSetReader tuned;
};

struct StarterSeconds {
    double project = 0;
    double mixture = 0;
    double training = 0; // 0 when an earlier run was reused
    double loading = 0;
    double answers = 0;
    double total = 0;
};

class StarterJob {
public:
    // `say` gets words for people, one line a call; `show` a line that the next one may draw over.
    using Say = std::function<void(const std::string&)>;
    StarterJob(StarterOptions options, Say say, Say show, std::stop_token stop);

    // All steps; what came of them stands in the members below.
    Status run();

    StarterSeconds seconds;
    MixtureResult mixture;
    std::string orderSha256;
    RunSummary training;
    std::optional<double>
        lossAtStart; // means of the first and the last five steps: one step is noisy
    std::optional<double> lossAtEnd;
    bool trainingReused = false;
    std::int64_t step = 0; // of the checkpoint that answered
    std::string baseName;  // answer sets
    std::string tunedName;
    std::vector<StarterAnswers> answers; // instruction, conversation, identity, ordinary
    std::size_t newTokens = 0;           // computed in this call
    CheckedCounts identity;
    CheckedCounts ordinary;
    fs::path report;

private:
    Status makeProject();
    Status resolveMixture();
    Status train();
    Status followTraining(const std::string& runId);
    Status readLosses();
    std::optional<RunSummary> finishedRun() const;
    Status answer();
    Status askSet(OpenedEngine& opened, const fs::path& file, int limit);
    Status writeStarterReport();

    const StarterOptions m_options;
    const Say m_say;
    const Say m_show;
    const std::stop_token m_stop;
    const CommandContext m_context;
    std::optional<Project> m_project;
    StarterSources m_sources;
};

} // namespace koala
