#include "ui/pages/data/sheet_tab.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QRegularExpression>
#include <QSaveFile>
#include <QVBoxLayout>

#include "ui/widgets/answer_text.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/text_label.h"

namespace koala {

SheetTab::SheetTab(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* line = toolBar(bar);
    auto* words =
        new TextLabel(tr("What whoever gets this data should know; it travels with every export"),
            TextRole::Secondary, bar);
    words->setElided(true);
    m_copy = plainButton(tr("Copy"), "copy", "copySheet", bar);
    m_export = plainButton(tr("Export…"), "export", "exportSheet", bar);
    line->addSpacing(4);
    line->addWidget(words, 1);
    line->addWidget(m_copy);
    line->addWidget(m_export);
    layout->addWidget(bar);
    m_problem = new NoticeBar(this);
    layout->addWidget(m_problem);
    m_text = new AnswerText(this);
    m_text->setObjectName(QStringLiteral("sheetText"));
    m_text->setAccessibleName(tr("Data sheet"));
    auto* inset = new QVBoxLayout;
    inset->setContentsMargins(16, 12, 16, 0);
    inset->addWidget(m_text);
    layout->addLayout(inset, 1);
    connect(m_copy, &QPushButton::clicked, this,
        [this] { QApplication::clipboard()->setText(m_sheet); });
    connect(m_export, &QPushButton::clicked, this, &SheetTab::saveAs);
    connect(&m_controller, &DataController::chosen, this, &SheetTab::ask);
    connect(&m_controller.service(), &DataService::sheetReady, this, [this](const QString& sheet) {
        m_sheet = sheet;
        // Escapes are for Markdown readers; here the characters themselves are shown.
        static const QRegularExpression escaped(QStringLiteral(R"(\\([^\w\s]|_))"));
        m_text->setAnswer(QString(sheet).replace(escaped, QStringLiteral("\\1")));
        m_problem->clear();
        m_copy->setEnabled(true);
        m_export->setEnabled(true);
    });
    connect(&m_controller.service(), &DataService::sheetFailed, this,
        [this](const QString& message) { m_problem->tell(Tone::Bad, message); });
}

void SheetTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    ask();
}

void SheetTab::ask()
{
    m_copy->setEnabled(!m_sheet.isEmpty());
    m_export->setEnabled(!m_sheet.isEmpty());
    if (isVisible() && m_controller.dataset())
        m_controller.service().requestSheet();
}

void SheetTab::saveAs()
{
    auto* dialog = new QFileDialog(this, tr("Export the data sheet"));
    dialog->setObjectName(QStringLiteral("sheetDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setNameFilter(tr("Markdown (*.md)"));
    dialog->selectFile(m_controller.currentSlug() + QStringLiteral("-data-sheet.md"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        QSaveFile file(path);
        const QByteArray bytes = m_sheet.toUtf8();
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
            m_problem->tell(Tone::Bad, tr("%1 could not be written: %2. Choose another place.")
                                           .arg(path, file.errorString()));
    });
    dialog->open();
}

} // namespace koala
