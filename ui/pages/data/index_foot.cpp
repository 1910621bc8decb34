#include "ui/pages/data/index_foot.h"

#include <algorithm>

#include <QHBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"

namespace koala {

IndexFoot::IndexFoot(DataService& service, QWidget* parent) : QWidget(parent), m_service(service)
{
    setFixedHeight(size::kStatusLine);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(16, 0, 8, 0);
    line->setSpacing(8);
    m_words = new TextLabel(TextRole::Secondary, this);
    m_words->setObjectName(QStringLiteral("indexWords"));
    m_words->setElided(true);
    m_action = linkButton(tr("stop"), "indexAction", this);
    line->addWidget(m_words, 1);
    line->addWidget(m_action);
    IndexQueue& index = m_service.index();
    connect(&index, &IndexQueue::changed, this, &IndexFoot::refresh);
    connect(&m_service, &DataService::sourcesChanged, this, &IndexFoot::refresh);
    connect(m_action, &QPushButton::clicked, &index, [&index] {
        if (index.state().running)
            index.stop();
        else
            index.goOn();
    });
    refresh();
}

QString IndexFoot::titleOf(const QString& slug) const
{
    const auto& sources = m_service.sources();
    const auto found = std::ranges::find(sources, slug, &DataSource::slug);
    return safeLine(found == sources.end() ? slug : qtext(found->manifest.title), 60);
}

void IndexFoot::refresh()
{
    const IndexState& state = m_service.index().state();
    const bool failed = !state.running && !state.problem.isEmpty();
    const bool stopped = !state.running && state.stopped && state.waiting > 0;
    m_action->setVisible(state.running || failed || stopped);
    m_action->setText(state.running ? tr("stop") : failed ? tr("try again") : tr("go on"));
    m_action->setAccessibleName(state.running ? tr("Stop indexing")
                                : failed      ? tr("Try indexing again")
                                              : tr("Go on with indexing"));
    m_words->setTone(failed ? Tone::Warning : Tone::Neutral);
    if (failed) {
        m_words->setText(tr("%1 is not indexed").arg(titleOf(state.failedSlug)));
        m_words->setToolTip(state.problem);
        m_words->setAccessibleDescription(state.problem);
        return;
    }
    m_words->setAccessibleDescription({});
    if (stopped) {
        m_words->setText(tr("indexing stopped, %1 left")
                .arg(counted(state.waiting, tr("source"), tr("sources"))));
        return;
    }
    if (!state.running) {
        m_words->setText(
            m_service.sources().empty() ? QString() : tr("words and languages indexed"));
        return;
    }
    // The figure first: it stays readable where the name is cut.
    const int percent = state.totalRows == 0
                            ? 0
                            : int(100 * std::min(state.rows, state.totalRows) / state.totalRows);
    m_words->setText((state.doing == QStringLiteral("tokens") ? tr("counting tokens %1 % · %2")
                                                              : tr("indexing %1 % · %2"))
            .arg(percent)
            .arg(titleOf(state.slug)));
}

} // namespace koala
