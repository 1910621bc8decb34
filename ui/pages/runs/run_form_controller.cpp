#include "ui/pages/runs/run_form_controller.h"

#include <cmath>

#include "ui/services/words.h"

namespace koala {

namespace {
// The model and the mixture have arguments of their own.
bool hasOwnArgument(std::string_view key)
{
    return key == "model" || key == "mixture";
}

const OptionBinding* find(const std::vector<OptionBinding>& options, std::string_view key)
{
    const auto found = std::ranges::find(options, key, &OptionBinding::key);
    return found == options.end() ? nullptr : &*found;
}
} // namespace

RunFormController::RunFormController(RunPlanner& planner, RunService& runs, QObject* parent)
    : QObject(parent), m_planner(planner), m_runs(runs), m_options(bindOptions(m_config)),
      m_baseOptions(bindOptions(m_base))
{
    connect(&m_planner, &RunPlanner::factsChanged, this, &RunFormController::takeFacts);
    connect(&m_planner, &RunPlanner::choicesChanged, this, [this] {
        chooseRecipe(std::max(0, int(recipes().indexOf(QStringLiteral("lora")))));
        Q_EMIT choicesChanged();
    });
}

void RunFormController::open(const QString& mixture)
{
    m_wantedMixture = mixture;
    m_planner.readChoices();
}

QStringList RunFormController::recipes() const
{
    QStringList names;
    for (const RecipeChoice& recipe : choices().recipes)
        names << recipe.name;
    return names;
}

void RunFormController::chooseRecipe(int index)
{
    m_recipe = index;
    m_base = index >= 0 && index < int(choices().recipes.size())
                 ? choices().recipes[std::size_t(index)].config
                 : TrainConfig{};
    m_config = m_base;
    m_badTexts.clear();
    m_badReasons.clear();
    const auto pick = [](std::string& field, const QStringList& there, const QString& wanted) {
        if (!wanted.isEmpty() && there.contains(wanted))
            field = wanted.toStdString();
        else if (!there.contains(QString::fromStdString(field)) && !there.isEmpty())
            field = there.front().toStdString();
    };
    pick(m_config.model, choices().models, {});
    pick(m_config.mixture, choices().mixtures, m_wantedMixture);
    changed();
}

const OptionBinding* RunFormController::option(std::string_view key) const
{
    return find(m_options, key);
}

QString RunFormController::text(std::string_view key) const
{
    if (const auto bad = m_badTexts.find(key); bad != m_badTexts.end())
        return bad->second;
    const OptionBinding* found = option(key);
    return found != nullptr ? qtext(valueText(*found)) : QString();
}

QString RunFormController::baseText(std::string_view key) const
{
    const OptionBinding* found = find(m_baseOptions, key);
    return found != nullptr ? qtext(valueText(*found)) : QString();
}

bool RunFormController::differs(std::string_view key) const
{
    return !hasOwnArgument(key) && text(key) != baseText(key);
}

QString RunFormController::problem(std::string_view key) const
{
    const auto bad = m_badReasons.find(key);
    return bad != m_badReasons.end() ? bad->second : QString();
}

void RunFormController::set(const std::string& key, const QString& text)
{
    const OptionBinding* found = option(key);
    if (found == nullptr || (!m_badTexts.contains(key) && qtext(valueText(*found)) == text))
        return;
    m_badTexts.erase(key);
    m_badReasons.erase(key);
    // A text that cannot be taken stays in the field, with the reason beside it.
    TrainConfig trial = m_config;
    auto options = bindOptions(trial);
    OptionProblems problems = setFromText(options, key, text.trimmed().toStdString());
    if (problems.empty())
        for (OptionProblem& problem : validateOptions(options))
            if (problem.key == key)
                problems.push_back(std::move(problem));
    if (problems.empty()) {
        m_config = trial;
    } else {
        m_badTexts[key] = text;
        m_badReasons[key] = qtext(problems.front().message);
    }
    changed();
}

void RunFormController::reset(const std::string& key)
{
    set(key, baseText(key));
}

void RunFormController::resetAll()
{
    const std::string model = m_config.model, mixture = m_config.mixture;
    chooseRecipe(m_recipe);
    set("model", qtext(model));
    set("mixture", qtext(mixture));
}

int RunFormController::differences(std::string_view group) const
{
    int count = 0;
    for (const OptionBinding& found : m_options)
        count += found.info.group == group && differs(found.key);
    return count;
}

bool RunFormController::used(const OptionBinding& found) const
{
    return found.info.group != "Adapter" || m_config.method == "lora";
}

void RunFormController::changed()
{
    m_planner.plan(m_config);
    Q_EMIT valuesChanged();
}

// A run's sequences have the length of its mixture, unless another one is asked for here.
void RunFormController::takeFacts()
{
    const std::int64_t length = facts().sequenceTokens;
    if (length > 0 && length != m_base.maxTokens) {
        const bool asked = differs("max_tokens");
        m_base.maxTokens = length;
        if (!asked)
            m_config.maxTokens = length;
        Q_EMIT valuesChanged();
    }
    Q_EMIT factsChanged();
}

QStringList RunFormController::reasons() const
{
    QStringList all;
    if (choices().recipes.empty())
        all << (choices().problem.empty() ? tr("No recipe was found in resources/recipes.")
                                          : qtext(choices().problem));
    if (m_config.model.empty())
        all << tr("No model: import one with koala model import, or open the starter project.");
    if (m_config.mixture.empty())
        all << tr("No mixture: make one on the Mixtures page.");
    for (const auto& [key, reason] : m_badReasons)
        all << reason;
    if (!m_config.model.empty() && !m_config.mixture.empty())
        for (const OptionProblem& problem : validate(m_config))
            all << qtext(problem.message);
    if (!facts().modelProblem.empty())
        all << qtext(facts().modelProblem);
    if (!facts().mixtureProblem.empty())
        all << qtext(facts().mixtureProblem);
    all.removeDuplicates();
    return all;
}

QStringList RunFormController::arguments() const
{
    QStringList words;
    const QStringList names = recipes();
    words << (m_recipe >= 0 && m_recipe < names.size() ? names[m_recipe] : QStringLiteral("lora"));
    if (!m_config.mixture.empty())
        words << QStringLiteral("--mixture") << qtext(m_config.mixture);
    if (!m_config.model.empty())
        words << QStringLiteral("--model") << qtext(m_config.model);
    if (!m_name.isEmpty())
        words << QStringLiteral("--name") << m_name;
    for (const OptionBinding& found : m_options)
        if (differs(found.key) && problem(found.key).isEmpty())
            words << QStringLiteral("--set")
                  << qtext(std::string(found.key) + "=" + valueText(found));
    return words;
}

QString RunFormController::command() const
{
    QString text = QStringLiteral("koala run start");
    const QStringList words = arguments();
    for (qsizetype i = 0; i < words.size(); ++i) {
        QString word = words[i];
        if (word.contains(QLatin1Char(' ')))
            word = QLatin1Char('\'') + word.replace(QLatin1Char('\''), QStringLiteral("'\\''")) +
                   QLatin1Char('\'');
        text +=
            (word.startsWith(QStringLiteral("--")) ? QStringLiteral("\n  ") : QStringLiteral(" ")) +
            word;
    }
    return text;
}

std::int64_t RunFormController::trainedParameters() const
{
    return m_config.method == "lora" ? facts().loraPerRank * m_config.loraRank : facts().parameters;
}

std::optional<std::int64_t> RunFormController::steps() const
{
    if (m_config.steps > 0)
        return m_config.steps;
    if (!facts().tokens)
        return std::nullopt;
    const double perStep = double(m_config.sequences) * double(m_config.batchesPerUpdate()) *
                           double(m_config.maxTokens);
    return std::max<std::int64_t>(
        1, std::llround(double(*facts().tokens) * m_config.epochs / perStep));
}

double RunFormController::epochs() const
{
    if (m_config.steps <= 0)
        return m_config.epochs;
    if (!facts().tokens || *facts().tokens == 0)
        return 0;
    return double(m_config.steps) * double(m_config.sequences) *
           double(m_config.batchesPerUpdate()) * double(m_config.maxTokens) /
           double(*facts().tokens);
}

void RunFormController::setName(const QString& name)
{
    m_name = name.trimmed();
    Q_EMIT valuesChanged();
}

void RunFormController::start()
{
    if (canStart())
        m_runs.start(arguments());
}

} // namespace koala
