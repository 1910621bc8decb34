// ui/services/import_preview.h: what a file would become, before it is imported: its kind and why,
// its first rows as conversations, what could not be read, and the names that a list of kinds
// offers. Made by a worker; plain values; nothing is written.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <vector>

#include <QObject>
#include <QString>
#include <QStringList>

#include "core/base/result.h"
#include "ui/services/latest_task.h"

namespace koala {

struct ImportPreviewFacts {
    struct TurnText {
        QString role; // USER, GPT, SYSTEM, CONTEXT, TOOL
        QString text; // bounded and safe to show
        bool trained = false;
    };
    QString file;
    quint64 bytes = 0;
    QString kind;   // id; "" when no importer knows it
    QString title;  // of the kind
    QString reason; // why it is that kind, or why it is none
    QString example;
    std::vector<std::vector<TurnText>> rows; // at most kPreviewRows
    QStringList problems;                    // of records that could not be read
    QStringList columns;                     // of flat records, where there are any
    QString name;                            // from the file's name
    QString licence;                         // of the published source that the file is
    QString terms;
    QString source;          // its title; "" not one that is known
    bool evaluation = false; // it is for evaluation only
};
inline constexpr int kPreviewRows = 10;

// format "": detected. An error when the file cannot be read at all.
Result<ImportPreviewFacts> previewFile(
    const QString& file, const QString& format, const QString& columns, std::stop_token stop);

// Asks for previews, one worker a file; a newer question about the same file drops the older one's
// answer. GUI thread.
class ImportPreviewer final : public QObject {
    Q_OBJECT
public:
    explicit ImportPreviewer(QObject* parent = nullptr) : QObject(parent) {}
    void request(const QString& file, const QString& format, const QString& columns);
    void clear(); // nothing that was asked for is answered any more

Q_SIGNALS:
    void ready(const koala::ImportPreviewFacts& facts);
    void failed(const QString& file, const QString& message);

private:
    std::map<QString, std::unique_ptr<LatestTask>> m_tasks;
};

struct ImportKind {
    QString id;
    QString title;
    QString example;
};
std::vector<ImportKind> importKinds();

} // namespace koala
