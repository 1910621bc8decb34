#include "ui/pages/mixtures/mixture_editor.h"

#include <algorithm>
#include <cmath>

#include "ui/services/words.h"

namespace koala {

namespace {
constexpr std::size_t kStepsKept = 200;
}

MixtureOptions optionsOf(const Mixture& mixture)
{
    return {mixture.model, mixture.chatTemplate, mixture.maxTokens, mixture.tooLong, mixture.system,
        mixture.packing, mixture.packingLength, mixture.stream.rule, mixture.stream.addEos,
        mixture.stream.startWithBos, mixture.excludePrompts, mixture.allowEvaluationData};
}

void MixtureEditor::set(
    const QString& slug, const Mixture& mixture, const std::vector<MixtureDataset>& datasets)
{
    m_slug = slug;
    m_undo.clear();
    m_redo.clear();
    m_gesture.clear();
    m_datasets = datasets;
    take(mixture);
    markSaved();
    Q_EMIT reset();
}

void MixtureEditor::replace(const Mixture& mixture)
{
    step({});
    const std::string name = m_state.mixture.name;
    take(mixture);
    m_state.mixture.name = name;
    Q_EMIT reset();
}

void MixtureEditor::take(const Mixture& mixture)
{
    m_state = {mixture, {}, false};
    double sum = 0;
    for (const MixtureSource& source : mixture.sources) {
        EditedSource edited;
        edited.slug = edited.title = qtext(source.dataset);
        edited.used = true;
        edited.source = source;
        edited.share = source.share.value_or(0);
        m_state.byShare = m_state.byShare || source.share.has_value();
        sum += edited.share;
        m_state.sources.push_back(std::move(edited));
    }
    if (sum > 0)
        for (EditedSource& source : m_state.sources)
            source.share /= sum;
    applyDatasets();
}

void MixtureEditor::setDatasets(const std::vector<MixtureDataset>& datasets)
{
    if (datasets == m_datasets)
        return;
    m_datasets = datasets;
    applyDatasets();
    Q_EMIT reset();
}

void MixtureEditor::applyDatasets()
{
    std::vector<EditedSource>& sources = m_state.sources;
    for (EditedSource& source : sources)
        source.missing = true;
    for (int key = 0; key < int(m_datasets.size()); ++key) {
        const MixtureDataset& dataset = m_datasets[std::size_t(key)];
        auto found = std::ranges::find(sources, dataset.slug, &EditedSource::slug);
        if (found == sources.end()) {
            EditedSource fresh;
            fresh.slug = dataset.slug;
            fresh.source.dataset = dataset.slug.toStdString();
            found = sources.insert(sources.end(), std::move(fresh));
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
        sources, [](const EditedSource& source) { return source.missing && !source.used; });
}

void MixtureEditor::step(const QString& gesture)
{
    m_redo.clear();
    if (!gesture.isEmpty() && gesture == m_gesture)
        return;
    m_gesture = gesture;
    m_undo.push_back(m_state);
    if (m_undo.size() > kStepsKept)
        m_undo.erase(m_undo.begin());
}

void MixtureEditor::stepSource(const char* what, int source)
{
    step(QLatin1StringView(what) + QLatin1Char(' ') + at(source).slug);
}

void MixtureEditor::undo()
{
    if (m_undo.empty())
        return;
    m_redo.push_back(std::exchange(m_state, std::move(m_undo.back())));
    m_undo.pop_back();
    m_gesture.clear();
    applyDatasets();
    Q_EMIT reset();
}

void MixtureEditor::redo()
{
    if (m_redo.empty())
        return;
    m_undo.push_back(std::exchange(m_state, std::move(m_redo.back())));
    m_redo.pop_back();
    m_gesture.clear();
    applyDatasets();
    Q_EMIT reset();
}

void MixtureEditor::markSaved()
{
    m_saved = toLine(toJson(mixture()));
}

bool MixtureEditor::changed() const
{
    return !m_slug.isEmpty() && toLine(toJson(mixture())) != m_saved;
}

Mixture MixtureEditor::mixture() const
{
    Mixture mixture = m_state.mixture;
    mixture.sources.clear();
    for (const EditedSource& edited : m_state.sources) {
        if (!edited.used)
            continue;
        MixtureSource source = edited.source;
        source.share.reset();
        if (m_state.byShare) // four places, so that a saved file reads like the boxes
            source.share = std::round(edited.share * 1e4) / 1e4;
        mixture.sources.push_back(std::move(source));
    }
    return mixture;
}

int MixtureEditor::used() const
{
    return int(std::ranges::count_if(m_state.sources, &EditedSource::used));
}

int MixtureEditor::editedIndex(int mixtureSource) const
{
    for (int i = 0; i < int(m_state.sources.size()); ++i)
        if (m_state.sources[std::size_t(i)].used && mixtureSource-- == 0)
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
    for (int i = 0; i < int(m_state.sources.size()); ++i) {
        EditedSource& source = at(i);
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
        // Nobody else can move: the moved one takes what the locked ones leave. Where only locked
        // ones are left they are all there is.
        if (fixed >= 0 && at(fixed).used)
            at(fixed).share += 1.0 - held;
        else if (held > 0)
            for (EditedSource& source : m_state.sources)
                source.share /= held;
        return;
    }
    double rest = 1.0 - held;
    if (rest < 0 && fixed >= 0) { // the locked ones stand: the move ends where they begin
        at(fixed).share = std::max(0.0, at(fixed).share + rest);
        rest = 0;
    }
    for (int i = 0; i < int(m_state.sources.size()); ++i) {
        EditedSource& source = at(i);
        if (source.used && i != fixed && !source.locked)
            source.share = free > 1e-9 ? source.share * rest / free : rest / freeCount;
    }
}

void MixtureEditor::setUsed(int source, bool used)
{
    if (at(source).used == used)
        return;
    step({});
    EditedSource& switched = at(source);
    switched.used = used;
    switched.locked = false;
    if (m_state.byShare && used)
        switched.share = 1.0 / std::max(1, this->used());
    normalise(used ? source : -1);
    Q_EMIT edited();
}

void MixtureEditor::setLocked(int source, bool locked)
{
    step({});
    at(source).locked = locked;
    Q_EMIT edited();
}

void MixtureEditor::setShare(int source, double share)
{
    if (!at(source).used || at(source).locked)
        return;
    stepSource("share", source);
    m_state.byShare = true;
    at(source).share = std::clamp(share, 0.0, 1.0);
    normalise(source);
    Q_EMIT edited();
}

void MixtureEditor::setByShare(bool on)
{
    if (m_state.byShare == on)
        return;
    step({});
    m_state.byShare = on;
    if (on)
        normalise(-1);
    else
        m_state.mixture.total = 0; // a total is divided by shares
    Q_EMIT edited();
}

void MixtureEditor::setActualShares(const std::vector<double>& shares)
{
    if (m_state.byShare)
        return;
    for (std::size_t i = 0; i < shares.size(); ++i)
        if (const int index = editedIndex(int(i)); index >= 0)
            at(index).share = shares[i];
}

void MixtureEditor::setRepeat(int source, int repeat)
{
    if (repeat <= 0) {
        setUsed(source, false);
        return;
    }
    stepSource("repeat", source);
    at(source).source.repeat = repeat;
    Q_EMIT edited();
}

void MixtureEditor::setCap(int source, std::int64_t cap)
{
    stepSource("cap", source);
    at(source).source.cap = cap;
    Q_EMIT edited();
}

void MixtureEditor::setSlice(int source, std::int64_t begin, std::int64_t end)
{
    MixtureSource& edited = at(source).source;
    if (edited.sliceBegin == begin && edited.sliceEnd == end)
        return;
    step({});
    edited.sliceBegin = begin;
    edited.sliceEnd = end;
    Q_EMIT this->edited();
}

void MixtureEditor::setHoldOut(int source, const HoldOut& holdOut)
{
    step({});
    at(source).source.holdOut = holdOut;
    Q_EMIT edited();
}

void MixtureEditor::setMarkers(int source, MarkerMode mode)
{
    step({});
    at(source).source.markers = mode;
    Q_EMIT edited();
}

void MixtureEditor::setBasis(MixtureBasis basis)
{
    if (m_state.mixture.basis == basis)
        return;
    step({});
    m_state.mixture.basis = basis;
    m_state.mixture.total = 0; // a total counts in its basis
    Q_EMIT edited();
}

void MixtureEditor::setTotal(std::int64_t total)
{
    step(QStringLiteral("total"));
    m_state.mixture.total = total;
    Q_EMIT edited();
}

void MixtureEditor::setSeed(std::uint64_t seed)
{
    step(QStringLiteral("seed"));
    m_state.mixture.seed = seed;
    Q_EMIT edited();
}

void MixtureEditor::setOptions(const MixtureOptions& options)
{
    if (options == optionsOf(m_state.mixture))
        return;
    step({});
    Mixture& mixture = m_state.mixture;
    mixture.model = options.model;
    mixture.chatTemplate = options.chatTemplate;
    mixture.maxTokens = options.maxTokens;
    mixture.tooLong = options.tooLong;
    mixture.system = options.system;
    mixture.packing = options.packing;
    mixture.packingLength = options.packingLength;
    mixture.stream = {options.streamRule, options.addEos, options.startWithBos};
    mixture.excludePrompts = options.excludePrompts;
    mixture.allowEvaluationData = options.allowEvaluationData;
    Q_EMIT edited();
}

void MixtureEditor::move(int source, int to)
{
    std::vector<EditedSource>& sources = m_state.sources;
    to = std::clamp(to, 0, int(sources.size()) - 1);
    if (source == to || source < 0 || source >= int(sources.size()))
        return;
    step({});
    const auto first = sources.begin();
    if (source < to)
        std::rotate(first + source, first + source + 1, first + to + 1);
    else
        std::rotate(first + to, first + source, first + source + 1);
    Q_EMIT reset();
}

void MixtureEditor::rename(const QString& slug, const QString& name)
{
    m_slug = slug;
    m_state.mixture.name = name.toStdString();
    Q_EMIT edited();
}

void MixtureEditor::useDataset(const QString& slug)
{
    for (int i = 0; i < int(m_state.sources.size()); ++i)
        if (m_state.sources[std::size_t(i)].slug == slug)
            setUsed(i, true);
}

} // namespace koala
