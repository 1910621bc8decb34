#include "ui/services/run_planner.h"

#include "core/data/mix/mixture.h"
#include "core/store/project.h"
#include "core/store/starter.h"
#include "core/weights/checkpoint.h"
#include "ui/services/machine_probe.h"

namespace koala {

namespace {
struct Sized {
    std::int64_t parameters = 0, loraPerRank = 0, sequenceTokens = 0;
    std::string problem;
    std::uint64_t diskFree = 0;
    MachineLoad load;
};

// Rows plus columns of the matrices that get an adapter, over all layers.
std::int64_t loraPerRank(const ModelConfig& m, const std::vector<std::string>& targets)
{
    const std::int64_t width = m.width, q = std::int64_t(m.heads) * m.headSize;
    const std::int64_t kv = std::int64_t(m.keyValueHeads) * m.headSize, mlp = m.mlpWidth;
    std::int64_t sum = 0;
    for (const std::string& target : targets) {
        if (target == "q_proj" || target == "o_proj")
            sum += width + q;
        else if (target == "k_proj" || target == "v_proj")
            sum += width + kv;
        else
            sum += width + mlp; // gate, up, down
    }
    return sum * m.layers;
}

Sized sizeOf(const fs::path& project, const TrainConfig& config)
{
    Sized sized;
    sized.load = probeLoad(project);
    sized.diskFree = sized.load.diskFree;
    auto opened = Project::open(project);
    if (!opened.ok()) {
        sized.problem = opened.error().message;
        return sized;
    }
    // What is wrong with the mixture is said by the count.
    if (const auto mixture = readMixture(opened->mixtureFile(config.mixture)); mixture.ok())
        sized.sequenceTokens = sequenceTokens(*mixture);
    if (config.model.empty())
        return sized;
    auto model = opened->resolveModel(config.model);
    if (!model.ok()) {
        sized.problem = model.error().message;
        return sized;
    }
    auto checkpoint = openCheckpoint(model->checkpoint);
    if (!checkpoint.ok()) {
        sized.problem = checkpoint.error().message;
        return sized;
    }
    sized.parameters = (*checkpoint)->config().parameterCount();
    sized.loraPerRank = loraPerRank((*checkpoint)->config(), config.loraTargets);
    return sized;
}

QString firstComment(const std::string& toml)
{
    for (const QString& line : QString::fromStdString(toml).split(QLatin1Char('\n')))
        if (line.startsWith(QLatin1Char('#')))
            return line.mid(1).trimmed();
    return {};
}

void addRecipes(const fs::path& folder, std::vector<RecipeChoice>& recipes)
{
    auto listed = listDirectory(folder);
    if (!listed.ok())
        return;
    for (const fs::path& path : *listed) {
        if (path.extension() != ".toml")
            continue;
        auto text = readFile(path, 1 << 20);
        if (!text.ok())
            continue;
        if (auto config = parseRecipe(*text, path.filename().string()); config.ok())
            recipes.push_back({QString::fromStdString(path.stem().string()), firstComment(*text),
                std::move(*config)});
    }
}

PlanChoices choicesOf(const fs::path& project)
{
    PlanChoices choices;
    if (auto data = dataDirectory(); data.ok())
        addRecipes(data->parent_path() / "resources" / "recipes", choices.recipes);
    else
        choices.problem = data.error().message;
    addRecipes(project / "recipes", choices.recipes);
    auto opened = Project::open(project);
    if (!opened.ok()) {
        choices.problem = opened.error().message;
        return choices;
    }
    if (auto models = opened->models(); models.ok())
        for (const ModelEntry& model : *models)
            choices.models << QString::fromStdString(model.slug);
    if (auto mixtures = opened->mixtures(); mixtures.ok())
        for (const std::string& slug : *mixtures)
            choices.mixtures << QString::fromStdString(slug);
    return choices;
}
} // namespace

RunPlanner::RunPlanner(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project))
{
}

void RunPlanner::readChoices()
{
    m_reading.request([project = m_project](std::stop_token) { return choicesOf(project); },
        [this](PlanChoices choices) {
            m_choices = std::move(choices);
            Q_EMIT choicesChanged();
        });
}

void RunPlanner::plan(const TrainConfig& config)
{
    m_sizing.request(
        [project = m_project, config](std::stop_token) { return sizeOf(project, config); },
        [this](Sized sized) {
            m_facts.parameters = sized.parameters;
            m_facts.loraPerRank = sized.loraPerRank;
            m_facts.sequenceTokens = sized.sequenceTokens;
            m_facts.modelProblem = std::move(sized.problem);
            m_facts.diskFree = sized.diskFree;
            m_facts.memoryTotal = sized.load.memoryTotal;
            m_facts.memoryFree = sized.load.memoryFree;
            Q_EMIT factsChanged();
        });
    if (config.mixture != m_countedMixture)
        count(config.mixture);
}

void RunPlanner::count(const std::string& mixture)
{
    m_countedMixture = mixture;
    m_facts.rows = m_facts.tokens = m_facts.trainedTokens = std::nullopt;
    m_facts.mixtureProblem.clear();
    m_facts.counting = !mixture.empty();
    if (m_child != nullptr) {
        m_child->disconnect(this);
        m_child->deleteLater();
        m_child = nullptr;
    }
    if (mixture.empty())
        return;
    m_child = new JsonChild(this);
    connect(m_child, &JsonChild::line, this, [this](const Json& line) {
        const Json& total = line.contains("total") ? line["total"] : line;
        if (total.contains("rows"))
            m_facts.rows = integerOr(total, "rows", 0);
        if (total.contains("tokens"))
            m_facts.tokens = integerOr(total, "tokens", 0);
        if (total.contains("trained_tokens"))
            m_facts.trainedTokens = integerOr(total, "trained_tokens", 0);
    });
    connect(m_child, &JsonChild::ended, this, [this](JsonChild::End end, const QString& message) {
        m_facts.counting = false;
        if (end == JsonChild::End::Failed || end == JsonChild::End::Crashed)
            m_facts.mixtureProblem = message.toStdString();
        m_child->deleteLater();
        m_child = nullptr;
        Q_EMIT factsChanged();
    });
    m_child->start({QStringLiteral("--project"), QString::fromStdString(m_project.string()),
        QStringLiteral("mixture"), QStringLiteral("build"), QString::fromStdString(mixture),
        QStringLiteral("--json")});
}

} // namespace koala
