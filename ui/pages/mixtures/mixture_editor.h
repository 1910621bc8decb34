// ui/pages/mixtures/mixture_editor.h: a mixture while it is being changed: which sources are used,
// their shares and locks, what a share's move does to the others, and every step back and forth.
// No files, no widgets.
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

// What holds for the whole mixture and is changed as one: packing, length, tokeniser, and so on.
struct MixtureOptions {
    std::string model;
    std::string chatTemplate;
    std::int64_t maxTokens = 2048;
    TooLong tooLong = TooLong::DropTurns;
    std::string system;
    PackingMode packing = PackingMode::Documents;
    std::int64_t packingLength = 2048;
    StreamRule streamRule = StreamRule::Koala;
    bool addEos = false, startWithBos = false; // of a stream
    std::vector<std::string> excludePrompts;
    bool allowEvaluationData = false;
    bool operator==(const MixtureOptions&) const = default;
};
MixtureOptions optionsOf(const Mixture& mixture);

class MixtureEditor final : public QObject {
    Q_OBJECT
public:
    explicit MixtureEditor(QObject* parent = nullptr) : QObject(parent) {}

    void set(
        const QString& slug, const Mixture& mixture, const std::vector<MixtureDataset>& datasets);
    // Datasets came or went; what was chosen stays.
    void setDatasets(const std::vector<MixtureDataset>& datasets);
    // Another mixture in the place of this one, as one step that can be undone.
    void replace(const Mixture& mixture);
    void markSaved();

    const QString& slug() const { return m_slug; }
    const Mixture& base() const { return m_state.mixture; }
    const std::vector<EditedSource>& sources() const { return m_state.sources; }
    Mixture mixture() const; // as it would be saved; the used sources in their order
    bool changed() const;
    bool byShare() const { return m_state.byShare; }
    int used() const;
    // Index into sources() of the i-th source of mixture().
    int editedIndex(int mixtureSource) const;

    bool canUndo() const { return !m_undo.empty(); }
    bool canRedo() const { return !m_redo.empty(); }
    void undo();
    void redo();
    // Moves of one control in a row are one step back; this ends such a row.
    void endGesture() { m_gesture.clear(); }

    void setUsed(int source, bool used);
    void setLocked(int source, bool locked);
    // The unlocked others give or take in proportion, so that the sum stays 1.
    void setShare(int source, double share);
    void setByShare(bool on); // off: every row is taken
    void setActualShares(
        const std::vector<double>& shares); // of the used ones, while every row is taken
    void setRepeat(int source, int repeat); // 0: not used
    void setCap(int source, std::int64_t cap);
    void setSlice(int source, std::int64_t begin, std::int64_t end);
    void setHoldOut(int source, const HoldOut& holdOut);
    void setMarkers(int source, MarkerMode mode);
    void setBasis(MixtureBasis basis);
    void setTotal(std::int64_t total);
    void setSeed(std::uint64_t seed);
    void setOptions(const MixtureOptions& options);
    void move(int source, int to); // its place among the sources
    void rename(const QString& slug, const QString& name);
    void useDataset(const QString& slug); // "Add to mixture"

Q_SIGNALS:
    void reset();  // another mixture, other datasets or another order: rows are made anew
    void edited(); // a value changed

private:
    struct State {
        Mixture mixture;
        std::vector<EditedSource> sources;
        bool byShare = false;
    };
    // Keeps the state for undo, unless the last step had the same name and no end.
    void step(const QString& gesture);
    void stepSource(const char* what, int source);
    void take(const Mixture& mixture);
    void applyDatasets();
    void normalise(int fixed);
    EditedSource& at(int source) { return m_state.sources[std::size_t(source)]; }

    QString m_slug;
    State m_state;
    std::vector<State> m_undo, m_redo;
    QString m_gesture;
    std::vector<MixtureDataset> m_datasets;
    std::string m_saved; // as text
};

} // namespace koala
