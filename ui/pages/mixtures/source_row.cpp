#include "ui/pages/mixtures/source_row.h"

#include <algorithm>
#include <cmath>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QRegularExpression>
#include <QSlider>
#include <QToolButton>

#include "ui/pages/mixtures/marker_look.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kSliderSteps = 1000;
constexpr double kHoldOuts[] = {0.0, 0.01, 0.02, 0.05, 0.1, 0.2};
constexpr int kMostCap = 100'000'000, kMostRepeat = 10;
constexpr double kGiven = -1, kList = -2, kChooseList = -3;
} // namespace

std::optional<std::pair<std::int64_t, std::int64_t>> sliceOf(const QString& text)
{
    const QString plain = text.trimmed();
    if (plain.isEmpty() || plain == SourceRow::tr("all"))
        return std::pair<std::int64_t, std::int64_t>{0, -1};
    static const QRegularExpression pattern(
        QStringLiteral("^(\\d{0,12})\\s*[-–:]\\s*(\\d{0,12})$"));
    const QRegularExpressionMatch match = pattern.match(plain);
    if (!match.hasMatch())
        return std::nullopt;
    // People count rows from 1 and name the last one; the recipe counts from 0 and names the next.
    const std::int64_t begin = std::max<std::int64_t>(0, match.captured(1).toLongLong() - 1);
    const std::int64_t end = match.captured(2).isEmpty() ? -1 : match.captured(2).toLongLong();
    if (end >= 0 && end <= begin)
        return std::nullopt;
    return std::pair{begin, end};
}

QString sliceText(std::int64_t begin, std::int64_t end)
{
    if (begin == 0 && end < 0)
        return SourceRow::tr("all");
    return QStringLiteral("%1–%2").arg(begin + 1).arg(end < 0 ? QString() : QString::number(end));
}

TextLabel* figureLabel(QWidget* parent)
{
    auto* label = new TextLabel(TextRole::Body, parent);
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    label->setFont(tabular(label->font()));
    return label;
}

SourceRow::SourceRow(MixtureEditor& editor, int index, QGridLayout& grid, int line, QWidget* parent)
    : QObject(parent), m_editor(editor), m_index(index)
{
    const QString name = safeLine(source().title, 80);
    m_use = placed(grid, new QCheckBox(parent), line, kUseColumn, Qt::AlignVCenter);
    named(m_use, tr("use"), "use", tr("Whether the mixture takes anything from this source"));
    connect(m_use, &QCheckBox::toggled, this, [this](bool on) {
        if (!m_filling)
            m_editor.setUsed(m_index, on);
    });
    m_title = placed(grid, new QWidget(parent), line, kTitleColumn);
    m_title->setCursor(Qt::OpenHandCursor);
    m_title->setFocusPolicy(Qt::TabFocus);
    named(m_title, tr("drag, or press Alt+Up and Alt+Down, to change the order"), "title", {});
    auto* titleLine = new QHBoxLayout(m_title);
    titleLine->setContentsMargins(0, 0, 0, 0);
    titleLine->setSpacing(8);
    auto* key = new SeriesKeyWidget(SeriesKeyWidget::Form::MarkerOnly, m_title);
    key->setKey({source().key});
    m_name = new TextLabel(name, TextRole::Body, m_title);
    m_name->setElided(true);
    titleLine->addWidget(key);
    titleLine->addWidget(m_name, 1);
    m_unused = placed(
        grid, new TextLabel(tr("not used"), TextRole::Secondary, parent), line, kSliderColumn);
    makeShare(grid, line, parent);
    makeFields(grid, line, parent);
    makeChoices(grid, line, parent);
    m_rows = placed(grid, figureLabel(parent), line, kRowsColumn);
    m_of = placed(grid, new TextLabel(TextRole::Secondary, parent), line, kOfColumn);
    m_tokens = placed(grid, figureLabel(parent), line, kTokensColumn);
    m_epochs = placed(grid, figureLabel(parent), line, kEpochsColumn);
    named(m_rows, tr("rows taken"), "rows", tr("Rows in an epoch, with repeats"));
    named(m_tokens, tr("tokens"), "tokens", tr("Tokens in an epoch, as the model will read them"));
    named(m_epochs, tr("epochs"), "epochs",
        tr("How often each row that may be taken is seen in one epoch of the mixture"));
    m_whenUsed = {m_slider, m_box, m_lock, m_repeat, m_cap, m_slice, m_holdOut, m_rows, m_of,
        m_tokens, m_epochs};
}

