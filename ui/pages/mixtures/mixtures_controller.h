// ui/pages/mixtures/mixtures_controller.h: what one can do on the Mixtures page, without widgets:
// choose, make, save, rename, remove and train a mixture, and its live figures. The part that tests
// drive.
#pragma once

#include <optional>

#include <QJsonObject>

#include "ui/pages/mixtures/mixture_editor.h"
#include "ui/widgets/page.h"

namespace koala {

class MixturesController final : public QObject {
    Q_OBJECT
public:
    explicit MixturesController(MixtureService& service, QObject* parent = nullptr);

    MixtureService& service() const { return m_service; }
    MixtureEditor& editor() { return m_editor; }
    const MixtureEditor& editor() const { return m_editor; }
    bool open() const { return !m_editor.slug().isEmpty(); }
    const QString& savedAt() const { return m_savedAt; } // UTC
    const Mixture& saved() const { return m_saved; }     // as the file has it
    // The newest figures; their number is 0 while there are none.
    const MixtureFigures& figures() const { return m_figures; }
    const MixtureChecks& checks() const { return m_checks; }
    const std::optional<MixtureAmounts>& savedTotal() const { return m_savedTotal; }
    bool counting() const { return m_figures.number != m_number; }
    bool checking() const { return m_checks.number != m_number; }

    // Asks by unsavedChanges() first when something would be lost.
    void choose(const QString& slug);
    void discardAndChoose(const QString& slug);
    void saveAndChoose(const QString& slug);
    // One that takes every source; false when there is no dataset.
    bool newMixture();
    void add(const QString& wantedSlug, Mixture mixture);
    void duplicate();
    void save();
    void rename(const QString& name);
    void remove();
    void undoRemove();
    void train(); // saves first
    void addSource(const QString& dataset);
    void readAgain(); // what somebody else wrote
    QString freeSlug(const QString& wanted) const;

    // What was chosen, and edits that are not saved: kept between starts.
    QJsonObject keep() const;
    void restore(const QJsonObject& kept);

Q_SIGNALS:
    void listChanged();
    void stateChanged(); // name, saved or not, what can be undone
    void figuresChanged();
    void checksChanged();
    void previewChanged(const std::vector<koala::PreviewRecord>& records);
    void countingRows(quint64 done, quint64 total);
    void unsavedChanges(const QString& next); // who is asked: save, discard or stay
    void changedOutside();                    // by another program, and there are edits here
    void removed(const QString& slug);        // undoRemove() brings it back
    void told(koala::Tone tone, const QString& text, const QString& details);
    void quiet(); // nothing is wrong any more
    void goTo(const koala::Destination& destination);

private:
    void refreshList();
    void recount();
    void takeLoaded(const QString& slug, const Mixture& mixture, const QString& savedAt);
    void takeSaved();
    void takeFigures(const MixtureFigures& figures);

    MixtureService& m_service;
    MixtureEditor m_editor;
    Mixture m_saved;
    MixtureFigures m_figures;
    MixtureChecks m_checks;
    std::optional<MixtureAmounts> m_savedTotal;
    std::uint64_t m_number = 0, m_savedNumber = 0;
    QString m_savedAt, m_wanted, m_addWhenLoaded, m_draft, m_draftOf, m_next;
    Mixture m_removed;
    QString m_removedSlug;
    bool m_trainAfterSave = false, m_loading = false, m_problem = false;
};

} // namespace koala
