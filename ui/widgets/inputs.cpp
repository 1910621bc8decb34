#include "ui/widgets/inputs.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QTimer>

#include "ui/widgets/icons.h"
#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kTypingPauseMs = 120;
constexpr const char* kQuiet = "koalaQuiet"; // dynamic property that the style reads

class BarWidget final : public QObject {
public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::Paint) {
            auto* widget = static_cast<QWidget*>(watched);
            QPainter(widget).fillRect(
                QRect(0, widget->height() - 1, widget->width(), 1), tokens().line);
        }
        return false;
    }
};

class Tamer final : public QObject {
public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        auto* field = static_cast<QWidget*>(watched);
        if (event->type() == QEvent::Wheel && !field->hasFocus()) {
            event->ignore();
            return true;
        }
        if (event->type() != QEvent::ShortcutOverride)
            return false;
        const auto* key = static_cast<QKeyEvent*>(event);
        if (!key->matches(QKeySequence::Undo) && !key->matches(QKeySequence::Redo))
            return false;
        const auto* line = qobject_cast<QLineEdit*>(field);
        if (line == nullptr)
            line = field->findChild<QLineEdit*>();
        if (line != nullptr && line->isModified())
            return false;
        event->ignore();
        return true;
    }
};
} // namespace

SearchField::SearchField(const QString& placeholder, const char* objectName, QWidget* parent)
    : QLineEdit(parent)
{
    setPlaceholderText(placeholder);
    setAccessibleName(placeholder);
    setObjectName(QLatin1StringView(objectName));
    addAction(icon("search", IconTint::Secondary), QLineEdit::LeadingPosition);
    setClearButtonEnabled(false);
    auto* pause = new QTimer(this);
    pause->setSingleShot(true);
    pause->setInterval(kTypingPauseMs);
    connect(this, &QLineEdit::textChanged, pause, qOverload<>(&QTimer::start));
    connect(pause, &QTimer::timeout, this, [this] { Q_EMIT searched(text()); });
}

QComboBox* comboBox(const QString& accessibleName, const char* objectName, QWidget* parent)
{
    auto* box = new QComboBox(parent);
    box->setAccessibleName(accessibleName);
    box->setObjectName(QLatin1StringView(objectName));
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return box;
}

void makeQuiet(QWidget* field)
{
    field->setProperty(kQuiet, true);
    field->setAttribute(Qt::WA_Hover);
}

bool isQuiet(const QWidget* field)
{
    return field != nullptr && field->property(kQuiet).toBool();
}

void makeTame(QWidget* field)
{
    field->setFocusPolicy(Qt::StrongFocus);
    field->installEventFilter(new Tamer(field));
}

QSplitter* splitter(Qt::Orientation orientation, const char* objectName, QWidget* parent)
{
    auto* made = new QSplitter(orientation, parent);
    made->setObjectName(QLatin1StringView(objectName));
    made->setHandleWidth(1);
    made->setChildrenCollapsible(false);
    return made;
}

QJsonObject splitterStates(const QWidget& page)
{
    QJsonObject states;
    for (const QSplitter* one : page.findChildren<QSplitter*>())
        states.insert(one->objectName(), QString::fromLatin1(one->saveState().toBase64()));
    return states;
}

void restoreSplitters(const QWidget& page, const QJsonObject& states)
{
    for (QSplitter* one : page.findChildren<QSplitter*>())
        one->restoreState(
            QByteArray::fromBase64(states.value(one->objectName()).toString().toLatin1()));
}

QScrollArea* scrollArea(QWidget* content, const char* objectName, QWidget* parent)
{
    auto* area = new QScrollArea(parent);
    area->setObjectName(QLatin1StringView(objectName));
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(content);
    area->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    return area;
}

QWidget* pane(QPalette::ColorRole ground, QWidget* parent)
{
    auto* made = new QWidget(parent);
    made->setBackgroundRole(ground);
    made->setAutoFillBackground(true);
    return made;
}

QHBoxLayout* toolBar(QWidget* bar)
{
    bar->setFixedHeight(size::kToolBar);
    bar->installEventFilter(new BarWidget(bar));
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(size::kInset, 0, size::kInset, 1);
    row->setSpacing(8);
    return row;
}

} // namespace koala
