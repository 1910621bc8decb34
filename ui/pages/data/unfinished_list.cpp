#include "ui/pages/data/unfinished_list.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
QString nameOf(const UnfinishedImport& import)
{
    if (!import.slug.empty())
        return safeLine(import.slug, 60);
    return import.files.empty() ? safeLine(import.id, 60)
                                : safeLine(import.files.front().filename().string(), 60);
}

QString detailsOf(const UnfinishedImport& import)
{
    QStringList words{UnfinishedList::tr("the import of %1 was cut off").arg(nameOf(import)),
        UnfinishedList::tr("%1 read, %2 on disk")
            .arg(counted(qint64(import.records), UnfinishedList::tr("record"),
                     UnfinishedList::tr("records")),
                byteCount(import.bytesOnDisk))};
    if (!import.started.empty())
        words << UnfinishedList::tr("begun %1").arg(shortDate(import.started));
    if (!import.problem.empty())
        words
            << UnfinishedList::tr("it cannot be continued: %1").arg(safeLine(import.problem, 300));
    return words.join(QStringLiteral("; "));
}
} // namespace

UnfinishedList::UnfinishedList(DataService& service, QWidget* parent)
    : QWidget(parent), m_service(service)
{
    setObjectName(QStringLiteral("unfinishedList"));
    m_lines = new QVBoxLayout(this);
    m_lines->setContentsMargins(16, 6, 8, 6);
    m_lines->setSpacing(2);
    connect(&m_service, &DataService::sourcesChanged, this, &UnfinishedList::refresh);
    refresh();
}

void UnfinishedList::refresh()
{
    QStringList ids;
    for (const UnfinishedImport& import : m_service.unfinished())
        ids << qtext(import.id);
    setVisible(!ids.isEmpty());
    if (ids == m_shown)
        return;
    m_shown = ids;
    while (QLayoutItem* item = m_lines->takeAt(0)) {
        if (item->widget() != nullptr)
            item->widget()->deleteLater();
        delete item;
    }
    if (ids.isEmpty())
        return;
    m_lines->addWidget(new TextLabel(tr("Imports that were cut off"), TextRole::Secondary, this));
    for (const UnfinishedImport& import : m_service.unfinished())
        addLine(import);
}

void UnfinishedList::addLine(const UnfinishedImport& import)
{
    const QString id = qtext(import.id);
    auto* line = new QWidget(this);
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    auto* sign = new QLabel(line);
    sign->setPixmap(iconPixmap("warning", tokens().strong(Tone::Warning), 14, devicePixelRatioF()));
    auto* words = new TextLabel(tr("%1 · %2").arg(nameOf(import),
                                    counted(qint64(import.records), tr("record"), tr("records"))),
        TextRole::Body, line);
    words->setElided(true);
    words->setAccessibleDescription(detailsOf(import));
    line->setToolTip(QStringLiteral("<qt>%1</qt>").arg(detailsOf(import).toHtmlEscaped()));
    auto* goOn = linkButton(tr("continue"), "continueImport", line);
    goOn->setAccessibleName(tr("Continue the import of %1").arg(nameOf(import)));
    goOn->setVisible(import.problem.empty());
    auto* discard = linkButton(tr("discard"), "discardImport", line);
    discard->setAccessibleName(tr("Discard the import of %1").arg(nameOf(import)));
    layout->addWidget(sign);
    layout->addWidget(words, 1);
    layout->addWidget(goOn);
    layout->addWidget(discard);
    m_lines->addWidget(line);
    connect(
        goOn, &QPushButton::clicked, this, [this, import] { m_service.continueImport(import); });
    connect(discard, &QPushButton::clicked, this,
        [this, discard, goOn, id = import.id, size = byteCount(import.bytesOnDisk)] {
            if (discard->property("asked").toBool()) {
                m_service.discardImport(id);
                return;
            }
            discard->setProperty("asked", true); // cannot be undone: a second press does it
            goOn->hide();
            discard->setText(tr("really discard %1?").arg(size));
            discard->setAccessibleName(discard->text());
        });
}

} // namespace koala
