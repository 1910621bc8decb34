#include "ui/pages/data/tokens_tab.h"

#include <algorithm>
#include <map>

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/pages/data/token_legend.h"
#include "ui/services/token_blocks.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/stacked_bar.h"
#include "ui/widgets/text_label.h"
#include "ui/widgets/token_view.h"

namespace koala {

namespace {
constexpr int kFactsWidth = 272;
constexpr int kMaxTurnRows = 40;

TextLabel* cell(const QString& text, Qt::Alignment align, TextRole role, QWidget* parent)
{
    auto* label = new TextLabel(text, role, parent);
    label->setAlignment(align | Qt::AlignVCenter);
    label->setFont(tabular(label->font()));
    return label;
}

void clearGrid(QGridLayout& grid)
{
    while (QLayoutItem* item = grid.takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

QString figureWord(std::size_t trained)
{
    return trained == 0 ? QStringLiteral("–") : grouped(qint64(trained));
}
} // namespace

TokensTab::TokensTab(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeToolBar());
    m_problem = new NoticeBar(this);
    layout->addWidget(m_problem);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(0);
    layout->addLayout(columns, 1);
    auto* left = new QVBoxLayout;
    left->setSpacing(0);
    m_view = new TokenView("tokenView", this);
    left->addWidget(m_view, 1);
    left->addWidget(new Hairline(Qt::Horizontal, this));
    left->addWidget(new TokenLegend(this));
    columns->addLayout(left, 1);
    columns->addWidget(new Hairline(Qt::Vertical, this));
    columns->addWidget(makeFacts());

    connect(&m_controller, &DataController::tokensOfRow, this, &TokensTab::showTokens);
    connect(&m_controller, &DataController::tokensFailed, this, [this](const QString& message) {
        m_view->setTokens({}, {});
        m_problem->tell(Tone::Warning, message);
    });
    connect(&m_controller, &DataController::chosen, this, [this] {
        const auto rows = m_controller.rows().total();
        m_row->blockSignals(true);
        m_row->setRange(
            1, int(std::max<std::uint64_t>(1, std::min<std::uint64_t>(rows, 2'000'000'000))));
        m_row->blockSignals(false);
    });
}

QWidget* TokensTab::makeToolBar()
{
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* line = toolBar(bar);
    line->addWidget(new TextLabel(tr("Row"), TextRole::Body, bar));
    m_row = new QSpinBox(bar);
    m_row->setObjectName(QStringLiteral("tokenRow"));
    m_row->setAccessibleName(tr("Row"));
    m_row->setRange(1, 1);
    m_row->setFixedWidth(80);
    line->addWidget(m_row);
    auto* previous = iconButton("chevron-left", tr("Previous row"), "tokenPrevious", bar);
    auto* next = iconButton("chevron-right", tr("Next row"), "tokenNext", bar);
    line->addWidget(previous);
    line->addWidget(next);
    line->addSpacing(8);
    line->addWidget(new TextLabel(tr("Template"), TextRole::Body, bar));
    m_template = comboBox(tr("Template"), "tokenTemplate", bar);
    m_template->addItem(tr("its own"), QString());
    m_template->setToolTip(tr("Its own: the one that the model was trained with"));
    for (const char* name : {"koala", "chatml", "vicuna", "alpaca", "llama-2", "llama-3", "raw"})
        m_template->addItem(QString::fromLatin1(name), QString::fromLatin1(name));
    line->addWidget(m_template);
    line->addSpacing(8);
    line->addWidget(new TextLabel(tr("Tokens of"), TextRole::Body, bar));
    m_model = comboBox(tr("Tokens of"), "tokenModel", bar);
    line->addWidget(m_model);
    for (QComboBox* box : {m_template, m_model}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
    }
    line->addStretch(1);
    auto* blanks = new QCheckBox(tr("blanks"), bar);
    blanks->setObjectName(QStringLiteral("tokenBlanks"));
    blanks->setChecked(true);
    auto* ids = new QCheckBox(tr("ids"), bar);
    ids->setObjectName(QStringLiteral("tokenIds"));
    auto* copy = iconButton("copy", tr("Copy the text"), "tokenCopy", bar);
    line->addWidget(blanks);
    line->addWidget(ids);
    line->addWidget(copy);
    connect(m_row, &QSpinBox::valueChanged, this,
        [this](int row) { m_controller.chooseRow(std::uint64_t(row - 1)); });
    connect(previous, &QToolButton::clicked, this, [this] { m_row->setValue(m_row->value() - 1); });
    connect(next, &QToolButton::clicked, this, [this] { m_row->setValue(m_row->value() + 1); });
    connect(m_template, &QComboBox::currentIndexChanged, this,
        [this] { m_controller.setTokenTemplate(m_template->currentData().toString()); });
    connect(m_model, &QComboBox::textActivated, this,
        [this](const QString& slug) { m_controller.setTokenModel(slug); });
    connect(blanks, &QCheckBox::toggled, this, [this](bool on) { m_view->setShowBlanks(on); });
    connect(ids, &QCheckBox::toggled, this, [this](bool on) { m_view->setShowIds(on); });
    connect(copy, &QToolButton::clicked, this,
        [this] { QApplication::clipboard()->setText(m_view->plainText()); });
    connect(&m_controller, &DataController::sourcesChanged, this, [this] {
        const QString chosen = m_model->currentText();
        const QStringList models = m_controller.service().models();
        m_model->clear();
        m_model->addItems(models);
        m_model->setCurrentIndex(std::max(0, int(models.indexOf(chosen))));
    });
    return bar;
}

QWidget* TokensTab::makeFacts()
{
    auto* facts = pane(QPalette::Window, this);
    facts->setFixedWidth(kFactsWidth);
    auto* layout = new QVBoxLayout(facts);
    layout->setContentsMargins(16, 12, 16, 10);
    layout->setSpacing(6);
    auto* figures = new QGridLayout;
    figures->setVerticalSpacing(0);
    m_total = new TextLabel(TextRole::Title, facts);
    m_trained = new TextLabel(TextRole::Title, facts);
    m_share = new TextLabel(TextRole::Title, facts);
    int column = 0;
    for (const auto& [label, word] :
        {std::pair{m_total, tr("tokens")}, {m_trained, tr("trained")}, {m_share, tr("of all")}}) {
        figures->addWidget(label, 0, column);
        figures->addWidget(new TextLabel(word, TextRole::Secondary, facts), 1, column++);
    }
    layout->addLayout(figures);
    m_bar = new StackedBar(facts);
    m_bar->setBarHeight(6);
    layout->addWidget(m_bar);
    auto* limits = new QHBoxLayout;
    m_limit = new TextLabel(TextRole::Secondary, facts);
    m_left = new TextLabel(TextRole::Secondary, facts);
    limits->addWidget(m_limit);
    limits->addStretch(1);
    limits->addWidget(m_left);
    layout->addLayout(limits);
    const auto section = [&](const QString& title, QWidget*& holder, QGridLayout*& grid) {
        layout->addWidget(new Hairline(Qt::Horizontal, facts));
        layout->addWidget(new TextLabel(title, TextRole::Strong, facts));
        holder = new QWidget(facts);
        grid = new QGridLayout(holder);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setVerticalSpacing(5);
        layout->addWidget(holder);
    };
    section(tr("By turn"), m_turns, m_turnGrid);
    section(tr("Special tokens"), m_specials, m_specialGrid);
    layout->addWidget(new Hairline(Qt::Horizontal, facts));
    layout->addWidget(new TextLabel(tr("Checks"), TextRole::Strong, facts));
    for (Check* check : {&m_checkBytes, &m_checkEnd, &m_checkUser}) {
        auto* line = new QHBoxLayout;
        line->setSpacing(8);
        check->icon = new QLabel(facts);
        check->words = new TextLabel(TextRole::Secondary, facts);
        check->words->setWordWrap(true);
        line->addWidget(check->icon, 0, Qt::AlignTop);
        line->addWidget(check->words, 1);
        layout->addLayout(line);
    }
    layout->addStretch(1);
    layout->addWidget(new Hairline(Qt::Horizontal, facts));
    auto* commandHead = new QHBoxLayout;
    commandHead->addWidget(new TextLabel(tr("Command"), TextRole::Secondary, facts), 1);
    auto* copy = iconButton("copy", tr("Copy the command"), "copyTokenCommand", facts);
    commandHead->addWidget(copy);
    layout->addLayout(commandHead);
    connect(copy, &QToolButton::clicked, this,
        [this] { QApplication::clipboard()->setText(m_command->text()); });
    m_command = new TextLabel(TextRole::Code, facts);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_command->setWordWrap(true);
    layout->addWidget(m_command);
    auto* area = scrollArea(facts, "tokenFacts", this);
    area->setFixedWidth(kFactsWidth);
    return area;
}

void TokensTab::showTokens(const TokenRow& tokens)
{
    m_problem->clear();
    std::vector<TokenPlace> places;
    for (const TokenRow::Piece& piece : tokens.pieces)
        places.push_back({piece.turn, piece.special});
    const std::vector<int> blocks = tokenBlocks(places);
    std::vector<TokenBlock> titles{{tr("Template"), false}};
    for (const QString& role : tokens.roles)
        titles.push_back({role, role == QStringLiteral("GPT")});
    std::vector<TokenBox> boxes;
    std::size_t trained = 0;
    for (std::size_t i = 0; i < tokens.pieces.size(); ++i) {
        const TokenRow::Piece& piece = tokens.pieces[i];
        trained += piece.trained ? 1 : 0;
        boxes.push_back({piece.text, piece.id, piece.trained, piece.special, piece.turn < 0,
            blocks[i], piece.bytes});
    }
    m_view->setTokens(std::move(boxes), std::move(titles));
    m_row->blockSignals(true);
    m_row->setValue(int(m_controller.currentRow()) + 1);
    m_row->blockSignals(false);
    const std::size_t total = tokens.pieces.size();
    m_total->setText(grouped(qint64(total)));
    m_trained->setText(grouped(qint64(trained)));
    m_share->setText(total == 0 ? QStringLiteral("–")
                                : tr("%1 %").arg(qRound(100.0 * double(trained) / double(total))));
    m_bar->setSegments({{double(std::min<std::size_t>(total, std::size_t(tokens.limit))),
                           koala::tokens().accent, BarSegment::Fill::Solid, {}, {}}},
        tokens.limit);
    m_limit->setText(tr("of %1").arg(grouped(tokens.limit)));
    m_left->setText(
        int(total) > tokens.limit
            ? tr("%1 too many, the end is cut").arg(grouped(qint64(total) - tokens.limit))
            : tr("%1 left, nothing is cut").arg(grouped(tokens.limit - qint64(total))));
    showTurnTable(tokens, blocks);
    showSpecials(tokens);
    const DataSource* source = m_controller.current();
    m_command->setText(QStringLiteral("koala data show %1 --row %2")
            .arg(source ? source->slug : QString())
            .arg(m_controller.currentRow() + 1));
}

void TokensTab::showTurnTable(const TokenRow& tokens, const std::vector<int>& blockOf)
{
    clearGrid(*m_turnGrid);
    std::vector<std::pair<std::size_t, std::size_t>> counts(tokens.roles.size() + 1);
    for (std::size_t i = 0; i < tokens.pieces.size(); ++i) {
        auto& [all, trained] = counts[std::size_t(blockOf[i])];
        ++all;
        trained += tokens.pieces[i].trained ? 1 : 0;
    }
    int row = 0;
    const auto add = [&](const QString& turn, const QString& role, const QString& all,
                         const QString& trained, TextRole font) {
        m_turnGrid->addWidget(cell(turn, Qt::AlignLeft, font, m_turns), row, 0);
        auto* name = cell(role, Qt::AlignLeft, font, m_turns);
        if (role == QStringLiteral("GPT"))
            name->setTone(Tone::Accent);
        m_turnGrid->addWidget(name, row, 1);
        m_turnGrid->addWidget(cell(all, Qt::AlignRight, font, m_turns), row, 2);
        m_turnGrid->addWidget(cell(trained, Qt::AlignRight, font, m_turns), row++, 3);
    };
    add(tr("turn"), tr("role"), tr("tokens"), tr("trained"), TextRole::Secondary);
    std::size_t sum = 0, sumTrained = 0;
    for (std::size_t block = 0; block < counts.size(); ++block) {
        const auto [all, trained] = counts[block];
        sum += all;
        sumTrained += trained;
        if (all == 0 || row > kMaxTurnRows)
            continue;
        add(block == 0 ? QStringLiteral("–") : grouped(qint64(block)),
            block == 0 ? tr("opening") : tokens.roles[block - 1], grouped(qint64(all)),
            figureWord(trained), TextRole::Body);
    }
    add({}, tr("All"), grouped(qint64(sum)), figureWord(sumTrained), TextRole::Strong);
    m_turnGrid->setColumnStretch(1, 1);
}

void TokensTab::showSpecials(const TokenRow& tokens)
{
    clearGrid(*m_specialGrid);
    struct Count {
        std::int32_t id = 0;
        int times = 0, trained = 0;
    };
    std::map<QString, Count> specials;
    std::vector<bool> endTrained(tokens.roles.size(), false);
    bool userTrained = false;
    for (std::size_t i = 0; i < tokens.pieces.size(); ++i) {
        const TokenRow::Piece& piece = tokens.pieces[i];
        if (piece.turn >= 0 && piece.trained &&
            tokens.roles[std::size_t(piece.turn)] != QStringLiteral("GPT"))
            userTrained = true;
        if (!piece.special)
            continue;
        Count& count = specials[safeLine(piece.text, 40)];
        count.id = piece.id;
        ++count.times;
        count.trained += piece.trained ? 1 : 0;
    }
    int answers = 0;
    int trainedEnds = 0;
    for (std::size_t turn = 0; turn < tokens.roles.size(); ++turn) {
        if (tokens.roles[turn] != QStringLiteral("GPT"))
            continue;
        ++answers;
        std::size_t last = tokens.pieces.size();
        for (std::size_t i = 0; i < tokens.pieces.size(); ++i)
            if (tokens.pieces[i].turn == int(turn))
                last = i;
        // The end token is the turn's last, or the template's first after it.
        for (std::size_t i = last; i < std::min(last + 2, tokens.pieces.size()); ++i)
            if (tokens.pieces[i].special && tokens.pieces[i].trained) {
                ++trainedEnds;
                break;
            }
    }
    int row = 0;
    const auto add = [&](QWidget* name, const QString& id, const QString& times,
                         const QString& trained, TextRole font) {
        m_specialGrid->addWidget(name, row, 0);
        m_specialGrid->addWidget(cell(id, Qt::AlignRight, font, m_specials), row, 1);
        m_specialGrid->addWidget(cell(times, Qt::AlignRight, font, m_specials), row, 2);
        m_specialGrid->addWidget(cell(trained, Qt::AlignRight, font, m_specials), row++, 3);
    };
    add(cell(tr("piece"), Qt::AlignLeft, TextRole::Secondary, m_specials), tr("id"), tr("times"),
        tr("trained"), TextRole::Secondary);
    for (const auto& [name, count] : specials)
        add(new TokenChip(name, count.trained > 0, m_specials), grouped(count.id),
            grouped(count.times), figureWord(std::size_t(count.trained)), TextRole::Body);
    m_specialGrid->setColumnStretch(0, 1);
    const auto check = [this](const Check& line, bool good, const QString& yes, const QString& no) {
        line.icon->setPixmap(iconPixmap(good ? "check-circle" : "warning",
            koala::tokens().strong(good ? Tone::Good : Tone::Warning), 16, devicePixelRatioF()));
        line.words->setText(good ? yes : no);
        line.words->setTone(good ? Tone::Neutral : Tone::Warning);
    };
    check(m_checkBytes, tokens.decodesToSameBytes, tr("decodes to the same bytes"),
        tr("some text is not found again in the tokens"));
    check(m_checkEnd, answers == trainedEnds, tr("every answer ends with a trained end"),
        tr("%1 of %2 answers end with a trained end").arg(trainedEnds).arg(answers));
    check(m_checkUser, !userTrained, tr("no user words are trained"),
        tr("words that are not an answer's are trained"));
}

} // namespace koala
