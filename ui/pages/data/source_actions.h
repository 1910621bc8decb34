// ui/pages/data/source_actions.h: what one can do with a source from its menu: another name, terms
// or use, importing its file as another kind, and deleting it, which can be undone.
#pragma once

#include <QDialog>

#include "ui/pages/data/data_controller.h"

class QLineEdit;
class QMenu;

namespace koala {

class Toggle;

// Title, licence, terms and use of a source.
class SourceFactsSheet final : public QDialog {
    Q_OBJECT
public:
    explicit SourceFactsSheet(DataService& service, QWidget* parent = nullptr);
    void ask(const DataSource& source);

private:
    void save();
    DataService& m_service;
    QString m_slug;
    QLineEdit* m_title;
    QLineEdit* m_licence;
    QLineEdit* m_terms;
    Toggle* m_evaluation;
};

class SourceActions final : public QObject {
    Q_OBJECT
public:
    SourceActions(DataController& controller, QWidget* parent);
    void fill(QMenu& menu); // for the chosen source
    void rename();
    void remove(); // asks first, and says which mixtures use it
    void importAgain();
    void undoRemoval();

Q_SIGNALS:
    // The same file as another kind; the page opens its import sheet.
    void againWanted(const koala::ImportOrder& order);
    void removedSource(const QString& words); // say it where it can be undone

private:
    DataController& m_controller;
    QWidget* m_parent;
    SourceFactsSheet* m_sheet = nullptr;
    QString m_removed, m_trashed; // the last one
};

} // namespace koala
