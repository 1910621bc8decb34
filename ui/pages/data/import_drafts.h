// ui/pages/data/import_drafts.h: the files that somebody is about to import: what each would become
// and what was decided about it. A list for views; previews come from the service. No widgets.
#pragma once

#include <QAbstractListModel>

#include "ui/services/data_service.h"

namespace koala {

struct ImportDraft {
    enum class State { Reading, Ready, Unknown, Failed };
    ImportOrder order;
    ImportPreviewFacts facts;
    State state = State::Reading;
    QString problem;         // why it cannot be imported as it is
    bool termsTyped = false; // then a published source's terms no longer replace them
};

class ImportDrafts final : public QAbstractListModel {
    Q_OBJECT
public:
    explicit ImportDrafts(DataService& service, QObject* parent = nullptr);

    void setFiles(const QStringList& files); // starts a preview of each; doubles are left out
    void add(const ImportDraft& draft);      // one whose kind or names are decided already
    const ImportDraft& at(int row) const { return m_drafts[std::size_t(row)]; }
    void remove(int row);
    // Read again under another kind ("" as detected) or column map.
    void setFormat(int row, const QString& format);
    void setColumns(int row, const QString& columns);
    // Names, terms and use; the kind and the columns are left as they are.
    void setFacts(int row, const ImportOrder& facts);
    std::vector<ImportOrder> orders() const; // of those that are ready
    int ready() const;
    bool reading() const; // a preview is still on its way
    void clear();

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

Q_SIGNALS:
    void draftChanged(int row);

private:
    int rowOf(const QString& file) const;
    void readAgain(int row);
    void changed(int row);

    DataService& m_service;
    std::vector<ImportDraft> m_drafts;
};

} // namespace koala
