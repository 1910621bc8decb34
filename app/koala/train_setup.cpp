#include "app/koala/train_setup.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "app/koala/project_context.h"
#include "core/base/ids.h"
#include "core/base/sha256.h"
#include "core/base/time.h"
#include "core/config/train_config.h"
#include "core/launch/launch.h"
#include "core/run/run_list.h"
#include "core/weights/checkpoint.h"

namespace koala {
namespace {

bool isGiven(const TrainRequest& request, std::string_view key)
{
    return std::ranges::any_of(request.assignments, [key](const std::string& assignment) {
        return assignment.starts_with(key) && assignment.substr(key.size()).starts_with('=');
    });
}

// The recipe's values, then --mixture and --model, then --set.
Result<TrainConfig> resolveOptions(
    const TrainRequest& request, const std::string& recipeText, const std::string& what)
{
    TrainConfig config;
    const std::vector<OptionBinding> options = bindOptions(config);
    OptionProblems problems = readToml(options, recipeText);
    KOALA_RETURN_IF_ERROR(toStatus(problems, what));
    if (!request.mixture.empty())
        config.mixture = request.mixture;
    if (!request.model.empty())
        config.model = request.model;
    for (const std::string& assignment : request.assignments) {
        const OptionProblems found = applyAssignment(options, assignment);
        problems.insert(problems.end(), found.begin(), found.end());
    }
    KOALA_RETURN_IF_ERROR(toStatus(problems, "--set"));
    // A shorter run than the recipe had in mind has a shorter warm-up, unless one was asked for.
    if (!isGiven(request, "warmup_steps") && config.steps > 0)
        config.warmupSteps = std::min(config.warmupSteps, config.steps / 4);
    config.finalLearningRate = std::min(config.finalLearningRate, config.learningRate);
    KOALA_RETURN_IF_ERROR(toStatus(validate(config), what));
    if (config.mixture.empty())
        return invalidInput("no mixture is named; add --mixture NAME");
    return config;
}

// Without AVX-512 the products of bf16 are computed value by value: a hundred times slower.
std::string precisionHere()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return "bf16";
#endif
    return "fp32";
}

// A path inside the project is kept relative to it, so that the project may be moved.
std::string storedPath(const fs::path& path, const fs::path& project)
{
    const fs::path relative = path.lexically_relative(project);
    return relative.empty() || *relative.begin() == ".." ? path.string()
                                                         : relative.generic_string();
}

Result<std::string> templateOf(
    const TrainConfig& train, const Mixture& mixture, const ResolvedModel& model)
{
    for (const std::string& name : {train.chatTemplate, mixture.chatTemplate, model.templateName})
        if (!name.empty())
            return name;
    KOALA_TRY(const auto checkpoint, openCheckpoint(model.checkpoint));
    if (std::string hint = checkpoint->templateHint(); !hint.empty())
        return hint;
    return invalidInput(
        fmt::format("neither the mixture nor the model {} names a chat template; add "
                    "--set template=koala (or another one)",
            model.name));
}

// What a mixture means is fixed by the mixture alone (contracts 4 and 9), its lengths included:
// they decide how much of a dialogue is trained and, with shares by tokens, which rows are taken.
// The recipe's length gives way; one that is asked for with --set is put into both.
void settleLength(const TrainRequest& request, TrainConfig& train, Mixture& mixture)
{
    if (isGiven(request, "max_tokens")) {
        mixture.maxTokens = train.maxTokens;
        mixture.packingLength = train.maxTokens;
        return;
    }
    const std::int64_t length = sequenceTokens(mixture);
    if (length != train.maxTokens)
        fmt::print(stderr,
            "sequences of {} tokens, as the mixture {} says (the recipe has {}; --set "
            "max_tokens=N takes another length)\n",
            length, train.mixture, train.maxTokens);
    train.maxTokens = length;
}

Result<OrderedJson> datasetFacts(const Project& project, const Mixture& mixture)
{
    OrderedJson facts = OrderedJson::array();
    for (const MixtureSource& source : mixture.sources) {
        auto manifest = readDatasetManifest(project.datasetsDirectory() / source.dataset);
        if (!manifest.ok())
            return std::move(manifest.error()).within("mixture " + mixture.name);
        facts.push_back(
            {{"slug", manifest->slug}, {"title", manifest->title}, {"licence", manifest->licence},
                {"terms", manifest->terms}, {"rows_sha256", manifest->rowsSha256}});
    }
    return facts;
}

} // namespace

