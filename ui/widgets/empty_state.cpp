#include "ui/widgets/empty_state.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/widgets/buttons.h"
#include "ui/widgets/icons.h"

namespace koala {

namespace {
constexpr int kWidth = 520;

class IconLabel final : public QWidget {
public:
    IconLabel(const char* name, QWidget* parent) : QWidget(parent), m_name(name)
    {
        setFixedSize(16, 18);
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        paintIcon(painter, m_name, QRect(0, 2, 16, 16), tokens().secondary);
    }

private:
    const char* m_name;
};
} // namespace

EmptyState::EmptyState(const QString& sentence, const QString& buttonText, const char* iconName,
    const char* objectName, QWidget* parent)
    : QWidget(parent), m_sentence(new TextLabel(sentence, TextRole::Title, this)),
      m_ways(new QHBoxLayout), m_hints(new QVBoxLayout)
{
    auto* outer = new QHBoxLayout(this);
    auto* column = new QVBoxLayout;
    auto* middle = new QWidget(this);
    middle->setMaximumWidth(kWidth);
    middle->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    middle->setLayout(column);
    outer->addStretch(1);
    outer->addWidget(middle, 100);
    outer->addStretch(1);
    m_sentence->setWordWrap(true);
    m_sentence->setObjectName(QStringLiteral("emptySentence"));
    column->setSpacing(0);
    column->addStretch(2);
    column->addWidget(m_sentence);
    column->addSpacing(18);
    if (!buttonText.isEmpty()) {
        m_button = filledButton(buttonText, iconName, objectName, this);
        m_ways->addWidget(m_button);
        connect(m_button, &QPushButton::clicked, this, &EmptyState::pressed);
    }
    m_ways->setSpacing(12);
    m_ways->addStretch();
    column->addLayout(m_ways);
    column->addSpacing(24);
    m_hints->setSpacing(0);
    column->addLayout(m_hints);
    column->addStretch(3);
}

void EmptyState::setSentence(const QString& sentence)
{
    m_sentence->setText(sentence);
}

void EmptyState::setSecondWay(const QString& linkText, const char* objectName)
{
    auto* link = linkButton(linkText, objectName, this);
    auto* between = new TextLabel(tr("or"), TextRole::Body, this);
    between->setSecondary(true);
    m_ways->insertWidget(m_ways->count() - 1, between);
    m_ways->insertWidget(m_ways->count() - 1, link);
    connect(link, &QPushButton::clicked, this, &EmptyState::secondWayPressed);
}

void EmptyState::addHint(const char* iconName, const QString& title, const QString& detail)
{
    if (m_hints->isEmpty()) {
        m_hints->addWidget(new Hairline(Qt::Horizontal, this));
        m_hints->addSpacing(16);
    }
    auto* row = new QHBoxLayout;
    row->setSpacing(12);
    row->addWidget(new IconLabel(iconName, this), 0, Qt::AlignTop);
    auto* words = new QVBoxLayout;
    words->setSpacing(1);
    words->addWidget(new TextLabel(title, TextRole::Body, this));
    auto* small = new TextLabel(detail, TextRole::Secondary, this);
    small->setWordWrap(true);
    words->addWidget(small);
    row->addLayout(words, 1);
    m_hints->addLayout(row);
    m_hints->addSpacing(18);
}

void EmptyState::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), tokens().card);
}

} // namespace koala
