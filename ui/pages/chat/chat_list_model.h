// ui/pages/chat/chat_list_model.h: the chats of the project under the days they were last written,
// newest first. No files, no widgets.
#pragma once

#include <QAbstractListModel>

#include "ui/services/chat_store.h"
#include "ui/services/model_catalogue.h"

namespace koala {

class ChatListModel final : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role : int { kHeadingRole = Qt::UserRole + 1, kFactsRole, kKeyRole, kIdRole };
    using QAbstractListModel::QAbstractListModel;

    void set(std::vector<ChatSummary> chats, const std::vector<ModelChoice>& models);
    void setFilter(const QString& text);
    QString idAt(int row) const; // "" for a heading
    int rowOf(const QString& id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    struct Entry {
        QString heading; // of a group; empty for a chat
        int chat = -1;
    };
    void rebuild();

    std::vector<ChatSummary> m_chats;
    std::vector<ModelChoice> m_models;
    QString m_filter;
    std::vector<Entry> m_entries;
};

} // namespace koala
