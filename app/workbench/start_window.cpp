#include "app/workbench/start_window.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

namespace koala {

namespace {
bool isProject(const QString& folder)
{
    return QFileInfo::exists(folder + QStringLiteral("/project.json"));
}
} // namespace

void ProjectChooser::chooseExisting(QWidget* over)
{
    const QString folder =
        QFileDialog::getExistingDirectory(over, tr("Open project"), QDir::homePath());
    if (folder.isEmpty())
        return;
    if (isProject(folder))
        Q_EMIT chosen(folder);
    else
        Q_EMIT failed(tr("%1 is no project: it has no project.json. Choose another folder, or make "
                         "a new project.")
                .arg(folder));
}

void ProjectChooser::makeNew(QWidget* over)
{
    const QString folder = QFileDialog::getSaveFileName(over, tr("New project"),
        QDir::home().filePath(tr("my-project")), QString(), nullptr, QFileDialog::ShowDirsOnly);
    if (!folder.isEmpty())
        make(folder, false);
}

void ProjectChooser::openStarter()
{
    const QString folder = QDir::home().filePath(QStringLiteral("koala-starter"));
    if (isProject(folder))
        Q_EMIT chosen(folder);
    else
        make(folder, true);
}

void ProjectChooser::make(const QString& folder, bool starter)
{
    if (m_child != nullptr)
        return;
    m_child = new JsonChild(this);
    Q_EMIT working(tr("Making the project…"));
    connect(m_child, &JsonChild::ended, this,
        [this, folder](JsonChild::End end, const QString& message) {
            m_child->deleteLater();
            m_child = nullptr;
            Q_EMIT working({});
            if (end == JsonChild::End::Done)
                Q_EMIT chosen(folder);
            else
                Q_EMIT failed(tr("The project could not be made: %1").arg(message));
        });
    QStringList arguments{QStringLiteral("project"), QStringLiteral("new"), folder};
    if (starter)
        arguments << QStringLiteral("--starter");
    m_child->start(arguments << QStringLiteral("--json"));
}

} // namespace koala
