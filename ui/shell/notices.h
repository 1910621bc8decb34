// ui/shell/notices.h: what happened, kept until it is read: the list behind the bell of the status
// line.
#pragma once

#include <QAbstractListModel>
#include <QDateTime>

#include "ui/widgets/theme.h"

namespace koala {

struct Notice {
    Tone tone = Tone::Neutral;
    QString text;
    QString details;
    QDateTime time;
};

class NoticeModel final : public QAbstractListModel {
    Q_OBJECT
public:
    static constexpr int kKept = 200;
    explicit NoticeModel(QObject* parent = nullptr) : QAbstractListModel(parent) {}
    void add(Tone tone, const QString& text, const QString& details); // newest first
    void clear();
    const Notice& at(int row) const { return m_notices[std::size_t(row)]; }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<Notice> m_notices;
};

} // namespace koala
