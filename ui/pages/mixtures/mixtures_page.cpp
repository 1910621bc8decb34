#include "ui/pages/mixtures/mixtures_page.h"

#include <algorithm>

#include <QComboBox>
#include <QDateTime>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/pages/mixtures/preview_pane.h"
#include "ui/pages/mixtures/source_rows.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/segmented.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/stacked_bar.h"

namespace koala {

namespace {
double amountIn(MixtureBasis basis, const MixtureAmounts& amounts)
{
    switch (basis) {
    case MixtureBasis::Rows:
        return double(amounts.rows);
    case MixtureBasis::Tokens:
        return double(amounts.tokens);
    case MixtureBasis::TrainedTokens:
        return double(amounts.trainedTokens);
    }
    return 0;
}

QString difference(std::int64_t now, std::int64_t saved)
{
    if (now == saved)
        return MixturesPage::tr("as saved");
    const std::int64_t by = now - saved;
    return MixturesPage::tr("%1 %2 since saved")
        .arg(by > 0 ? QStringLiteral("+") : QStringLiteral("−"), shortCount(std::abs(by)));
}
} // namespace

MixturesPage::MixturesPage(MixtureService& service, QWidget* parent)
    : Page(tr("Mixtures"), parent), m_service(service)
{
    setObjectName(QStringLiteral("mixturesPage"));
    makeHeader();
    auto* outer = new QVBoxLayout(body());
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    m_whole = new QStackedWidget(body());
    outer->addWidget(m_whole);
    m_empty = new EmptyState(
        tr("A mixture says which sources a model learns from, and how much of each."),
        tr("New mixture"), "plus", "newFirstMixture", m_whole);
    m_whole->addWidget(m_empty);
    auto* content = pane(QPalette::Window, m_whole);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(16);
    m_notice = new NoticeBar(content);
    layout->addWidget(m_notice);
    layout->addWidget(makeSummary());
    auto* table = new Card(content);
    m_sources = new SourceRows(m_editor, table);
    table->body()->addWidget(m_sources);
    layout->addWidget(table);
    layout->addWidget(makeChecks());
    auto* previewCard = new Card(content);
    m_preview = new PreviewPane(m_editor, previewCard);
    m_preview->setMinimumHeight(200);
    previewCard->body()->addWidget(m_preview);
    layout->addWidget(previewCard, 1);
    m_whole->addWidget(scrollArea(content, "mixtureScroll", m_whole));

    connect(m_empty, &EmptyState::pressed, this, &MixturesPage::newMixture);
    connect(&m_service, &MixtureService::listChanged, this, &MixturesPage::refreshList);
    connect(&m_service, &MixtureService::loaded, this,
        [this](const QString& slug, const Mixture& mixture, const QString& savedAt) {
            m_notice->clear();
            m_savedAt = savedAt;
            m_haveSaved = false;
            m_fresh = false;
            m_editor.set(slug, mixture, m_service.datasets());
            if (!m_addWhenLoaded.isEmpty())
                m_editor.useDataset(std::exchange(m_addWhenLoaded, {}));
        });
    connect(&m_service, &MixtureService::loadFailed, this,
        [this](const QString& slug, const QString& message) {
            m_notice->tell(Tone::Bad, tr("%1 cannot be read: %2").arg(slug, message), message);
        });
    connect(&m_service, &MixtureService::saved, this, [this](const QString&) {
        m_editor.markSaved();
        m_fresh = false;
        m_savedAt = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
        m_haveSaved = false;
        recount();
        m_service.refresh();
        if (std::exchange(m_trainAfterSave, false))
            Q_EMIT goTo({QStringLiteral("runs"), QStringLiteral("new"), m_editor.slug()});
    });
    connect(&m_service, &MixtureService::saveFailed, this, [this](const QString& message) {
        m_trainAfterSave = false;
        m_notice->tell(Tone::Bad, message, message);
    });
    connect(&m_service, &MixtureService::figuresReady, this, &MixturesPage::showFigures);
    connect(&m_service, &MixtureService::checksReady, this, &MixturesPage::showChecks);
    connect(&m_service, &MixtureService::previewReady, m_preview, &PreviewPane::showRecords);
    connect(&m_editor, &MixtureEditor::edited, this, &MixturesPage::recount);
    connect(&m_editor, &MixtureEditor::reset, this, &MixturesPage::recount);
    m_service.refresh();
    refreshHeader();
}

void MixturesPage::makeHeader()
{
    m_which = comboBox(tr("Mixture"), "mixtureChoice", this);
    m_which->setMinimumWidth(200);
    header().addLeft(m_which);
    m_new = plainButton(tr("New"), "plus", "newMixture", this);
    m_duplicate = plainButton(tr("Duplicate"), "copy", "duplicateMixture", this);
    m_save = plainButton(tr("Save"), "save", "saveMixture", this);
    m_save->setShortcut(QKeySequence::Save);
    m_train = filledButton(tr("Train…"), nullptr, "trainMixture", this);
    for (QPushButton* button : {m_new, m_duplicate, m_save, m_train})
        header().addRight(button);
    connect(m_which, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_filling)
            choose(m_which->currentData().toString());
    });
    connect(m_new, &QPushButton::clicked, this, &MixturesPage::newMixture);
    connect(m_duplicate, &QPushButton::clicked, this, &MixturesPage::duplicate);
    connect(m_save, &QPushButton::clicked, this, &MixturesPage::saveMixture);
    connect(m_train, &QPushButton::clicked, this, &MixturesPage::train);
}

