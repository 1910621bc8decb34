// ui/pages/studies/studies_controller.h: what one can do on the Studies page. GUI thread.
#pragma once

#include <QObject>

#include "ui/services/studies_service.h"

namespace koala {

class StudiesController final : public QObject {
    Q_OBJECT
public:
    explicit StudiesController(StudiesService& service, QObject* parent = nullptr);

    void refresh() { m_service.refresh(); }
    bool loaded() const { return m_service.loaded(); }
    const std::vector<StudyResult>& studies() const { return m_service.studies(); }
    // The chosen study, else the one voted on last; null without any. Valid until the next
    // changed().
    const StudyResult* current() const;
    void choose(const QString& slug);
    // A link: one to a study that is gone is failed().
    void show(const QString& slug);

    bool canExport() const;
    QString suggestedFile() const; // "<slug>.csv"
    void exportTo(const QString& file);
    QString reportPath() const; // "" without a report

Q_SIGNALS:
    void changed(); // studies, or which one is chosen
    void exported(const QString& file);
    void failed(const QString& message);

private:
    StudiesService& m_service;
    QString m_chosen;
};

} // namespace koala
