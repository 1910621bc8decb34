// ui/pages/settings/key_table.h: the keys of the window, in one place: the shell makes its
// shortcuts from it and the Settings page lists it. Pages that read keys themselves are listed by
// what they do.
#pragma once

#include <vector>

#include <QAbstractTableModel>

namespace koala {

struct KeyLine {
    QString keys;
    QString where; // a page, or the whole window
    QString what;
};
std::vector<KeyLine> keyLines();

class KeyTableModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Keys, Where, What, kColumns };

    explicit KeyTableModel(QObject* parent = nullptr);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<KeyLine> m_lines;
};

} // namespace koala
