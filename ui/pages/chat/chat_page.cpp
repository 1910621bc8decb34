#include "ui/pages/chat/chat_page.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListView>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/pages/chat/chat_list_delegate.h"
#include "ui/pages/chat/composer.h"
#include "ui/pages/chat/settings_drawer.h"
#include "ui/pages/chat/turn_view.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/stacked_bar.h"

namespace koala {

ChatPage::ChatPage(const fs::path& project, EngineService& engine, QWidget* parent)
    : Page(tr("Chat"), parent), m_controller(project, engine, this)
{
    setObjectName(QStringLiteral("chatPage"));
    m_showSettings = plainButton(tr("Settings"), "settings", "showSettings", this);
    header().addRight(m_showSettings);
    m_compare = filledButton(tr("Compare on 180 prompts"), nullptr, "compareOnPrompts", this);
    header().addRight(m_compare);
    auto* layout = new QHBoxLayout(body());
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_columns = splitter(Qt::Horizontal, "chatSplitter", body());
    m_columns->addWidget(makeList());
    m_columns->addWidget(makeMiddle());
    m_columns->setStretchFactor(1, 1);
    m_columns->setSizes({236, 720});
    layout->addWidget(m_columns, 1);
    m_settings = new SettingsDrawer(body());
    layout->addWidget(new Hairline(Qt::Vertical, body()));
    layout->addWidget(m_settings);
    m_showSettings->setVisible(false);

    connect(m_settings, &SettingsDrawer::changed, this,
        [this] { m_controller.setSettings(m_settings->settings()); });
    connect(m_settings, &SettingsDrawer::closePressed, this, [this] {
        m_settings->hide();
        m_showSettings->show();
    });
    connect(m_showSettings, &QPushButton::clicked, this, [this] {
        m_settings->show();
        m_showSettings->hide();
    });
    connect(m_compare, &QPushButton::clicked, this, [this] {
        const ModelChoice* choice = m_controller.model();
        if (choice != nullptr)
            Q_EMIT goTo({QStringLiteral("compare"), QStringLiteral("with"),
                choice->base + QLatin1Char('|') + choice->spec});
    });
    connect(&m_controller, &ChatController::modelsChanged, this, &ChatPage::refreshModels);
    connect(&m_controller, &ChatController::listed, this, [this] {
        if (m_openWith.isEmpty())
            return;
        const QString wanted = std::exchange(m_openWith, {});
        if (const ModelChoice* choice = findChoice(m_controller.models(), wanted))
            m_controller.chooseModel(QString(choice->spec));
        else
            m_notice->tell(Tone::Warning,
                tr("%1 has no complete checkpoint yet; choose another model.").arg(wanted));
    });
    connect(&m_controller, &ChatController::modelChosen, this, &ChatPage::refreshModels);
    connect(&m_controller, &ChatController::chatChanged, this, &ChatPage::refreshChat);
    connect(&m_controller, &ChatController::busyChanged, this, &ChatPage::refreshBusy);
    connect(&m_controller, &ChatController::grew, this, &ChatPage::grow);
    connect(&m_controller, &ChatController::failed, this,
        [this](const QString& message) { m_notice->tell(Tone::Bad, message, message); });
    connect(&m_controller, &ChatController::viewReady, this,
        [this](const QString& text, int tokens, int context) {
            m_view->setSafeText(text);
            m_viewFacts->setText(
                tr("exactly as it is sent · %1").arg(counted(tokens, tr("token"), tr("tokens"))));
            m_context->setText(context > 0
                                   ? tr("context %1 of %2").arg(grouped(tokens), grouped(context))
                                   : QString());
            m_contextBar->setVisible(context > 0);
            m_contextBar->setSegments({{double(std::min(tokens, context)), koala::tokens().accent,
                                          BarSegment::Fill::Solid, {}, {}}},
                std::max(1, context));
        });
    connect(m_notice, &NoticeBar::actionPressed, this, [this] {
        m_notice->clear();
        m_controller.restartServer();
    });
    refreshModels();
    refreshChat();
    refreshBusy();
    m_controller.refresh();
}

QWidget* ChatPage::makeList()
{
    auto* left = pane(QPalette::Window, m_columns);
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QWidget(left);
    QHBoxLayout* line = toolBar(bar);
    auto* fresh = plainButton(tr("New"), "plus", "newChat", bar);
    fresh->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_N));
    auto* search = new SearchField(tr("Search"), "chatSearch", bar);
    line->addWidget(fresh);
    line->addWidget(search, 1);
    layout->addWidget(bar);
    m_list = new QListView(left);
    m_list->setObjectName(QStringLiteral("chatList"));
    m_list->setAccessibleName(tr("Chats"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setModel(&m_controller.chats());
    m_list->setItemDelegate(new ChatListDelegate(m_list));
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setMouseTracking(true);
    m_list->viewport()->setBackgroundRole(QPalette::Window);
    layout->addWidget(m_list, 1);
    connect(fresh, &QPushButton::clicked, this, [this] {
        m_controller.newChat();
        m_list->clearSelection();
        m_composer->edit().setFocus();
    });
    connect(search, &SearchField::searched, &m_controller.chats(), &ChatListModel::setFilter);
    const auto openAt = [this](const QModelIndex& index) {
        if (const QString id = m_controller.chats().idAt(index.row()); !id.isEmpty())
            m_controller.openChat(id);
    };
    connect(m_list, &QListView::clicked, this, openAt);
    connect(m_list, &QListView::activated, this, openAt);
    return left;
}

QWidget* ChatPage::makeModelLine()
{
    auto* bar = pane(QPalette::Base, this);
    QHBoxLayout* line = toolBar(bar);
    m_model = comboBox(tr("Model"), "chatModel", bar);
    m_model->setMinimumWidth(240);
    m_base = comboBox(tr("Also ask"), "chatBase", bar);
    m_base->addItems({tr("+ base"), tr("with base")});
    line->addSpacing(12);
    line->addWidget(m_model);
    line->addWidget(m_base);
    line->addStretch(1);
    connect(m_model, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_filling && m_model->currentData().isValid())
            m_controller.chooseModel(m_model->currentData().toString());
    });
    connect(m_base, &QComboBox::currentIndexChanged, this, [this](int index) {
        if (!m_filling)
            m_controller.setWithBase(index == 1);
    });
    return bar;
}

