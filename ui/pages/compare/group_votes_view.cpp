#include "ui/pages/compare/group_votes_view.h"

#include <QAbstractButton>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/widgets/safe_text.h"
#include "ui/widgets/stacked_bar.h"
#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kRowHeight = 22, kNameWidth = 96, kFiguresWidth = 84;

class GroupRow final : public QAbstractButton {
public:
    explicit GroupRow(QWidget* parent) : QAbstractButton(parent)
    {
        setCheckable(true);
        setFixedHeight(kRowHeight);
        setCursor(Qt::PointingHandCursor);
        setFocusPolicy(Qt::TabFocus);
    }
    void set(const GroupVotes& votes)
    {
        m_votes = votes;
        setText(votes.group);
        setObjectName(QStringLiteral("group-") + votes.group);
        setAccessibleName(QObject::tr("%1: A %2, tie %3, B %4, both bad %5")
                .arg(safeLine(votes.group, 60))
                .arg(votes.a)
                .arg(votes.tie)
                .arg(votes.b)
                .arg(votes.bothBad));
        setToolTip(QObject::tr("Show only these prompts"));
        update();
    }
    const GroupVotes& votes() const { return m_votes; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Tokens& colors = tokens();
        QPainter painter(this);
        if (isChecked() || underMouse() || hasFocus())
            painter.fillRect(rect(), isChecked() ? colors.selected : colors.hover);
        painter.setFont(fontFor(TextRole::Secondary));
        painter.setPen(colors.text);
        painter.drawText(QRect(16, 0, kNameWidth - 8, height()), Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(
                safeLine(m_votes.group, 60), Qt::ElideRight, kNameWidth - 8));
        const QRect bar(
            16 + kNameWidth, height() / 2 - 4, width() - 32 - kNameWidth - kFiguresWidth, 8);
        const std::vector<BarSegment> segments{
            {double(m_votes.a), colors.a, BarSegment::Fill::Solid, {}, {}},
            {double(m_votes.tie + m_votes.bothBad), colors.tie, BarSegment::Fill::Hatch, {}, {}},
            {double(m_votes.b), colors.b, BarSegment::Fill::Solid, {}, {}}};
        const int all = m_votes.a + m_votes.tie + m_votes.b + m_votes.bothBad;
        if (all > 0)
            paintStackedBar(painter, bar, segments, 0, false);
        else
            painter.fillRect(bar, colors.track);
        painter.setFont(tabular(fontFor(TextRole::Secondary)));
        painter.setPen(colors.secondary);
        painter.drawText(QRect(width() - 16 - kFiguresWidth, 0, kFiguresWidth, height()),
            Qt::AlignRight | Qt::AlignVCenter,
            QStringLiteral("%1 · %2 · %3")
                .arg(m_votes.a)
                .arg(m_votes.tie + m_votes.bothBad)
                .arg(m_votes.b));
    }

private:
    GroupVotes m_votes;
};
} // namespace

GroupVotesView::GroupVotesView(QWidget* parent) : QWidget(parent), m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
}

void GroupVotesView::set(const std::vector<GroupVotes>& groups)
{
    while (m_rows.size() > groups.size()) {
        delete m_rows.back();
        m_rows.pop_back();
    }
    while (m_rows.size() < groups.size()) {
        auto* row = new GroupRow(this);
        m_layout->addWidget(row);
        m_rows.push_back(row);
        connect(row, &QAbstractButton::clicked, this, [this, row] {
            m_chosen = row->votes().group == m_chosen ? QString() : row->votes().group;
            for (QWidget* other : m_rows)
                static_cast<GroupRow*>(other)->setChecked(
                    static_cast<GroupRow*>(other)->votes().group == m_chosen);
            Q_EMIT groupChosen(m_chosen);
        });
    }
    for (std::size_t i = 0; i < groups.size(); ++i)
        static_cast<GroupRow*>(m_rows[i])->set(groups[i]);
}

} // namespace koala
