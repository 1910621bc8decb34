#include "ui/pages/mixtures/source_rows.h"

#include <algorithm>
#include <cmath>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
enum Column {
    Use,
    Title,
    Slider,
    Box,
    Lock,
    Repeat,
    Cap,
    HoldOutColumn,
    Markers,
    Rows,
    Of,
    TokenCount,
    Epochs,
    ColumnCount
};
constexpr int kSliderSteps = 1000;
constexpr double kHoldOuts[] = {0.0, 0.01, 0.02, 0.05, 0.1, 0.2};

QString basisWord(MixtureBasis basis)
{
    switch (basis) {
    case MixtureBasis::Rows:
        return SourceRows::tr("share of rows");
    case MixtureBasis::Tokens:
        return SourceRows::tr("share of tokens");
    case MixtureBasis::TrainedTokens:
        return SourceRows::tr("share of trained tokens");
    }
    return {};
}

TextLabel* figure(QWidget* parent, TextRole role = TextRole::Body)
{
    auto* label = new TextLabel(role, parent);
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    label->setFont(tabular(label->font()));
    return label;
}
} // namespace

SourceRows::SourceRows(MixtureEditor& editor, QWidget* parent)
    : QWidget(parent), m_editor(editor), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(16, 0, 16, 0);
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(0);
    m_grid->setColumnStretch(Slider, 1);
    m_grid->setColumnMinimumWidth(Title, 160);
    m_grid->setColumnMinimumWidth(Slider, 150);
    connect(&m_editor, &MixtureEditor::reset, this, &SourceRows::rebuild);
    connect(&m_editor, &MixtureEditor::edited, this, &SourceRows::refresh);
    rebuild();
}

void SourceRows::addHead()
{
    const auto head = [&](int column, const QString& text, Qt::Alignment align, int span = 1) {
        auto* label = new TextLabel(text, TextRole::Secondary, this);
        label->setAlignment(align | Qt::AlignVCenter);
        m_grid->addWidget(label, 0, column, 1, span);
        return label;
    };
    m_grid->setRowMinimumHeight(0, size::kTableHead);
    head(Use, tr("use"), Qt::AlignLeft);
    head(Title, tr("source"), Qt::AlignLeft);
    m_shareHead = head(Slider, {}, Qt::AlignLeft, 3);
    head(Repeat, tr("repeat"), Qt::AlignRight);
    head(Cap, tr("cap"), Qt::AlignRight);
    head(HoldOutColumn, tr("hold out"), Qt::AlignLeft);
    head(Markers, tr("markers"), Qt::AlignLeft);
    head(Rows, tr("rows"), Qt::AlignRight);
    head(TokenCount, tr("tokens"), Qt::AlignRight);
    head(Epochs, tr("epochs"), Qt::AlignRight);
}