QWidget* ChatPage::makeMiddle()
{
    auto* middle = pane(QPalette::Base, m_columns);
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeModelLine());
    m_notice = new NoticeBar(middle);
    layout->addWidget(m_notice);
    m_content = pane(QPalette::Base, middle);
    m_column = new QVBoxLayout(m_content);
    m_column->setContentsMargins(24, 20, 24, 20);
    m_column->setSpacing(22);
    m_empty = new TextLabel(TextRole::Body, m_content);
    m_empty->setSecondary(true);
    m_empty->setWordWrap(true);
    m_column->addWidget(m_empty);
    m_column->addStretch(1);
    m_scroll = scrollArea(m_content, "chatScroll", middle);
    m_scroll->setAccessibleName(tr("Conversation"));
    layout->addWidget(m_scroll, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, middle));
    layout->addWidget(makeFoot());
    return middle;
}

QWidget* ChatPage::makeFoot()
{
    auto* foot = pane(QPalette::Base, this);
    auto* layout = new QVBoxLayout(foot);
    layout->setContentsMargins(24, 6, 24, 14);
    layout->setSpacing(6);
    auto* line = new QHBoxLayout;
    m_viewButton = flatButton(tr("As the model sees it"), "chevron-right", "asTheModelSees", foot);
    m_viewButton->setCheckable(true);
    m_viewFacts = new TextLabel(TextRole::Secondary, foot);
    m_viewFacts->setElided(true);
    m_context = new TextLabel(TextRole::Secondary, foot);
    m_contextBar = new StackedBar(foot);
    m_contextBar->setBarHeight(4);
    m_contextBar->setFixedWidth(96);
    m_contextBar->hide();
    line->addWidget(m_viewButton);
    line->addWidget(m_viewFacts, 1);
    line->addWidget(m_context);
    line->addWidget(m_contextBar);
    layout->addLayout(line);
    m_view = new SafeTextView(foot);
    m_view->setObjectName(QStringLiteral("modelView"));
    m_view->setAccessibleName(tr("As the model sees it"));
    m_view->setFont(fontFor(TextRole::Code));
    m_view->setFixedHeight(150);
    m_view->hide();
    layout->addWidget(m_view);
    m_composer = new Composer(foot);
    layout->addWidget(m_composer);
    connect(m_viewButton, &QPushButton::toggled, this, &ChatPage::toggleView);
    connect(m_composer, &Composer::submitted, this, [this](const QString& text) {
        m_notice->clear();
        if (m_controller.send(text))
            m_composer->clear();
    });
    connect(&m_composer->edit(), &MessageEdit::escaped, &m_controller, &ChatController::stop);
    connect(&m_composer->edit(), &MessageEdit::arrow, this, [this](int by) {
        if (!m_controller.turns().empty())
            m_controller.showVersion(m_controller.turns().size() - 1, 0, by);
    });
    return foot;
}

