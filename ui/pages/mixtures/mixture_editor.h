// ui/pages/mixtures/mixture_editor.h: a mixture while it is being changed: which sources are used,
// their shares and locks, and what a share's move does to the others. No files, no widgets.
#pragma once

#include <vector>

#include <QObject>
#include <QString>

#include "ui/services/mixture_service.h"

namespace koala {

struct EditedSource {
    QString slug;
    QString title;
    std::uint64_t rows = 0; // of the dataset
    bool missing = false;   // the mixture names a dataset that is gone
    bool evaluation = false;
    bool hasPairs = false;
    bool hasGivenSplit = false;
    int key = 0; // place among the project's datasets: colour and marker
    bool used = false;
    bool locked = false;
    double share = 0; // 0 … 1 of the mixture; only with byShare()
    MixtureSource source;
};

class MixtureEditor final : public QObject {
    Q_OBJECT
public:
    explicit MixtureEditor(QObject* parent = nullptr) : QObject(parent) {}

    void set(
        const QString& slug, const Mixture& mixture, const std::vector<MixtureDataset>& datasets);
    // Datasets came or went; what was chosen stays.
    void setDatasets(const std::vector<MixtureDataset>& datasets);
    void markSaved();

    const QString& slug() const { return m_slug; }
    const Mixture& base() const { return m_mixture; }
    const std::vector<EditedSource>& sources() const { return m_sources; }
    Mixture mixture() const; // as it would be saved; the used sources in their order
    bool changed() const;
    bool byShare() const { return m_byShare; }
    int used() const;
    // Index into sources() of the i-th source of mixture().
    int editedIndex(int mixtureSource) const;

    void setUsed(int source, bool used);
    void setLocked(int source, bool locked);
    // The unlocked others give or take in proportion, so that the sum stays 1.
    void setShare(int source, double share);
    void setByShare(bool on); // off: every row is taken
    void setActualShares(
        const std::vector<double>& shares); // of the used ones, while every row is taken
    void setRepeat(int source, int repeat);
    void setCap(int source, int cap);
    void setHoldOut(int source, double fraction, bool given);
    void setMarkers(int source, MarkerMode mode);
    void setBasis(MixtureBasis basis);
    void setSeed(std::uint64_t seed);
    void rename(const QString& slug, const QString& name);
    void useDataset(const QString& slug); // "Add to mixture"

Q_SIGNALS:
    void reset();  // another mixture or other datasets: rows are made anew
    void edited(); // a value changed

private:
    void normalise(int fixed);

    QString m_slug;
    Mixture m_mixture;
    std::vector<EditedSource> m_sources;
    bool m_byShare = false;
    std::string m_saved; // as text
};

} // namespace koala