SourceRows::Row SourceRows::makeRow(int index)
{
    const EditedSource& source = m_editor.sources()[std::size_t(index)];
    const QString name = safeLine(source.title, 80);
    const QString id = source.slug;
    const int line = index + 1;
    const auto named = [&](QWidget* widget, const QString& what, const char* object) {
        widget->setAccessibleName(name + QStringLiteral(": ") + what);
        widget->setObjectName(QString::fromLatin1(object) + QLatin1Char('-') + id);
    };
    Row row{};
    row.use = new QCheckBox(this);
    named(row.use, tr("use"), "use");
    m_grid->addWidget(row.use, line, Use);
    row.anchor = row.use;
    auto* titleCell = new QWidget(this);
    auto* titleLine = new QHBoxLayout(titleCell);
    titleLine->setContentsMargins(0, 0, 0, 0);
    titleLine->setSpacing(8);
    row.key = new SeriesKeyWidget(SeriesKeyWidget::Form::MarkerOnly, titleCell);
    row.key->setKey({source.key});
    row.title = new TextLabel(name, TextRole::Body, titleCell);
    row.title->setElided(true);
    titleLine->addWidget(row.key);
    titleLine->addWidget(row.title, 1);
    m_grid->addWidget(titleCell, line, Title);
    row.slider = new QSlider(Qt::Horizontal, this);
    row.slider->setRange(0, kSliderSteps);
    named(row.slider, tr("share"), "share");
    m_grid->addWidget(row.slider, line, Slider);
    row.box = new QDoubleSpinBox(this);
    row.box->setRange(0, 100);
    row.box->setDecimals(1);
    row.box->setSuffix(tr(" %"));
    row.box->setFixedWidth(82);
    row.box->setKeyboardTracking(false);
    named(row.box, tr("share in percent"), "sharePercent");
    m_grid->addWidget(row.box, line, Box);
    row.lock =
        iconButton("unlock", name + QStringLiteral(": ") + tr("lock this share"), "lock", this);
    row.lock->setObjectName(QStringLiteral("lock-") + id);
    row.lock->setCheckable(true);
    m_grid->addWidget(row.lock, line, Lock);
    row.unused = new TextLabel(tr("not used"), TextRole::Secondary, this);
    m_grid->addWidget(row.unused, line, Slider);
    row.repeat = new QSpinBox(this);
    row.repeat->setRange(1, 100);
    row.repeat->setPrefix(QStringLiteral("×"));
    row.repeat->setFixedWidth(58);
    named(row.repeat, tr("repeat"), "repeat");
    m_grid->addWidget(row.repeat, line, Repeat, Qt::AlignRight);
    row.cap = new QSpinBox(this);
    row.cap->setRange(0, 100'000'000);
    row.cap->setSpecialValueText(QStringLiteral("–"));
    row.cap->setGroupSeparatorShown(true);
    row.cap->setFixedWidth(82);
    row.cap->setKeyboardTracking(false);
    named(row.cap, tr("cap"), "cap");
    m_grid->addWidget(row.cap, line, Cap, Qt::AlignRight);
    row.holdOut = comboBox(name + QStringLiteral(": ") + tr("hold out"), "holdOut", this);
    row.holdOut->setObjectName(QStringLiteral("holdOut-") + id);
    for (const double fraction : kHoldOuts)
        row.holdOut->addItem(
            fraction == 0 ? QStringLiteral("–") : tr("%1 %").arg(std::lround(fraction * 100)),
            fraction);
    if (source.hasGivenSplit || source.source.holdOut.given)
        row.holdOut->addItem(tr("given"), -1.0);
    row.holdOut->setFixedWidth(76);
    m_grid->addWidget(row.holdOut, line, HoldOutColumn);
    row.markers = comboBox(name + QStringLiteral(": ") + tr("markers"), "markers", this);
    row.markers->setObjectName(QStringLiteral("markers-") + id);
    row.markers->addItems({QStringLiteral("–"), tr("chosen"), tr("both")});
    row.markers->setFixedWidth(88);
    m_grid->addWidget(row.markers, line, Markers);
    row.rows = figure(this);
    row.of = new TextLabel(TextRole::Secondary, this);
    row.tokens = figure(this);
    row.epochs = figure(this);
    m_grid->addWidget(row.rows, line, Rows);
    m_grid->addWidget(row.of, line, Of);
    m_grid->addWidget(row.tokens, line, TokenCount);
    m_grid->addWidget(row.epochs, line, Epochs);

    connect(row.use, &QCheckBox::toggled, this, [this, index](bool on) {
        if (!m_filling)
            m_editor.setUsed(index, on);
    });
    connect(row.slider, &QSlider::valueChanged, this, [this, index](int value) {
        if (!m_filling)
            m_editor.setShare(index, double(value) / kSliderSteps);
    });
    connect(row.box, &QDoubleSpinBox::valueChanged, this, [this, index](double value) {
        if (!m_filling)
            m_editor.setShare(index, value / 100);
    });
    connect(row.lock, &QToolButton::toggled, this, [this, index](bool on) {
        if (!m_filling)
            m_editor.setLocked(index, on);
    });
    connect(row.repeat, &QSpinBox::valueChanged, this, [this, index](int value) {
        if (!m_filling)
            m_editor.setRepeat(index, value);
    });
    connect(row.cap, &QSpinBox::valueChanged, this, [this, index](int value) {
        if (!m_filling)
            m_editor.setCap(index, value);
    });
    connect(row.holdOut, &QComboBox::currentIndexChanged, this, [this, index, combo = row.holdOut] {
        const double fraction = combo->currentData().toDouble();
        if (!m_filling)
            m_editor.setHoldOut(index, std::max(0.0, fraction), fraction < 0);
    });
    connect(row.markers, &QComboBox::currentIndexChanged, this, [this, index](int mode) {
        if (!m_filling)
            m_editor.setMarkers(index, MarkerMode(mode));
    });
    return row;
}

