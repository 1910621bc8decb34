#include "app/koala/open_engine.h"

#include <map>

#include <fmt/format.h>

#include "core/infer/cpu_engine.h"

namespace koala {
namespace {

struct ModelDefaults {
    std::string templateName;
    std::string marker;
};

// What the run that made a model knows of it: its template, and whether it was trained with
// markers.
class EngineWithDefaults final : public Engine {
public:
    EngineWithDefaults(
        std::unique_ptr<CpuEngine> engine, std::map<std::string, ModelDefaults> defaults)
        : m_engine(std::move(engine)), m_defaults(std::move(defaults))
    {
    }

    Result<std::vector<ModelInfo>> models() override
    {
        KOALA_TRY(std::vector<ModelInfo> models, m_engine->models());
        for (ModelInfo& model : models)
            if (const auto known = m_defaults.find(model.id);
                known != m_defaults.end() && !known->second.templateName.empty())
                model.templateName = known->second.templateName;
        return models;
    }
    Result<std::vector<std::int32_t>> tokenize(const std::string& text) override
    {
        return m_engine->tokenize(text);
    }
    Result<std::string> detokenize(const std::vector<std::int32_t>& tokens) override
    {
        return m_engine->detokenize(tokens);
    }
    Result<RenderedPrompt> render(const std::string& model,
        const std::vector<ChatMessage>& messages, const GenerationSettings& settings) override
    {
        return m_engine->render(model, messages, filled(model, settings));
    }
    Result<Generation> generate(const GenerationRequest& request,
        const std::function<void(const GeneratedToken&)>& onToken, std::stop_token stop) override
    {
        GenerationRequest complete = request;
        complete.settings = filled(request.model, request.settings);
        return m_engine->generate(complete, onToken, std::move(stop));
    }

private:
    GenerationSettings filled(const std::string& model, GenerationSettings settings) const
    {
        const auto known = m_defaults.find(model);
        if (known == m_defaults.end())
            return settings;
        if (settings.templateName.empty())
            settings.templateName = known->second.templateName;
        if (settings.marker.empty())
            settings.marker = known->second.marker;
        return settings;
    }

    std::unique_ptr<CpuEngine> m_engine;
    const std::map<std::string, ModelDefaults> m_defaults;
};

std::vector<std::string> namesIn(const std::string& list)
{
    std::vector<std::string> names;
    std::size_t begin = 0;
    while (begin <= list.size()) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        if (end > begin)
            names.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

} // namespace

Result<ResolvedModel> resolveForCommand(const CommandContext& context, const std::string& name)
{
    const Result<fs::path> folder = context.projectDirectory();
    if (!folder && !context.projectOption.empty())
        return folder.error();
    if (!folder)
        return resolveModelPath(name);
    KOALA_TRY(const Project project, Project::open(*folder));
    return project.resolveModel(name);
}

Result<OpenedEngine> openEngine(const CommandContext& context, const EngineRequest& request)
{
    CpuEngineOptions options;
    options.threads = request.threads;
    options.contextTokens = request.contextTokens;
    std::map<std::string, ModelDefaults> defaults;
    std::string chosen;
    fs::path base;
    for (const std::string& name : namesIn(request.models)) {
        KOALA_TRY(const ResolvedModel model, resolveForCommand(context, name));
        std::error_code code;
        if (!base.empty() && !fs::equivalent(base, model.checkpoint, code))
            return invalidInput(
                fmt::format("{} does not belong to {}: one process serves one base model "
                            "with its adapters; start another for it",
                    name, base.string()));
        const bool first = base.empty();
        base = model.checkpoint;
        if (!model.adapter.empty())
            options.adapters.push_back({model.name, model.adapter});
        else if (first)
            options.id = model.name;
        else
            return invalidInput(fmt::format("{} is named after the base but is no adapter", name));
        if (first)
            chosen = model.name;
        defaults[model.name] = {model.templateName, model.markers ? "positive" : ""};
    }
    if (base.empty())
        return invalidInput("no model was named");
    KOALA_TRY(std::unique_ptr<CpuEngine> engine, CpuEngine::open(base, options));
    OpenedEngine opened;
    opened.engine = std::make_shared<EngineWithDefaults>(std::move(engine), std::move(defaults));
    opened.chosen = chosen;
    KOALA_TRY(opened.models, opened.engine->models());
    return opened;
}

void addEngineOptions(CLI::App& verb, EngineRequest& request)
{
    verb.add_option("--threads", request.threads, "threads of the CPU engine; 0: one a core")
        ->check(CLI::Range(0, 1024));
    verb.add_option("--context", request.contextTokens,
            "tokens of prompt and answer together; 0: what the model was made for")
        ->check(CLI::Range(0, 1 << 20));
}

} // namespace koala
