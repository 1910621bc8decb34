#include "ui/pages/mixtures/mixture_editor.h"

#include <algorithm>
#include <cmath>

#include "ui/services/words.h"

namespace koala {

void MixtureEditor::set(
    const QString& slug, const Mixture& mixture, const std::vector<MixtureDataset>& datasets)
{
    m_slug = slug;
    m_mixture = mixture;
    m_sources.clear();
    double sum = 0;
    m_byShare = false;
    for (const MixtureSource& source : mixture.sources) {
        EditedSource edited;
        edited.slug = edited.title = qtext(source.dataset);
        edited.used = true;
        edited.missing = true;
        edited.source = source;
        edited.share = source.share.value_or(0);
        m_byShare = m_byShare || source.share.has_value();
        sum += edited.share;
        m_sources.push_back(std::move(edited));
    }
    if (sum > 0)
        for (EditedSource& source : m_sources)
            source.share /= sum;
    markSaved();
    setDatasets(datasets);
}

void MixtureEditor::setDatasets(const std::vector<MixtureDataset>& datasets)
{
    for (EditedSource& source : m_sources)
        source.missing = true;
    for (int key = 0; key < int(datasets.size()); ++key) {
        const MixtureDataset& dataset = datasets[std::size_t(key)];
        auto found = std::ranges::find(m_sources, dataset.slug, &EditedSource::slug);
        if (found == m_sources.end()) {
            EditedSource fresh;
            fresh.slug = dataset.slug;
            fresh.source.dataset = dataset.slug.toStdString();
            found = m_sources.insert(m_sources.end(), std::move(fresh));
        }
        found->title = dataset.title;
        found->rows = dataset.rows;
        found->missing = false;
        found->evaluation = dataset.evaluation;
        found->hasPairs = dataset.hasPairs;
        found->hasGivenSplit = dataset.hasGivenSplit;
        found->key = key;
    }
    // What is gone and not used leaves the list.
    std::erase_if(
        m_sources, [](const EditedSource& source) { return source.missing && !source.used; });
    Q_EMIT reset();
}

void MixtureEditor::markSaved()
{
    m_saved = toLine(toJson(mixture()));
}

bool MixtureEditor::changed() const
{
    return toLine(toJson(mixture())) != m_saved;
}

Mixture MixtureEditor::mixture() const
{
    Mixture mixture = m_mixture;
    mixture.sources.clear();
    for (const EditedSource& edited : m_sources) {
        if (!edited.used)
            continue;
        MixtureSource source = edited.source;
        source.share.reset();
        if (m_byShare) // four places, so that a saved file reads like the boxes
            source.share = std::round(edited.share * 1e4) / 1e4;
        mixture.sources.push_back(std::move(source));
    }
    return mixture;
}

int MixtureEditor::used() const
{
    return int(std::ranges::count_if(m_sources, &EditedSource::used));
}

int MixtureEditor::editedIndex(int mixtureSource) const
{
    for (int i = 0; i < int(m_sources.size()); ++i)
        if (m_sources[std::size_t(i)].used && mixtureSource-- == 0)
            return i;
    return -1;
}

// Makes the shares of the used sources sum to 1, leaving `fixed` and the locked ones where they are
// if the others can give or take enough.
void MixtureEditor::normalise(int fixed)
{
    double held = 0;
    double free = 0;
    int freeCount = 0;
    for (int i = 0; i < int(m_sources.size()); ++i) {
        EditedSource& source = m_sources[std::size_t(i)];
        if (!source.used) {
            source.share = 0;
            continue;
        }
        if (i == fixed || source.locked) {
            held += source.share;
        } else {
            free += source.share;
            ++freeCount;
        }
    }
    if (freeCount == 0) {
        // Nobody else can move: the moved one takes what the locked ones leave.
        if (fixed >= 0 && m_sources[std::size_t(fixed)].used)
            m_sources[std::size_t(fixed)].share += 1.0 - held;
        return;
    }
    double rest = 1.0 - held;
    if (rest < 0 && fixed >= 0) { // the locked ones stand: the move ends where they begin
        m_sources[std::size_t(fixed)].share =
            std::max(0.0, m_sources[std::size_t(fixed)].share + rest);
        rest = 0;
    }
    for (int i = 0; i < int(m_sources.size()); ++i) {
        EditedSource& source = m_sources[std::size_t(i)];
        if (source.used && i != fixed && !source.locked)
            source.share = free > 1e-9 ? source.share * rest / free : rest / freeCount;
    }
}

void MixtureEditor::setUsed(int source, bool used)
{
    EditedSource& switched = m_sources[std::size_t(source)];
    if (switched.used == used)
        return;
    switched.used = used;
    switched.locked = false;
    if (m_byShare && used)
        switched.share = 1.0 / std::max(1, this->used());
    normalise(used ? source : -1);
    Q_EMIT edited();
}

void MixtureEditor::setLocked(int source, bool locked)
{
    m_sources[std::size_t(source)].locked = locked;
    Q_EMIT edited();
}

void MixtureEditor::setShare(int source, double share)
{
    EditedSource& moved = m_sources[std::size_t(source)];
    if (!moved.used || moved.locked)
        return;
    m_byShare = true;
    moved.share = std::clamp(share, 0.0, 1.0);
    normalise(source);
    Q_EMIT edited();
}

void MixtureEditor::setByShare(bool on)
{
    if (m_byShare == on)
        return;
    m_byShare = on;
    if (on)
        normalise(-1);
    Q_EMIT edited();
}

void MixtureEditor::setActualShares(const std::vector<double>& shares)
{
    if (m_byShare)
        return;
    for (std::size_t i = 0; i < shares.size(); ++i)
        if (const int index = editedIndex(int(i)); index >= 0)
            m_sources[std::size_t(index)].share = shares[i];
}

void MixtureEditor::setRepeat(int source, int repeat)
{
    m_sources[std::size_t(source)].source.repeat = repeat;
    Q_EMIT edited();
}

void MixtureEditor::setCap(int source, int cap)
{
    m_sources[std::size_t(source)].source.cap = cap;
    Q_EMIT edited();
}

void MixtureEditor::setHoldOut(int source, double fraction, bool given)
{
    HoldOut& holdOut = m_sources[std::size_t(source)].source.holdOut;
    holdOut = {};
    holdOut.fraction = fraction;
    holdOut.given = given;
    Q_EMIT edited();
}

void MixtureEditor::setMarkers(int source, MarkerMode mode)
{
    m_sources[std::size_t(source)].source.markers = mode;
    Q_EMIT edited();
}

void MixtureEditor::setBasis(MixtureBasis basis)
{
    m_mixture.basis = basis;
    m_mixture.total = 0; // a total counts in its basis
    Q_EMIT edited();
}

void MixtureEditor::setSeed(std::uint64_t seed)
{
    m_mixture.seed = seed;
    Q_EMIT edited();
}

void MixtureEditor::rename(const QString& slug, const QString& name)
{
    m_slug = slug;
    m_mixture.name = name.toStdString();
    Q_EMIT edited();
}

void MixtureEditor::useDataset(const QString& slug)
{
    for (int i = 0; i < int(m_sources.size()); ++i)
        if (m_sources[std::size_t(i)].slug == slug)
            setUsed(i, true);
}

} // namespace koala