template <typename Widget>
Widget* SourceRow::placed(
    QGridLayout& grid, Widget* widget, int line, int column, Qt::Alignment align)
{
    grid.addWidget(widget, line, column, align);
    m_all.append(widget);
    return widget;
}

void SourceRow::named(QWidget* widget, const QString& what, const char* object, const QString& tip)
{
    widget->setAccessibleName(safeLine(source().title, 80) + QStringLiteral(": ") + what);
    widget->setObjectName(QLatin1StringView(object) + QLatin1Char('-') + source().slug);
    widget->setToolTip(tip);
    widget->setAccessibleDescription(tip);
}

void SourceRow::makeShare(QGridLayout& grid, int line, QWidget* parent)
{
    const QString tip = tr("Its part of the mixture, in the chosen basis. Locked shares stay, the "
                           "others give or take so that all total 100 %.");
    m_slider = placed(grid, new QSlider(Qt::Horizontal, parent), line, kSliderColumn);
    m_slider->setRange(0, kSliderSteps);
    m_slider->setPageStep(kSliderSteps / 20);
    makeTame(m_slider);
    named(m_slider, tr("share"), "share", tip);
    m_box = placed(grid, new QDoubleSpinBox(parent), line, kBoxColumn);
    m_box->setRange(0, 100);
    m_box->setDecimals(1);
    m_box->setSuffix(tr(" %"));
    m_box->setFixedSize(78, size::kControl);
    m_box->setKeyboardTracking(false);
    makeTame(m_box);
    named(m_box, tr("share in percent"), "sharePercent", tip);
    m_lock = placed(grid,
        iconButton("unlock", safeLine(source().title, 80) + QStringLiteral(": ") + tr("lock"),
            "lock", parent),
        line, kLockColumn);
    m_lock->setCheckable(true);
    named(m_lock, tr("lock this share"), "lock",
        tr("Keeps this share where it is while others are moved"));
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) {
        if (!m_filling)
            m_editor.setShare(m_index, double(value) / kSliderSteps);
    });
    connect(m_slider, &QSlider::sliderReleased, &m_editor, &MixtureEditor::endGesture);
    connect(m_box, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        if (!m_filling)
            m_editor.setShare(m_index, value / 100);
    });
    connect(m_box, &QDoubleSpinBox::editingFinished, &m_editor, &MixtureEditor::endGesture);
    connect(m_lock, &QToolButton::toggled, this, [this](bool on) {
        if (!m_filling)
            m_editor.setLocked(m_index, on);
    });
}

