#include "ui/pages/data/edit_row_sheet.h"

#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include "core/base/utf8.h"
#include "ui/services/role_words.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr std::size_t kEditableTurns = 60;
constexpr std::size_t kEditableBytes = 200'000;
} // namespace

EditRowSheet::EditRowSheet(QWidget* parent) : QDialog(parent)
{
    setObjectName(QStringLiteral("editRowSheet"));
    setModal(true);
    resize(760, 600);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_title = new TextLabel(TextRole::Strong, this);
    m_title->setContentsMargins(16, 12, 16, 10);
    layout->addWidget(m_title);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    auto* content = pane(QPalette::Base, this);
    m_turns = new QVBoxLayout(content);
    m_turns->setContentsMargins(16, 12, 16, 12);
    m_turns->setSpacing(6);
    layout->addWidget(scrollArea(content, "editRowTurns", this), 1);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    auto* foot = new QHBoxLayout;
    foot->setContentsMargins(16, 10, 16, 10);
    auto* words =
        new TextLabel(tr("The imported row stays as it is; this becomes a cleaning step."),
            TextRole::Secondary, this);
    words->setElided(true);
    auto* cancel = plainButton(tr("Cancel"), nullptr, "editRowCancel", this);
    auto* save = filledButton(tr("Save"), nullptr, "editRowSave", this);
    foot->addWidget(words, 1);
    foot->addWidget(cancel);
    foot->addWidget(save);
    layout->addLayout(foot);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(save, &QPushButton::clicked, this, &EditRowSheet::save);
}

bool EditRowSheet::ask(std::uint64_t row, const Conversation& conversation, QString& reason)
{
    std::size_t bytes = conversation.system.size();
    for (const Turn& turn : conversation.turns)
        bytes += turn.text.size();
    if (conversation.turns.size() > kEditableTurns || bytes > kEditableBytes) {
        reason = tr("Row %1 has %2 and %3: too long to edit here. Exclude it, or shorten it in the "
                    "file and import that again.")
                     .arg(grouped(qint64(row) + 1),
                         counted(qint64(conversation.turns.size()), tr("turn"), tr("turns")),
                         byteCount(bytes));
        return false;
    }
    m_row = row;
    m_conversation = conversation;
    m_title->setText(tr("Edit row %1").arg(grouped(qint64(row) + 1)));
    setWindowTitle(m_title->text());
    while (QLayoutItem* item = m_turns->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_texts.clear();
    const auto add = [&](Role role, const std::string& text) {
        auto* name = new TextLabel(roleTitle(role), TextRole::Strong, this);
        name->setTone(role == Role::Assistant ? Tone::Accent : Tone::Neutral);
        m_turns->addWidget(name);
        auto* edit = new QPlainTextEdit(qtext(toValidUtf8(text)), this);
        edit->setObjectName(QStringLiteral("editTurn%1").arg(m_texts.size()));
        edit->setAccessibleName(roleTitle(role));
        edit->setTabChangesFocus(true);
        edit->setMinimumHeight(text.size() > 200 ? 132 : 62);
        m_turns->addWidget(edit);
        m_texts.push_back(edit);
    };
    if (!conversation.system.empty())
        add(Role::System, conversation.system);
    for (const Turn& turn : conversation.turns)
        add(turn.role, turn.text);
    m_turns->addStretch(1);
    open();
    if (!m_texts.empty())
        m_texts.front()->setFocus();
    return true;
}

void EditRowSheet::save()
{
    Conversation changed = m_conversation;
    std::size_t at = 0;
    bool different = false;
    const auto take = [&](std::string& text) {
        const QPlainTextEdit* edit = m_texts[at++];
        if (!edit->document()->isModified())
            return; // bytes that a text field cannot show stay as they are
        text = edit->toPlainText().toStdString();
        different = true;
    };
    if (!changed.system.empty())
        take(changed.system);
    for (Turn& turn : changed.turns)
        take(turn.text);
    if (different)
        Q_EMIT edited(m_row, changed);
    accept();
}

} // namespace koala