QString ChatPage::nameOf(const QString& spec) const
{
    for (const ModelChoice& choice : m_controller.models())
        if (choice.spec == spec)
            return choice.step < 0 ? choice.name
                                   : choice.name + QStringLiteral(" @ ") + grouped(choice.step);
    return spec;
}

void ChatPage::refreshModels()
{
    m_filling = true;
    m_model->clear();
    for (const ModelChoice& choice : m_controller.models())
        m_model->addItem(nameOf(choice.spec), choice.spec);
    const ModelChoice* chosen = m_controller.model();
    if (chosen != nullptr)
        m_model->setCurrentIndex(m_model->findData(chosen->spec));
    m_base->setEnabled(m_controller.canHaveBase());
    m_base->setCurrentIndex(m_controller.withBase() ? 1 : 0);
    m_filling = false;
    m_compare->setEnabled(chosen != nullptr);
    if (chosen == nullptr && m_openWith.isEmpty() && !m_controller.models().empty() &&
        isVisible()) {
        const int wanted = m_model->findData(m_wantedModel);
        // The newest checkpoint is what one has just made; without one, the base.
        const auto& models = m_controller.models();
        const auto newest = std::ranges::find_if(
            models, [](const ModelChoice& choice) { return choice.step >= 0; });
        m_controller.chooseModel(wanted >= 0              ? m_wantedModel
                                 : newest != models.end() ? newest->spec
                                                          : models.front().spec);
    }
    refreshBusy();
}

void ChatPage::refreshChat()
{
    const auto& turns = m_controller.turns();
    auto* bar = m_scroll->verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum() - 4;
    while (m_turns.size() > turns.size()) {
        delete m_turns.back();
        m_turns.pop_back();
    }
    while (m_turns.size() < turns.size()) {
        auto* view = new TurnView(m_content);
        const std::size_t index = m_turns.size();
        m_column->insertWidget(m_column->count() - 1, view);
        m_turns.push_back(view);
        connect(view, &TurnView::copyPressed, this, [this, index](std::size_t answer) {
            QApplication::clipboard()->setText(m_controller.turns()[index].answers[answer].text);
        });
        connect(view, &TurnView::retryPressed, this, [this, index] { m_controller.retry(index); });
        connect(view, &TurnView::stopPressed, &m_controller, &ChatController::stop);
        connect(view, &TurnView::versionStepped, this, [this, index](std::size_t answer, int by) {
            m_controller.showVersion(index, answer, by);
        });
    }
    for (std::size_t i = 0; i < turns.size(); ++i) {
        QStringList names;
        for (const ShownAnswer& answer : turns[i].answers)
            names << nameOf(answer.model);
        m_turns[i]->show(turns[i], names, i + 1 == turns.size());
    }
    m_empty->setVisible(turns.empty());
    header().setFacts(
        turns.empty() ? tr("a new chat") : m_controller.title() + tr(" · saved as you go"));
    const ShownAnswer* last =
        turns.empty() || turns.back().answers.empty() ? nullptr : &turns.back().answers.front();
    m_settings->showAnswer(last, last == nullptr ? QString() : nameOf(last->model));
    const int row = m_controller.chats().rowOf(m_controller.chatId());
    if (row >= 0 && m_list->currentIndex().row() != row)
        m_list->setCurrentIndex(m_controller.chats().index(row));
    if (!m_controller.writing())
        m_controller.requestView();
    if (atEnd)
        QTimer::singleShot(0, this, [bar] { bar->setValue(bar->maximum()); });
}

void ChatPage::grow(std::size_t turn, std::size_t answer)
{
    if (turn >= m_turns.size())
        return;
    auto* bar = m_scroll->verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum() - 4;
    m_turns[turn]->grow(m_controller.turns()[turn].answers[answer], answer);
    if (atEnd)
        QTimer::singleShot(0, this, [bar] { bar->setValue(bar->maximum()); });
}