void SourceRow::makeFields(QGridLayout& grid, int line, QWidget* parent)
{
    const auto spin = [&](int column, int most, int width) {
        auto* made = placed(grid, new QSpinBox(parent), line, column, Qt::AlignRight);
        made->setRange(0, most);
        made->setButtonSymbols(QAbstractSpinBox::NoButtons);
        made->setAlignment(Qt::AlignRight);
        made->setFixedSize(width, size::kControl);
        made->setKeyboardTracking(false);
        made->setFont(tabular(made->font()));
        makeQuiet(made);
        makeTame(made);
        connect(made, &QSpinBox::editingFinished, &m_editor, &MixtureEditor::endGesture);
        return made;
    };
    m_repeat = spin(kRepeatColumn, kMostRepeat, 48);
    m_repeat->setPrefix(QStringLiteral("×"));
    named(m_repeat, tr("repeat"), "repeat",
        tr("How often each row is listed, ×0 to ×10; ×0 leaves the source out"));
    m_cap = spin(kCapColumn, kMostCap, 76);
    m_cap->setSpecialValueText(QStringLiteral("–"));
    m_cap->setGroupSeparatorShown(true);
    named(m_cap, tr("cap"), "cap",
        tr("At most so many rows: the first ones of the source's own random order. 0: no cap"));
    m_slice = placed(grid, new QLineEdit(parent), line, kSliceColumn, Qt::AlignRight);
    m_slice->setAlignment(Qt::AlignRight);
    m_slice->setFixedWidth(84);
    m_slice->setFont(tabular(m_slice->font()));
    makeQuiet(m_slice);
    makeTame(m_slice);
    named(m_slice, tr("slice"), "slice",
        tr("A stretch of the rows in file order: 1–500 is the first 500. "
           "Empty: all"));
    connect(m_repeat, &QSpinBox::valueChanged, this, [this](int value) {
        if (!m_filling)
            m_editor.setRepeat(m_index, value);
    });
    connect(m_cap, &QSpinBox::valueChanged, this, [this](int value) {
        if (!m_filling)
            m_editor.setCap(m_index, value);
    });
    connect(m_slice, &QLineEdit::editingFinished, this, [this] {
        if (const auto slice = sliceOf(m_slice->text()))
            m_editor.setSlice(m_index, slice->first, slice->second);
        refresh(); // what is no slice goes back to what was there
    });
}

void SourceRow::makeChoices(QGridLayout& grid, int line, QWidget* parent)
{
    m_holdOut = placed(grid, comboBox({}, "holdOut", parent), line, kHoldOutColumn);
    m_holdOut->setFixedWidth(76);
    makeQuiet(m_holdOut);
    makeTame(m_holdOut);
    named(m_holdOut, tr("hold out"), "holdOut",
        tr("The part that is never trained on: a fraction of the prompts, the split that the "
           "source itself has, or a list of rows. Chosen by prompt, so that none is on both "
           "sides."));
    m_markers = placed(grid, comboBox({}, "markers", parent), line, kMarkersColumn);
    m_markers->addItems({tr("none"), tr("chosen"), tr("both")});
    m_markers->setFixedWidth(112);
    m_markers->setIconSize(kMarkerIconSize);
    makeQuiet(m_markers);
    makeTame(m_markers);
    named(m_markers, tr("markers"), "markers",
        tr("Chosen: only preferred answers, with the positive marker. Both: the others too, with "
           "the negative one. None: preferred answers without a marker."));
    m_noMarkers = placed(grid, new TextLabel(QStringLiteral("–"), TextRole::Secondary, parent),
        line, kMarkersColumn);
    m_noMarkers->setContentsMargins(10, 0, 0, 0);
    named(m_noMarkers, tr("no pairs and no feedback, so no markers"), "noMarkers",
        tr("Neither pairs nor feedback in this source: there is nothing to mark"));
    connect(m_holdOut, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_filling)
            takeHoldOut();
    });
    connect(m_markers, &QComboBox::currentIndexChanged, this, [this](int mode) {
        if (!m_filling)
            m_editor.setMarkers(m_index, MarkerMode(mode));
    });
}

void SourceRow::fillHoldOut()
{
    const HoldOut& holdOut = source().source.holdOut;
    m_holdOut->clear();
    const auto percent = [](double fraction) { return tr("%1 %").arg(fraction * 100, 0, 'g', 4); };
    for (const double fraction : kHoldOuts)
        m_holdOut->addItem(fraction == 0 ? QStringLiteral("–") : percent(fraction), fraction);
    if (m_holdOut->findData(holdOut.fraction) < 0) // of a file written by hand
        m_holdOut->addItem(percent(holdOut.fraction), holdOut.fraction);
    if (source().hasGivenSplit || holdOut.given)
        m_holdOut->addItem(tr("given"), kGiven);
    if (!holdOut.listFile.empty())
        m_holdOut->addItem(tr("list"), kList);
    m_holdOut->addItem(tr("list…"), kChooseList);
    m_holdOut->setCurrentIndex(m_holdOut->findData(holdOut.given               ? kGiven
                                                   : !holdOut.listFile.empty() ? kList
                                                                               : holdOut.fraction));
}