void addTrainOptions(CLI::App& verb, TrainRequest& request)
{
    verb.add_option(
        "recipe", request.recipe, "starter, lora, full, one of the project's, or a TOML file");
    verb.add_option("--mixture", request.mixture, "mixture of the project");
    verb.add_option("--model", request.model, "base model: a slug, RUN@STEP, a folder or a file");
    verb.add_option("--set", request.assignments, "key=value, in place of the recipe's")
        ->take_all()
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    verb.add_option("--run", request.runId, "identifier of the new run; made up when not given");
    verb.add_option("--name", request.name, "how people call the run");
    TrainConfig defaults;
    verb.footer("Options of recipes and --set:\n" + helpText(bindOptions(defaults)));
}

Result<fs::path> prepareRun(const CommandContext& context, const TrainRequest& request)
{
    if (request.recipe.empty())
        return invalidInput("name a recipe: starter, lora, full, or a TOML file");
    KOALA_TRY(const Project project, openProject(context));
    KOALA_TRY(const RecipeFile recipe, findRecipe(request.recipe, project.directory()));
    KOALA_TRY(const std::string recipeText, readFile(recipe.path, 1 << 20));
    KOALA_TRY(TrainConfig train, resolveOptions(request, recipeText, recipe.path.string()));

    if (train.precision == "auto") // decided once: a resumed run computes as it began
        train.precision = precisionHere();
    KOALA_TRY(NamedMixture named, findMixture(project, train.mixture));
    Mixture& mixture = named.mixture;
    if (train.model.empty())
        train.model = mixture.model;
    if (train.model.empty())
        return invalidInput("no model is named; add --model NAME");
    KOALA_TRY(const ResolvedModel model, project.resolveModel(train.model));
    if (!model.adapter.empty())
        return invalidInput(
            fmt::format("{} is an adapter; training starts from a whole model: name its "
                        "base, or resume the run it comes from",
                train.model));
    settleLength(request, train, mixture);
    KOALA_RETURN_IF_ERROR(toStatus(validate(train), recipe.path.string()));
    KOALA_TRY(train.chatTemplate, templateOf(train, mixture, model));
    std::string sha256 = model.baseSha256;
    std::string licence;
    if (const auto entry = project.model(train.model); entry.ok()) {
        sha256 = entry->sha256;
        licence = entry->licence;
    }
    if (sha256.empty()) {
        KOALA_TRY(sha256, checkpointSha256(model.checkpoint));
    }
    KOALA_TRY(OrderedJson datasets, datasetFacts(project, mixture));

    const std::string id =
        request.runId.empty() ? newRunId(slugify(request.name.empty() ? recipe.name : request.name))
                              : request.runId;
    OrderedJson config;
    config["version"] = 1;
    config["id"] = id;
    config["name"] = request.name.empty() ? recipe.name : request.name;
    config["created"] = nowUtc();
    config["project"] = "../..";
    config["recipe"] = {{"name", recipe.name},
        {"path", storedPath(recipe.path, project.directory())}, {"sha256", sha256Hex(recipeText)}};
    config["overrides"] = request.assignments;
    config["train"] = optionsToJson(bindOptions(train));
    config["max_tokens_from"] = isGiven(request, "max_tokens") ? "--set" : "mixture";
    config["template"] = train.chatTemplate;
    config["model"] = {{"name", train.model},
        {"path", storedPath(model.checkpoint, project.directory())}, {"sha256", sha256},
        {"licence", licence}};
    config["mixture"] = toJson(mixture);
    config["mixture_sha256"] = sha256Hex(toLine(toJson(mixture)));
    config["datasets"] = std::move(datasets);
    return createRun(project.runsDirectory(), id, config);
}

Result<ResumeTarget> findResumeTarget(const CommandContext& context, const std::string& name)
{
    KOALA_TRY(const Project project, openProject(context));
    ResumeTarget target;
    std::string run = name;
    if (const auto at = name.rfind('@'); at != std::string::npos) {
        run = name.substr(0, at);
        const std::string place = name.substr(at + 1);
        std::int64_t step = -1;
        const auto [end, code] = std::from_chars(place.data(), place.data() + place.size(), step);
        if (place != "last") {
            if (code != std::errc() || end != place.data() + place.size() || step < 0)
                return invalidInput(
                    fmt::format("\"{}\" is no place to resume from; write RUN or RUN@STEP", name));
            target.step = step;
        }
    }
    KOALA_TRY(target.runDirectory, findRun(project.runsDirectory(), run));
    return target;
}

} // namespace koala