void ChatPage::refreshBusy()
{
    const EngineService& engine = m_controller.engine();
    const auto phase = engine.phase();
    QString hint = tr("Enter sends · Shift+Enter new line");
    if (phase == EngineService::Phase::Starting || phase == EngineService::Phase::Loading)
        hint = tr("%1 · what you send waits until it is ready").arg(engine.message());
    if (m_controller.writing())
        hint = tr("Esc stops");
    m_composer->setReady(m_controller.canSend(), hint);
    const bool none = m_controller.models().empty();
    m_empty->setText(
        none ? tr("There is no model yet. Import one with \"koala model import PATH\", or finish a "
                  "run.")
             : tr("Ask %1 something.")
                   .arg(m_controller.model() ? nameOf(m_controller.model()->spec) : tr("a model")));
    if (phase == EngineService::Phase::Crashed || phase == EngineService::Phase::Failed)
        m_notice->tell(Tone::Bad, engine.message(), engine.message(), tr("Restart"));
    else if (phase == EngineService::Phase::Ready && !m_controller.writing())
        m_controller.requestView();
}

void ChatPage::toggleView(bool shown)
{
    m_viewButton->setIcon(icon(shown ? "chevron-down" : "chevron-right"));
    m_view->setVisible(shown);
    if (shown)
        m_controller.requestView();
}

void ChatPage::activated()
{
    m_controller.refresh();
    if (m_controller.model() == nullptr)
        refreshModels();
    m_composer->edit().setFocus();
}

void ChatPage::open(const Destination& destination)
{
    if (destination.verb == QStringLiteral("with")) {
        m_openWith = destination.subject;
        m_controller.newChat();
        m_controller.refresh();
    } else if (!destination.subject.isEmpty()) {
        m_controller.openChat(destination.subject);
    }
}

QJsonObject ChatPage::saveState() const
{
    const ChatSettings settings = m_settings->settings();
    return {{QStringLiteral("columns"), QString::fromLatin1(m_columns->saveState().toBase64())},
        {QStringLiteral("model"),
            m_controller.model() ? m_controller.model()->spec : m_wantedModel},
        {QStringLiteral("chat"), m_controller.turns().empty() ? QString() : m_controller.chatId()},
        {QStringLiteral("drawer"), !m_settings->isHidden()},
        {QStringLiteral("temperature"), settings.temperature},
        {QStringLiteral("top_p"), settings.topP}, {QStringLiteral("top_k"), settings.topK},
        {QStringLiteral("repetition"), settings.repetition},
        {QStringLiteral("max_tokens"), settings.maxTokens},
        {QStringLiteral("seed"), qint64(settings.seed)},
        {QStringLiteral("system"), settings.system},
        {QStringLiteral("template"), settings.templateName}};
}

void ChatPage::restoreState(const QJsonObject& state)
{
    m_columns->restoreState(
        QByteArray::fromBase64(state.value(QStringLiteral("columns")).toString().toLatin1()));
    m_wantedModel = state.value(QStringLiteral("model")).toString();
    ChatSettings settings;
    settings.temperature =
        state.value(QStringLiteral("temperature")).toDouble(settings.temperature);
    settings.topP = state.value(QStringLiteral("top_p")).toDouble(settings.topP);
    settings.topK = state.value(QStringLiteral("top_k")).toInt(settings.topK);
    settings.repetition = state.value(QStringLiteral("repetition")).toDouble(settings.repetition);
    settings.maxTokens = state.value(QStringLiteral("max_tokens")).toInt(settings.maxTokens);
    settings.seed = quint64(state.value(QStringLiteral("seed")).toInteger(qint64(settings.seed)));
    settings.system = state.value(QStringLiteral("system")).toString();
    settings.templateName = state.value(QStringLiteral("template")).toString();
    m_settings->set(settings);
    const bool drawer = state.value(QStringLiteral("drawer")).toBool(true);
    m_settings->setVisible(drawer);
    m_showSettings->setVisible(!drawer);
    if (const QString chat = state.value(QStringLiteral("chat")).toString(); !chat.isEmpty())
        m_controller.openChat(chat);
}

void ChatPage::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        m_controller.stop();
    else
        Page::keyPressEvent(event);
}

} // namespace koala