void SourceRows::rebuild()
{
    m_filling = true;
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_rows.clear();
    addHead();
    const int count = int(m_editor.sources().size());
    for (int i = 0; i < count; ++i)
        m_rows.push_back(makeRow(i));
    const int last = count + 1;
    m_grid->setRowMinimumHeight(last, 34);
    m_grid->setRowMinimumHeight(last + 1, 0);
    m_grid->addWidget(new TextLabel(tr("All"), TextRole::Secondary, this), last, Markers);
    m_allRows = figure(this, TextRole::Strong);
    m_allTokens = figure(this, TextRole::Strong);
    m_grid->addWidget(m_allRows, last, Rows);
    m_grid->addWidget(m_allTokens, last, TokenCount);
    m_filling = false;
    refresh();
}

void SourceRows::refresh()
{
    m_filling = true;
    m_shareHead->setText(basisWord(m_editor.base().basis));
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const EditedSource& source = m_editor.sources()[i];
        const Row& row = m_rows[i];
        m_grid->setRowMinimumHeight(int(i) + 1, source.used ? size::kFormRow : size::kRow);
        row.use->setChecked(source.used);
        row.use->setEnabled(source.used || !source.evaluation);
        row.title->setSecondary(!source.used);
        row.title->setTone(source.missing ? Tone::Bad : Tone::Neutral);
        row.unused->setText(source.evaluation ? tr("for testing only") : tr("not used"));
        row.unused->setVisible(!source.used);
        for (QWidget* widget :
            std::initializer_list<QWidget*>{row.slider, row.box, row.lock, row.repeat, row.cap,
                row.holdOut, row.markers, row.rows, row.of, row.tokens, row.epochs})
            widget->setVisible(source.used);
        const int slid = int(std::lround(source.share * kSliderSteps));
        if (row.slider->value() != slid)
            row.slider->setValue(slid);
        if (!row.box->hasFocus() || std::abs(row.box->value() - source.share * 100) > 0.06)
            row.box->setValue(source.share * 100);
        row.slider->setEnabled(!source.locked);
        row.box->setEnabled(!source.locked);
        row.lock->setChecked(source.locked);
        row.lock->setIcon(icon(source.locked ? "lock" : "unlock",
            source.locked ? IconTint::Text : IconTint::Secondary));
        row.repeat->setValue(int(std::clamp<std::int64_t>(source.source.repeat, 1, 100)));
        row.cap->setValue(int(std::clamp<std::int64_t>(source.source.cap, 0, 100'000'000)));
        const HoldOut& holdOut = source.source.holdOut;
        int chosen = row.holdOut->findData(holdOut.given ? -1.0 : holdOut.fraction);
        if (chosen < 0) { // a fraction of a file written by hand
            row.holdOut->addItem(
                holdOut.listFile.empty() ? tr("%1 %").arg(holdOut.fraction * 100) : tr("list"),
                holdOut.fraction);
            chosen = row.holdOut->count() - 1;
        }
        row.holdOut->setCurrentIndex(chosen);
        row.markers->setCurrentIndex(int(source.source.markers));
        row.markers->setEnabled(source.hasPairs);
    }
    m_filling = false;
    update();
}

void SourceRows::showFigures(const MixtureFigures& figures)
{
    for (int i = 0; i < int(figures.sources.size()); ++i) {
        const int index = m_editor.editedIndex(i);
        if (index < 0 || index >= int(m_rows.size()))
            continue;
        const SourceCounts& counts = figures.sources[std::size_t(i)];
        const Row& row = m_rows[std::size_t(index)];
        row.rows->setText(grouped(qint64(counts.taken.rows)));
        row.of->setText(
            tr("of %1").arg(grouped(qint64(m_editor.sources()[std::size_t(index)].rows))));
        row.tokens->setText(shortCount(qint64(counts.taken.tokens)));
        row.epochs->setText(QString::number(counts.epochs, 'f', 2));
    }
    m_allRows->setText(grouped(qint64(figures.total.rows)));
    m_allTokens->setText(shortCount(qint64(figures.total.tokens)));
    if (!m_editor.byShare())
        refresh();
}

void SourceRows::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(tokens().line);
    for (int line = 1; line < m_grid->rowCount(); ++line) {
        const QRect cell = m_grid->cellRect(line, 0);
        if (cell.isValid() && cell.height() > 4)
            painter.drawLine(0, cell.top(), width(), cell.top());
    }
}

} // namespace koala