void SourceRow::takeHoldOut()
{
    const double chosen = m_holdOut->currentData().toDouble();
    if (chosen == kChooseList) {
        refresh(); // until a file is chosen all stays as it is
        Q_EMIT listWanted();
    } else if (chosen != kList) {
        HoldOut holdOut;
        holdOut.fraction = std::max(0.0, chosen);
        holdOut.given = chosen == kGiven;
        m_editor.setHoldOut(m_index, holdOut);
    }
}

void SourceRow::refresh()
{
    const bool before = std::exchange(m_filling, true);
    const EditedSource& source = this->source();
    const bool allowed = !source.evaluation || m_editor.base().allowEvaluationData;
    m_use->setChecked(source.used);
    m_use->setEnabled(source.used || allowed);
    m_name->setSecondary(!source.used);
    m_name->setTone(source.missing ? Tone::Bad : Tone::Neutral);
    if (source.missing)
        m_title->setToolTip(tr("The project has no dataset %1 any more; import it again under "
                               "that name, or take it out of the mixture.")
                .arg(safeLine(source.slug, 80))
                .toHtmlEscaped());
    m_unused->setText(allowed ? tr("not used") : tr("for testing only"));
    m_unused->setVisible(!source.used);
    for (QWidget* widget : m_whenUsed)
        widget->setVisible(source.used);
    m_markers->setVisible(
        source.used && (source.hasPairs || source.source.markers != MarkerMode::None));
    m_noMarkers->setVisible(source.used && m_markers->isHidden());
    if (const int slid = int(std::lround(source.share * kSliderSteps)); m_slider->value() != slid)
        m_slider->setValue(slid);
    if (!m_box->hasFocus() || std::abs(m_box->value() - source.share * 100) > 0.06)
        m_box->setValue(source.share * 100);
    m_slider->setEnabled(!source.locked);
    m_box->setEnabled(!source.locked);
    m_lock->setChecked(source.locked);
    m_lock->setIcon(icon(
        source.locked ? "lock" : "unlock", source.locked ? IconTint::Text : IconTint::Secondary));
    m_repeat->setMaximum(int(std::max<std::int64_t>(kMostRepeat, source.source.repeat)));
    m_repeat->setValue(int(source.source.repeat));
    m_cap->setValue(int(std::min<std::int64_t>(source.source.cap, kMostCap)));
    if (!m_slice->hasFocus() || !m_slice->isModified())
        m_slice->setText(sliceText(source.source.sliceBegin, source.source.sliceEnd));
    fillHoldOut();
    for (int mode = 0; mode < m_markers->count(); ++mode)
        m_markers->setItemIcon(mode, markerIcon(MarkerMode(mode), m_markers->devicePixelRatioF()));
    m_markers->setCurrentIndex(int(source.source.markers));
    m_filling = before;
}

void SourceRow::showFigures(const SourceCounts& counts)
{
    m_rows->setText(grouped(qint64(counts.taken.rows)));
    m_of->setText(tr("of %1").arg(grouped(qint64(source().rows))));
    m_tokens->setText(shortCount(qint64(counts.taken.tokens)));
    m_epochs->setText(QString::number(counts.epochs, 'f', 2));
    m_tokens->setToolTip(
        tr("%1 tokens in an epoch, as the model will read them; %2 of them are trained (%3 %)")
            .arg(grouped(qint64(counts.taken.tokens)), grouped(qint64(counts.taken.trainedTokens)))
            .arg(counts.taken.tokens == 0 ? 0
                                          : qRound(100.0 * double(counts.taken.trainedTokens) /
                                                   double(counts.taken.tokens))));
    m_rows->setToolTip(counts.leftOut == 0
                           ? tr("Rows in an epoch, with repeats")
                           : tr("Rows in an epoch, with repeats; %1 left out for their label, or "
                                "because their prompt is held out or excluded")
                                 .arg(grouped(qint64(counts.leftOut))));
}

void SourceRow::clearFigures()
{
    for (TextLabel* label : {m_rows, m_of, m_tokens, m_epochs})
        label->setText({});
}

} // namespace koala