MixturesPage::Figure MixturesPage::addFigure(QGridLayout& grid, int column, const QString& title)
{
    QWidget* parent = grid.parentWidget();
    if (column > 0)
        grid.addWidget(new Hairline(Qt::Vertical, parent), 0, column * 2 - 1, 3, 1);
    grid.addWidget(new TextLabel(title, TextRole::Secondary, parent), 0, column * 2);
    Figure figure{
        new TextLabel(TextRole::Title, parent), new TextLabel(TextRole::Secondary, parent)};
    figure.value->setAccessibleName(title);
    figure.note->setElided(true);
    grid.addWidget(figure.value, 1, column * 2);
    grid.addWidget(figure.note, 2, column * 2);
    grid.setColumnStretch(column * 2, 1);
    return figure;
}

QWidget* MixturesPage::makeSummary()
{
    auto* card = new Card(this);
    auto* layout = new QVBoxLayout;
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(12);
    card->body()->addLayout(layout);
    auto* line = new QHBoxLayout;
    line->addWidget(new TextLabel(tr("Basis"), TextRole::Body, card));
    m_basis = new Segmented({tr("rows"), tr("tokens"), tr("trained tokens")}, "mixtureBasis", card);
    m_basis->setAccessibleName(tr("Basis of the shares"));
    line->addWidget(m_basis);
    line->addSpacing(16);
    m_mode = new Segmented({tr("every row"), tr("by share")}, "mixtureMode", card);
    m_mode->setAccessibleName(tr("What is taken"));
    line->addWidget(m_mode);
    line->addStretch(1);
    m_sharesTotal = new TextLabel(TextRole::Secondary, card);
    line->addWidget(m_sharesTotal);
    line->addSpacing(16);
    line->addWidget(new TextLabel(tr("Seed"), TextRole::Body, card));
    m_seed = new QSpinBox(card);
    m_seed->setObjectName(QStringLiteral("mixtureSeed"));
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setRange(0, 2'000'000'000);
    m_seed->setFixedWidth(90);
    line->addWidget(m_seed);
    layout->addLayout(line);
    m_bar = new StackedBar(card);
    m_bar->setAccessibleName(tr("Shares"));
    m_bar->setObjectName(QStringLiteral("shareBar"));
    m_bar->setBarHeight(28);
    layout->addWidget(m_bar);
    auto* grid = new QGridLayout;
    auto* holder = new QWidget(card);
    holder->setLayout(grid);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(14);
    grid->setVerticalSpacing(1);
    m_rows = addFigure(*grid, 0, tr("Conversations"));
    m_tokens = addFigure(*grid, 1, tr("Tokens"));
    m_trained = addFigure(*grid, 2, tr("Trained tokens"));
    m_sequences = addFigure(*grid, 3, tr("Packed sequences"));
    m_longest = addFigure(*grid, 4, tr("Longest"));
    m_heldOut = addFigure(*grid, 5, tr("Held out"));
    m_rows.value->setObjectName(QStringLiteral("figureRows"));
    m_tokens.value->setObjectName(QStringLiteral("figureTokens"));
    layout->addWidget(holder);
    connect(m_basis, &Segmented::chosen, this,
        [this](int basis) { m_editor.setBasis(MixtureBasis(basis)); });
    connect(m_mode, &Segmented::chosen, this, [this](int mode) { m_editor.setByShare(mode == 1); });
    connect(m_seed, &QSpinBox::valueChanged, this, [this](int seed) {
        if (!m_filling)
            m_editor.setSeed(std::uint64_t(seed));
    });
    return card;
}

MixturesPage::Check MixturesPage::addCheck(
    QHBoxLayout& line, const QString& words, const char* objectName, bool last)
{
    auto* parent = line.parentWidget();
    Check check{new TextLabel(words, TextRole::Secondary, parent),
        new TextLabel(TextRole::Strong, parent), new QLabel(parent)};
    check.words->setSecondary(true);
    check.value->setObjectName(QString::fromLatin1(objectName));
    check.value->setAccessibleName(words);
    line.addWidget(check.icon);
    line.addWidget(check.words);
    line.addWidget(check.value);
    if (!last) {
        line.addSpacing(8);
        line.addWidget(new Hairline(Qt::Vertical, parent));
        line.addSpacing(8);
    }
    return check;
}

QWidget* MixturesPage::makeChecks()
{
    auto* card = new Card(this);
    auto* holder = new QWidget(card);
    holder->setFixedHeight(36);
    auto* line = new QHBoxLayout(holder);
    line->setContentsMargins(16, 0, 16, 0);
    line->setSpacing(8);
    m_overlap = addCheck(*line, tr("Overlap with test sets"), "checkOverlap", false);
    m_bothSides =
        addCheck(*line, tr("Prompts on both sides of the split"), "checkBothSides", false);
    m_fits = addCheck(*line, tr("Fits"), "checkFits", false);
    m_terms = addCheck(*line, tr("Terms"), "checkTerms", false);
    m_order = addCheck(*line, tr("Order"), "checkOrder", true);
    m_order.value->setRole(TextRole::Code);
    m_order.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    line->addStretch(1);
    card->body()->addWidget(holder);
    return card;
}

void MixturesPage::tell(const Check& check, bool good, const QString& value)
{
    check.icon->setPixmap(iconPixmap(good ? "check-circle" : "warning",
        good ? koala::tokens().good : koala::tokens().warning, 16, devicePixelRatioF()));
    check.value->setText(value);
}

void MixturesPage::refreshList()
{
    m_filling = true;
    m_which->clear();
    for (const QString& slug : m_service.mixtures())
        m_which->addItem(slug, slug);
    if (m_fresh)
        m_which->addItem(tr("%1 (not saved)").arg(m_editor.slug()), m_editor.slug());
    const QString current = m_editor.slug().isEmpty() ? m_wanted : m_editor.slug();
    const int index = m_which->findData(current);
    m_which->setCurrentIndex(index >= 0 ? index : (m_which->count() > 0 ? 0 : -1));
    m_filling = false;
    if (m_service.mixtures().isEmpty() && !m_fresh && !m_addWhenLoaded.isEmpty() &&
        !m_service.datasets().empty()) {
        m_addWhenLoaded.clear(); // a new mixture takes every source
        newMixture();
        return;
    }
    const bool none = m_service.mixtures().isEmpty() && !m_fresh;
    m_whole->setCurrentIndex(none ? 0 : 1);
    m_empty->setSentence(
        m_service.datasets().empty()
            ? tr("There is nothing to mix yet. Import a file on the Data page first.")
            : tr("A mixture says which sources a model learns from, and how much of each."));
    m_empty->button()->setText(m_service.datasets().empty() ? tr("Go to Data") : tr("New mixture"));
    if (none && !m_addWhenLoaded.isEmpty() && !m_service.datasets().empty()) {
        m_addWhenLoaded.clear(); // the first mixture takes every source, the wanted one among them
        newMixture();
        return;
    }
    if (!none && m_editor.slug().isEmpty())
        choose(m_which->currentData().toString());
    else if (!none)
        m_editor.setDatasets(m_service.datasets());
    refreshHeader();
}

void MixturesPage::choose(const QString& slug)
{
    if (!slug.isEmpty())
        m_service.load(slug);
}

QString MixturesPage::freeSlug(const QString& wanted) const
{
    QString slug = wanted;
    for (int i = 2; m_service.mixtures().contains(slug); ++i)
        slug = QStringLiteral("%1-%2").arg(wanted).arg(i);
    return slug;
}

void MixturesPage::newMixture()
{
    if (m_service.datasets().empty()) {
        Q_EMIT goTo({QStringLiteral("data"), {}, {}});
        return;
    }
    Mixture mixture;
    const QString slug = freeSlug(QStringLiteral("mixture"));
    mixture.name = slug.toStdString();
    mixture.model =
        m_service.models().isEmpty() ? std::string() : m_service.models().first().toStdString();
    mixture.basis = mixture.model.empty() ? MixtureBasis::Rows : MixtureBasis::Tokens;
    for (const MixtureDataset& dataset : m_service.datasets()) {
        if (dataset.evaluation)
            continue;
        MixtureSource source;
        source.dataset = dataset.slug.toStdString();
        source.holdOut.fraction = 0.05;
        source.markers = dataset.hasPairs ? MarkerMode::Chosen : MarkerMode::None;
        mixture.sources.push_back(std::move(source));
    }
    m_fresh = true;
    m_haveSaved = false;
    m_savedAt.clear();
    m_editor.set(slug, mixture, m_service.datasets());
    refreshList();
    saveMixture(); // a mixture is a file from the start
}

void MixturesPage::duplicate()
{
    const Mixture copy = m_editor.mixture();
    const QString slug = freeSlug(m_editor.slug() + QStringLiteral("-copy"));
    m_fresh = true;
    m_haveSaved = false;
    m_editor.set(slug, copy, m_service.datasets());
    m_editor.rename(slug, slug);
    refreshList();
    saveMixture();
}

void MixturesPage::saveMixture()
{
    m_service.save(m_editor.slug(), m_editor.mixture());
}

void MixturesPage::train()
{
    if (m_editor.changed() || m_fresh) {
        m_trainAfterSave = true;
        saveMixture();
        return;
    }
    Q_EMIT goTo({QStringLiteral("runs"), QStringLiteral("new"), m_editor.slug()});
}

void MixturesPage::recount()
{
    if (m_editor.slug().isEmpty())
        return;
    m_filling = true;
    m_basis->setCurrent(int(m_editor.base().basis));
    m_mode->setCurrent(m_editor.byShare() ? 1 : 0);
    m_seed->setValue(int(m_editor.base().seed));
    m_filling = false;
    m_number = m_service.calculate(m_editor.mixture());
    if (!m_haveSaved && !m_editor.changed())
        m_savedNumber = m_number;
    refreshHeader();
}

void MixturesPage::showFigures(const MixtureFigures& figures)
{
    if (figures.number != m_number)
        return;
    if (!figures.problem.isEmpty()) {
        m_notice->tell(Tone::Warning, figures.problem, figures.problem);
        return;
    }
    m_notice->clear();
    m_shownFigures = figures;
    if (figures.number == m_savedNumber) {
        m_savedTotal = figures.total;
        m_haveSaved = true;
    }
    std::vector<BarSegment> segments;
    std::vector<double> shares;
    const MixtureBasis basis = m_editor.base().basis;
    const double all = std::max(1.0, amountIn(basis, figures.total));
    for (int i = 0; i < int(figures.sources.size()); ++i) {
        const double amount = amountIn(basis, figures.sources[std::size_t(i)].taken);
        shares.push_back(amount / all);
        const int index = m_editor.editedIndex(i);
        if (index < 0)
            continue;
        const EditedSource& source = m_editor.sources()[std::size_t(index)];
        segments.push_back({amount, SeriesKey{source.key}.color(), BarSegment::Fill::Solid,
            safeLine(source.title, 40), tr("%1 %").arg(qRound(100 * amount / all))});
    }
    m_editor.setActualShares(shares);
    m_bar->setSegments(std::move(segments));
    m_sources->showFigures(figures);
    m_sharesTotal->setText(
        m_editor.byShare() ? tr("shares total 100 %") : tr("every row is taken"));
    m_rows.value->setText(grouped(qint64(figures.total.rows)));
    m_tokens.value->setText(shortCount(qint64(figures.total.tokens)));
    m_trained.value->setText(shortCount(qint64(figures.total.trainedTokens)));
    m_rows.note->setText(
        m_haveSaved ? difference(std::int64_t(figures.total.rows), std::int64_t(m_savedTotal.rows))
                    : QString());
    m_tokens.note->setText(m_haveSaved ? difference(std::int64_t(figures.total.tokens),
                                             std::int64_t(m_savedTotal.tokens))
                                       : QString());
    m_trained.note->setText(figures.total.tokens == 0
                                ? QString()
                                : tr("%1 % of all")
                                      .arg(qRound(100.0 * double(figures.total.trainedTokens) /
                                                  double(figures.total.tokens))));
    m_heldOut.value->setText(grouped(qint64(figures.heldOut.rows)));
    m_heldOut.note->setText(tr("chosen before shuffling"));
}

void MixturesPage::showChecks(const MixtureChecks& checks)
{
    if (checks.number != m_number)
        return;
    m_shownChecks = checks;
    const std::int64_t limit = m_editor.base().maxTokens;
    m_sequences.value->setText(grouped(qint64(checks.packedSequences)));
    m_sequences.note->setText(
        tr("of %1 tokens, an epoch").arg(grouped(m_editor.base().packingLength)));
    m_longest.value->setText(grouped(checks.longest));
    m_longest.note->setText(checks.cut == 0 ? tr("nothing is cut")
                                            : tr("%1 cut").arg(counted(qint64(checks.cut),
                                                  tr("conversation is"), tr("conversations are"))));
    m_longest.note->setTone(checks.cut == 0 ? Tone::Neutral : Tone::Warning);
    tell(m_overlap, checks.overlap == 0,
        tr("%1 of %2").arg(grouped(qint64(checks.overlap)), grouped(qint64(checks.testPrompts))));
    tell(m_bothSides, checks.bothSides == 0, grouped(qint64(checks.bothSides)));
    const double fits = checks.conversations == 0
                            ? 100.0
                            : 100.0 - 100.0 * double(checks.cut) / double(checks.conversations);
    m_fits.words->setText(tr("Fits %1").arg(grouped(limit)));
    tell(m_fits, checks.cut == 0, tr("%1 %").arg(fits, 0, 'f', checks.cut == 0 ? 0 : 1));
    tell(m_terms, checks.termsKnown == checks.sourcesUsed,
        tr("%1 of %2 known").arg(checks.termsKnown).arg(checks.sourcesUsed));
    m_order.icon->setPixmap(
        iconPixmap("order", koala::tokens().secondary, 16, devicePixelRatioF()));
    m_order.value->setText(shortHash(checks.order.toStdString()));
    m_order.value->setToolTip(checks.order);
}

void MixturesPage::refreshHeader()
{
    const bool any = !m_editor.slug().isEmpty();
    for (QPushButton* button : {m_duplicate, m_save, m_train})
        button->setVisible(any);
    m_which->setVisible(any);
    m_new->setVisible(any);
    m_save->setEnabled(any && (m_editor.changed() || m_fresh));
    m_train->setEnabled(any && m_editor.used() > 0);
    QString facts;
    if (any)
        facts = m_editor.changed()
                    ? tr("changed · saved %1").arg(shortDate(m_savedAt.toStdString()))
                    : tr("saved %1").arg(shortDate(m_savedAt.toStdString()));
    if (any && m_savedAt.isEmpty())
        facts = tr("not saved yet");
    header().setFacts(facts);
}

void MixturesPage::changeEvent(QEvent* event)
{
    Page::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    if (m_shownFigures.number == m_number && m_number > 0)
        showFigures(MixtureFigures(m_shownFigures));
    if (m_shownChecks.number == m_number && m_number > 0)
        showChecks(MixtureChecks(m_shownChecks));
}

void MixturesPage::activated()
{
    m_service.refresh();
}

void MixturesPage::open(const Destination& destination)
{
    if (destination.verb == QStringLiteral("add")) {
        if (m_editor.slug().isEmpty())
            m_addWhenLoaded = destination.subject;
        else
            m_editor.useDataset(destination.subject);
        m_service.refresh();
    } else if (!destination.subject.isEmpty()) {
        choose(destination.subject);
    }
}

QJsonObject MixturesPage::saveState() const
{
    return {{QStringLiteral("mixture"), m_editor.slug()},
        {QStringLiteral("tab"), m_preview->currentTab()}};
}

void MixturesPage::restoreState(const QJsonObject& state)
{
    m_wanted = state.value(QStringLiteral("mixture")).toString();
    m_preview->setCurrentTab(state.value(QStringLiteral("tab")).toInt());
    if (!m_wanted.isEmpty() && m_service.mixtures().contains(m_wanted) &&
        m_wanted != m_editor.slug())
        choose(m_wanted);
}

} // namespace koala
