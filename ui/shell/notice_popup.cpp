#include "ui/shell/notice_popup.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QListView>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/widgets/buttons.h"
#include "ui/widgets/card.h"
#include "ui/widgets/tables.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kWidth = 460, kHeight = 320, kToastMs = 5000;

void placeAbove(QWidget& popup, QWidget& window, QWidget& anchor)
{
    const QPoint corner = anchor.mapTo(&window, QPoint(anchor.width(), 0));
    popup.move(corner.x() - popup.width() - 8, corner.y() - popup.height() - 8);
}
} // namespace

void showNoticePopup(
    QWidget& window, QWidget& anchor, NoticeModel& notices, std::function<void()> clearAll)
{
    if (auto* open = window.findChild<Card*>(QStringLiteral("notices"))) {
        open->deleteLater();
        return;
    }
    auto* card = new Card(QObject::tr("Notices"), &window);
    card->setObjectName(QStringLiteral("notices"));
    auto* copy = flatButton(QObject::tr("Copy details"), "copy", "notices.copy", card);
    auto* clear = flatButton(QObject::tr("Clear"), nullptr, "notices.clear", card);
    auto* shut = iconButton("close", QObject::tr("Close"), "notices.close", card);
    for (QWidget* button : std::initializer_list<QWidget*>{copy, clear, shut})
        card->addToHead(button);
    auto* list = new QListView(card);
    list->setObjectName(QStringLiteral("notices.list"));
    list->setAccessibleName(QObject::tr("Notices"));
    list->setFrameShape(QFrame::NoFrame);
    list->setModel(&notices);
    list->setItemDelegate(new CellDelegate(list));
    list->setWordWrap(true);
    list->viewport()->setAutoFillBackground(false);
    card->body()->addWidget(list);
    card->body()->setContentsMargins(8, 4, 8, 8);
    card->resize(kWidth, kHeight);
    QObject::connect(shut, &QToolButton::clicked, card, &QObject::deleteLater);
    QObject::connect(clear, &QPushButton::clicked, card, [card, clearAll = std::move(clearAll)] {
        clearAll();
        card->deleteLater();
    });
    QObject::connect(copy, &QPushButton::clicked, card, [list, &notices] {
        const int row = list->currentIndex().isValid() ? list->currentIndex().row() : 0;
        if (row < notices.rowCount())
            QApplication::clipboard()->setText(
                notices.at(row).text + QLatin1Char('\n') + notices.at(row).details);
    });
    placeAbove(*card, window, anchor);
    card->show();
    card->raise();
    list->setFocus();
}

void showToast(QWidget& window, QWidget& anchor, Tone tone, const QString& text)
{
    if (auto* old = window.findChild<Card*>(QStringLiteral("toast")))
        old->deleteLater();
    auto* card = new Card(&window);
    card->setObjectName(QStringLiteral("toast"));
    auto* words = new TextLabel(text, TextRole::Body, card);
    words->setWordWrap(true);
    words->setTone(tone == Tone::Neutral ? Tone::Neutral : tone);
    card->body()->addWidget(words);
    card->body()->setContentsMargins(14, 10, 14, 10);
    card->setFixedWidth(360);
    card->adjustSize();
    placeAbove(*card, window, anchor);
    card->show();
    card->raise();
    QTimer::singleShot(kToastMs, card, &QObject::deleteLater);
}

} // namespace koala
