#include "ui/pages/studies/study_words.h"

#include <QCoreApplication>
#include <QLocale>

#include "core/stats/sign_test.h"
#include "ui/services/words.h"

namespace koala {
namespace {

QString tr(const char* text, int n = -1)
{
    return QCoreApplication::translate("StudyWords", text, nullptr, n);
}

QString fixed(double value, int digits)
{
    return QLocale().toString(value, 'f', digits);
}

// Whole percents, but never one that an interval does not reach.
QString range(double low, double high)
{
    return fixed(low * 100, 0) + QChar(0x2013) + fixed(high * 100, 0) + QStringLiteral("\u00a0%");
}

} // namespace

QString percent(double share, int digits)
{
    return fixed(share * 100, digits) + QStringLiteral("\u00a0%");
}

QString pValueText(double p)
{
    if (p < 0.001)
        return QStringLiteral("<\u00a0") + fixed(0.001, 3);
    if (p < 0.01)
        return fixed(p, 4);
    return fixed(p, p < 0.1 ? 3 : 2);
}

QString pValueSentence(double p)
{
    return p < 0.001 ? QStringLiteral("p ") + pValueText(p)
                     : QStringLiteral("p = ") + pValueText(p);
}

QString verdict(const StudyResult& study)
{
    const Outcome& outcome = study.total.outcome;
    if (outcome.counts.total() == 0)
        return tr("No votes yet.");
    if (outcome.decided == 0)
        return tr("Nothing is decided yet: every vote is a tie or both bad.");
    const bool b = sideBLeads(outcome);
    const QString side = b ? QStringLiteral("B") : QStringLiteral("A");
    const std::int64_t won = b ? outcome.counts.wins : outcome.counts.losses;
    const QString what = study.raters.size() > 1 ? tr("decided prompts") : tr("decided votes");
    const QString interval = b ? range(outcome.interval.low, outcome.interval.high)
                               : range(1 - outcome.interval.high, 1 - outcome.interval.low);
    const QString figures = tr("%1 of %2 %3, 95\u00a0% interval %4, exact test %5.")
                                .arg(grouped(won), grouped(outcome.decided), what, interval,
                                    pValueSentence(outcome.pValue));
    if (outcome.pValue < 0.05)
        return tr("%1 is better: %2").arg(side, figures);
    if (outcome.counts.wins == outcome.counts.losses)
        return tr("No difference is shown: A and B won equally often, %1").arg(figures);
    return tr("No difference is shown yet: %1 won %2").arg(side, figures);
}

QString verdictDetail(const Outcome& outcome)
{
    const std::int64_t ties = outcome.counts.ties, bad = outcome.counts.bothBad;
    if (ties == 0 && bad == 0)
        return {};
    QString who;
    if (ties > 0)
        who = ties == 1 ? tr("1 tie") : tr("%1 ties").arg(grouped(ties));
    if (bad > 0)
        who += (who.isEmpty() ? QString() : tr(" and ")) + tr("%1 both bad").arg(grouped(bad));
    return tr("%1: counted apart, never turned into wins.").arg(who);
}

QString outcomeInWords(const Outcome& outcome)
{
    return tr("A wins %1, ties %2, B wins %3, both bad %4")
        .arg(grouped(outcome.counts.losses), grouped(outcome.counts.ties),
            grouped(outcome.counts.wins), grouped(outcome.counts.bothBad));
}

QString reachInWords(std::int64_t decided)
{
    if (decided < 6) // 5 of 5 gives p = 0.0625
        return tr("At least 6 decided votes are needed before p can fall under 0.05.");
    // The least majority that is enough; p falls with it, so halving finds it.
    std::int64_t low = decided / 2, high = decided;
    while (high - low > 1) {
        const std::int64_t middle = (low + high) / 2;
        (signTest(middle, decided - middle) < 0.05 ? high : low) = middle;
    }
    return tr("Of %1 decided votes, %2 must go one way before p falls under 0.05.")
        .arg(grouped(decided), grouped(high));
}

} // namespace koala
