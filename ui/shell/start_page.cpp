#include "ui/shell/start_page.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/widgets/buttons.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/page_header.h"

namespace koala {

namespace {
constexpr int kRecentShown = 6;
}

StartPage::StartPage(const QStringList& recentProjects, QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("startPage"));
    setWindowTitle(QStringLiteral("Koala Workbench"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = new PageHeader(tr("Koala Workbench"), this);
    auto* open = plainButton(tr("Open project…"), "folder", "start.open", header);
    auto* make = plainButton(tr("New project…"), "plus", "start.new", header);
    header->addRight(make);
    header->addRight(open);
    m_notice = new NoticeBar(this);
    m_state = new EmptyState(
        tr("Build a mixture, fine-tune a small model on it, and see what it learned."),
        tr("Open the starter project"), "play", "start.starter", this);
    m_state->addHint("data", tr("The starter project is complete"),
        tr("Conversations written for it, a small model, two prompt sets and a short run. It is "
           "made in your home folder."));
    m_state->addHint("shield", tr("Nothing leaves this computer"),
        tr("A project is a folder of plain files that opens on any other computer."));
    column->addWidget(header);
    column->addWidget(m_notice);
    column->addWidget(m_state, 1);
    if (!recentProjects.isEmpty()) {
        auto* row = new QHBoxLayout;
        row->setContentsMargins(16, 8, 16, 12);
        row->setSpacing(16);
        row->addWidget(new TextLabel(tr("Last projects"), TextRole::Secondary, this));
        int shown = 0;
        for (const QString& folder : recentProjects.mid(0, kRecentShown)) {
            auto* link = linkButton(QFileInfo(folder).fileName(), "start.recent", this);
            link->setObjectName(QStringLiteral("start.recent.%1").arg(shown++));
            link->setToolTip(folder.toHtmlEscaped());
            connect(link, &QPushButton::clicked, this,
                [this, folder] { Q_EMIT projectChosen(folder); });
            row->addWidget(link);
        }
        row->addStretch();
        column->addLayout(row);
    }
    resize(1100, 720);
    connect(open, &QPushButton::clicked, this, &StartPage::openRequested);
    connect(make, &QPushButton::clicked, this, &StartPage::newRequested);
    connect(m_state, &EmptyState::pressed, this, &StartPage::starterRequested);
}

void StartPage::setBusy(const QString& words)
{
    m_state->button()->setEnabled(words.isEmpty());
    m_state->button()->setText(words.isEmpty() ? tr("Open the starter project") : words);
}

void StartPage::tell(const QString& problem)
{
    setBusy({});
    m_notice->tell(Tone::Bad, problem);
}

} // namespace koala
