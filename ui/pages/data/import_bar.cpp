#include "ui/pages/data/import_bar.h"

#include <QHBoxLayout>
#include <QProgressBar>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"

namespace koala {

ImportBar::ImportBar(DataService& service, QWidget* parent) : QWidget(parent), m_service(service)
{
    QHBoxLayout* line = toolBar(this);
    m_file = new TextLabel(TextRole::Strong, this);
    m_words = new TextLabel(TextRole::Secondary, this);
    m_words->setObjectName(QStringLiteral("importWords"));
    m_words->setElided(true);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(QStringLiteral("importProgress"));
    m_progress->setAccessibleName(tr("Import progress"));
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(180);
    m_cancel = plainButton(tr("Cancel"), "close", "cancelImport", this);
    m_close = iconButton("close", tr("Close this message"), "closeImport", this);
    line->addWidget(m_file);
    line->addWidget(m_progress);
    line->addWidget(m_words, 1);
    line->addWidget(m_cancel);
    line->addWidget(m_close);
    connect(m_cancel, &QPushButton::clicked, &m_service.imports(), &ImportQueue::cancel);
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
    connect(&m_service, &DataService::importChanged, this, &ImportBar::refresh);
    hide();
}

void ImportBar::refresh()
{
    const ImportState& state = m_service.importState();
    show();
    m_cancel->setVisible(state.running);
    m_progress->setVisible(state.running);
    m_close->setVisible(!state.running);
    m_file->setVisible(state.running);
    m_file->setText(safeLine(state.file, 60));
    m_words->setTone(state.failed ? Tone::Bad : Tone::Neutral);
    const QString kind =
        state.reason.isEmpty() ? state.kind : state.kind + QStringLiteral(", ") + state.reason;
    if (!state.running) {
        m_words->setText(state.failed || kind.isEmpty()
                             ? state.message
                             : state.message + QStringLiteral(" · ") + kind);
        return;
    }
    m_progress->setValue(
        state.totalBytes == 0
            ? 0
            : int(1000 * std::min(state.bytes, state.totalBytes) / state.totalBytes));
    QStringList words{tr("%1 of %2").arg(byteCount(state.bytes), byteCount(state.totalBytes)),
        counted(qint64(state.rows), tr("row"), tr("rows"))};
    if (state.quarantined > 0)
        words << tr("%1 set aside").arg(grouped(qint64(state.quarantined)));
    if (!kind.isEmpty())
        words << kind;
    if (state.waiting > 0)
        words << tr("%1 more waiting").arg(grouped(state.waiting));
    m_words->setText(words.join(QStringLiteral(" · ")));
}

} // namespace koala
