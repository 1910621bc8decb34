// ui/pages/runs/run_form_controller.h: the form of a new run: a recipe, what differs from it, why
// Start is off, and the exact command line. The declaration of the options is the only list of
// fields. No widgets.
#pragma once

#include <QObject>
#include <QStringList>

#include "core/config/train_config.h"
#include "ui/services/run_planner.h"
#include "ui/services/run_service.h"

namespace koala {

class RunFormController final : public QObject {
    Q_OBJECT
public:
    RunFormController(RunPlanner& planner, RunService& runs, QObject* parent = nullptr);

    const std::vector<OptionBinding>& options() const { return m_options; }
    const OptionBinding* option(std::string_view key) const;
    QString text(std::string_view key) const;     // as the field shows it
    QString baseText(std::string_view key) const; // of the recipe
    bool differs(std::string_view key) const;
    QString problem(std::string_view key) const; // of this field, "" when it is right
    void set(const std::string& key, const QString& text);
    void reset(const std::string& key);
    void resetAll();
    int differences(std::string_view group) const;
    // Adapter fields mean nothing in a full fine-tune.
    bool used(const OptionBinding& option) const;

    QStringList recipes() const;
    int recipe() const { return m_recipe; }
    void chooseRecipe(int index);
    const PlanChoices& choices() const { return m_planner.choices(); }
    const PlanFacts& facts() const { return m_planner.facts(); }
    const TrainConfig& config() const { return m_config; }
    void open(const QString& mixture); // reads what there is and begins anew

    QStringList reasons() const; // why it cannot start; empty: ready
    bool canStart() const { return reasons().isEmpty() && !m_runs.starting(); }
    QStringList arguments() const; // after `koala run start`
    QString command() const;
    std::int64_t trainedParameters() const;
    std::optional<std::int64_t> steps() const; // asked for, or about as many as the epochs need
    double epochs() const;
    void start();
    const QString& name() const { return m_name; } // empty: the program makes one up
    void setName(const QString& name);

Q_SIGNALS:
    void choicesChanged();
    void valuesChanged();
    void factsChanged();

private:
    void changed();
    void takeFacts();
    RunPlanner& m_planner;
    RunService& m_runs;
    TrainConfig m_config, m_base;
    std::vector<OptionBinding> m_options, m_baseOptions;
    std::map<std::string, QString, std::less<>> m_badTexts; // what was typed and could not be taken
    std::map<std::string, QString, std::less<>> m_badReasons;
    int m_recipe = 0;
    QString m_wantedMixture;
    QString m_name;
};

} // namespace koala
