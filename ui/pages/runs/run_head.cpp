#include "ui/pages/runs/run_head.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/pages/runs/run_look.h"
#include "ui/services/words.h"
#include "ui/widgets/pill.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/text_label.h"

namespace koala {

class RunHead::Progress final : public QWidget {
public:
    explicit Progress(QWidget* parent) : QWidget(parent)
    {
        setFixedHeight(12);
        setObjectName(QStringLiteral("runs.progress"));
    }
    void set(const RunSummary& summary)
    {
        m_total = summary.totalSteps;
        m_step = summary.step;
        m_ticks = summary.checkpoints;
        m_bad = summary.phase == RunPhase::Failed;
        setAccessibleName(tr("%1, %2 checkpoints").arg(stepWords(summary)).arg(m_ticks.size()));
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Tokens& t = tokens();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        const QRectF bar(0, height() / 2.0 - 2, width(), 4);
        painter.setBrush(t.track);
        painter.drawRoundedRect(bar, 2, 2);
        if (m_total <= 0)
            return;
        const QColor strong = m_bad ? t.bad : t.accent;
        painter.setBrush(strong);
        painter.drawRoundedRect(
            QRectF(bar.x(), bar.y(), bar.width() * double(m_step) / double(m_total), 4), 2, 2);
        for (const std::int64_t tick : m_ticks)
            if (tick < m_total)
                painter.fillRect(
                    QRectF(width() * double(tick) / double(m_total) - 1, 1, 2, height() - 2),
                    strong);
    }

private:
    std::int64_t m_total = 0, m_step = 0;
    std::vector<std::int64_t> m_ticks;
    bool m_bad = false;
};

RunHead::RunHead(QWidget* parent)
    : QWidget(parent), m_key(new SeriesKeyWidget(SeriesKeyWidget::Form::Line, this)),
      m_name(new TextLabel(TextRole::Strong, this)), m_state(new Pill(this)),
      m_step(new TextLabel(TextRole::Strong, this)), m_words(new TextLabel(TextRole::Body, this)),
      m_progress(new Progress(this))
{
    setFixedHeight(62);
    m_name->setObjectName(QStringLiteral("runs.name"));
    m_state->setObjectName(QStringLiteral("runs.state"));
    m_step->setObjectName(QStringLiteral("runs.step"));
    m_words->setSecondary(true);
    m_name->setElided(true);
    m_name->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_key, m_name, m_state})
        row->addWidget(widget);
    row->addStretch();
    row->addWidget(m_step);
    row->addWidget(m_words);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(size::kGap, 10, size::kGap, 8);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_progress);
}

void RunHead::setRun(const RunSnapshot* run)
{
    if (run == nullptr)
        return;
    const RunLook look = lookOf(run->summary);
    m_key->setKey(SeriesKey{run->key});
    m_name->setText(run->name());
    QString word = look.word;
    if (!word.isEmpty())
        word[0] = word[0].toUpper();
    m_state->set(look.icon, word, look.tone);
    m_step->setText(stepWords(run->summary));
    const QString words = progressWords(run->summary);
    m_words->setText(words.isEmpty() ? QString() : QStringLiteral("· ") + words);
    m_progress->set(run->summary);
}

void RunHead::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), tokens().card);
}

} // namespace koala
