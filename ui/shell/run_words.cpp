#include "ui/shell/run_words.h"

#include <cmath>

#include <QLocale>

#include "ui/services/run_words.h"

namespace koala {

namespace {
constexpr std::size_t kSparkPoints = 60;
}

RunningFacts runningFacts(const RunSnapshot& run)
{
    const QLocale locale;
    RunningFacts facts;
    facts.id = run.id();
    facts.name = run.name();
    facts.key = run.key;
    const RunSummary& s = run.summary;
    if (s.step == 0 && !s.activity.empty())
        facts.progress = QString::fromStdString(s.activity);
    else if (s.totalSteps > 0)
        facts.progress =
            QObject::tr("step %1/%2")
                .arg(locale.toString(qint64(s.step)), locale.toString(qint64(s.totalSteps)));
    if (s.lastLoss)
        facts.loss = QObject::tr("loss %1").arg(locale.toString(*s.lastLoss, 'f', 2));
    if (s.secondsLeft)
        facts.left = QObject::tr("%1 left").arg(durationWords(*s.secondsLeft));
    if (run.series) {
        const auto& loss = run.series->column(SeriesColumn::Loss);
        const std::size_t from = loss.size() > kSparkPoints ? loss.size() - kSparkPoints : 0;
        for (std::size_t i = from; i < loss.size(); ++i)
            if (std::isfinite(loss[i]))
                facts.recentLoss.push_back(loss[i]);
    }
    return facts;
}

QString runWords(const RunSnapshot& run)
{
    const RunSummary& s = run.summary;
    const QLocale locale;
    QStringList words{
        QString::fromLatin1(runPhaseName(s.phase).data(), qsizetype(runPhaseName(s.phase).size()))};
    if (s.phase == RunPhase::Running && s.totalSteps > 0)
        words << QObject::tr("step %1 of %2")
                     .arg(locale.toString(qint64(s.step)), locale.toString(qint64(s.totalSteps)));
    else if (s.lastLoss)
        words << QObject::tr("loss %1").arg(locale.toString(*s.lastLoss, 'f', 2));
    return words.join(QStringLiteral(" · "));
}

} // namespace koala
