#include "ui/services/cleaning_service.h"

#include "ui/services/words.h"

namespace koala {

CleaningService::CleaningService(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)), m_child(this)
{
    connect(&m_child, &JsonChild::line, this, &CleaningService::readLine);
    connect(&m_child, &JsonChild::ended, this, &CleaningService::end);
}

fs::path CleaningService::directory() const
{
    return m_project / "datasets" / m_state.slug.toStdString();
}

QString CleaningService::command() const
{
    return m_state.slug.isEmpty() ? QString() : QStringLiteral("koala data clean ") + m_state.slug;
}

Result<CleaningService::Loaded> CleaningService::load(
    const fs::path& directory, std::stop_token stop)
{
    Loaded loaded;
    KOALA_TRY(loaded.steps, readSteps(directory));
    std::error_code code;
    loaded.history = fs::exists(directory / "steps.history.jsonl", code);
    KOALA_TRY(loaded.report, readCleaningReport(directory));
    auto rows = std::make_shared<KeptRows>();
    if (loaded.report && loaded.steps.anyEnabled()) { // kept beside the dataset: nothing runs here
        CleaningOptions options;
        options.stop = stop;
        KOALA_TRY(const auto left, openEffectiveDataset(directory, options));
        rows->kept.assign(loaded.report->rows, false);
        for (std::uint64_t row = 0; row < left->size(); ++row)
            rows->kept[left->rowNumber(row)] = true;
        rows->taken = loaded.report->rows - left->size();
    }
    loaded.rows = std::move(rows);
    return loaded;
}

void CleaningService::take(Result<Loaded> loaded)
{
    if (!loaded.ok()) {
        m_state.problem = qtext(loaded.error().message);
        Q_EMIT changed();
        return;
    }
    m_state.steps = std::move(loaded->steps);
    m_state.current = loaded->report.has_value() || !m_state.steps.anyEnabled();
    if (m_state.current)
        m_state.report = std::move(loaded->report);
    m_state.canUndo = m_state.canUndo || loaded->history;
    Q_EMIT rowsKnown(loaded->rows);
    Q_EMIT changed();
}

void CleaningService::open(const QString& slug)
{
    m_again = false;
    m_child.cancel();
    m_loading.cancel();
    m_changing.cancel();
    m_example.cancel();
    m_state = {};
    m_state.slug = slug;
    Q_EMIT changed();
    if (slug.isEmpty())
        return;
    m_loading.request([folder = directory()](std::stop_token stop) { return load(folder, stop); },
        [this](Result<Loaded> loaded) { take(std::move(loaded)); });
}

void CleaningService::change(std::function<Status()> work, bool undone, bool redone)
{
    if (m_state.slug.isEmpty())
        return;
    m_before = m_state.steps.effectiveSha256;
    m_state.current = false;
    m_state.problem.clear();
    Q_EMIT changed();
    m_changing.request([work = std::move(work)](std::stop_token) { return work(); },
        [this, undone, redone](Status status) {
            const bool nothing = !status.ok() && status.error().code == ErrorCode::NotFound;
            m_state.canUndo = undone ? !nothing : true;
            m_state.canRedo = redone ? !nothing : undone && !nothing;
            if (nothing) {
                m_state.current = true;
                Q_EMIT changed();
                return;
            }
            if (!status.ok()) {
                m_state.problem = qtext(status.error().message);
                Q_EMIT changed();
                return;
            }
            m_loading.request(
                [folder = directory()](std::stop_token stop) { return load(folder, stop); },
                [this](Result<Loaded> loaded) {
                    take(std::move(loaded));
                    if (!m_state.current || m_state.steps.effectiveSha256.empty())
                        run();
                    else
                        Q_EMIT ran(qtext(m_before), qtext(m_state.steps.effectiveSha256));
                });
        });
}

void CleaningService::apply(const CleaningSteps& steps)
{
    m_state.steps = steps; // shown at once; the figures follow
    change([folder = directory(), steps] { return writeSteps(folder, steps); }, false, false);
}

void CleaningService::undo()
{
    change(
        [folder = directory()]() -> Status {
            KOALA_TRY([[maybe_unused]] const CleaningSteps steps, undoSteps(folder));
            return {};
        },
        true, false);
}

void CleaningService::redo()
{
    change(
        [folder = directory()]() -> Status {
            KOALA_TRY([[maybe_unused]] const CleaningSteps steps, redoSteps(folder));
            return {};
        },
        false, true);
}

void CleaningService::run()
{
    if (m_state.slug.isEmpty())
        return;
    m_state.running = true;
    m_state.part = 0;
    m_state.problem.clear();
    if (m_child.running()) {
        m_again = true;
        m_child.cancel();
    } else {
        m_before = m_state.steps.effectiveSha256;
        m_child.start(
            {QStringLiteral("--project"), qtext(m_project.string()), QStringLiteral("data"),
                QStringLiteral("clean"), m_state.slug, QStringLiteral("--json")});
    }
    Q_EMIT changed();
}

void CleaningService::cancel()
{
    m_again = false;
    m_child.cancel();
}

void CleaningService::readLine(const Json& line)
{
    if (stringOr(line, "type", "") != "progress")
        return;
    const double steps = double(std::max<std::int64_t>(1, integerOr(line, "steps", 1)));
    const double rows = double(std::max<std::int64_t>(1, integerOr(line, "total_rows", 1)));
    m_state.part = std::min(1.0,
        (double(integerOr(line, "step", 0)) + double(integerOr(line, "rows", 0)) / rows) / steps);
    const StepType* type = findStepType(stringOr(line, "step_type", ""));
    m_state.doing = type == nullptr ? QString() : qtext(std::string(type->title));
    Q_EMIT changed();
}

void CleaningService::end(JsonChild::End how, const QString& message)
{
    m_state.running = false;
    if (m_again) {
        m_again = false;
        run();
        return;
    }
    if (how == JsonChild::End::Cancelled) {
        Q_EMIT changed();
        return;
    }
    if (how == JsonChild::End::Failed || how == JsonChild::End::Crashed) {
        m_state.problem = message;
        Q_EMIT changed();
        return;
    }
    m_loading.request([folder = directory()](std::stop_token stop) { return load(folder, stop); },
        [this](Result<Loaded> loaded) {
            take(std::move(loaded));
            Q_EMIT ran(qtext(m_before), qtext(m_state.steps.effectiveSha256));
        });
}

void CleaningService::requestExample(std::uint64_t row, std::optional<std::uint64_t> other)
{
    m_example.request(
        [folder = directory(), row, other](std::stop_token) -> Result<ExampleTexts> {
            KOALA_TRY(const auto dataset, Dataset::open(folder));
            ExampleTexts texts;
            texts.row = row;
            KOALA_TRY(texts.conversation, dataset->read(row));
            if (other) {
                KOALA_TRY(texts.other, dataset->read(*other));
            }
            return texts;
        },
        [this](Result<ExampleTexts> texts) {
            if (texts.ok())
                Q_EMIT exampleReady(*texts);
        });
}

} // namespace koala
