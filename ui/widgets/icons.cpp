#include "ui/widgets/icons.h"

#include <cmath>

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

static void loadIconResource()
{
    Q_INIT_RESOURCE(icons);
}

namespace koala {

namespace {
QByteArray source(const char* name)
{
    loadIconResource(); // a static library's resources are not registered by themselves
    QFile file(QStringLiteral(":/icons/%1.svg").arg(QLatin1StringView(name)));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return file.readAll();
}

class TintedEngine final : public QIconEngine {
public:
    TintedEngine(QByteArray name, IconTint tint) : m_name(std::move(name)), m_tint(tint) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        paintIcon(*painter, m_name.constData(), rect, color(mode));
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override
    {
        return iconPixmap(
            m_name.constData(), color(mode), std::min(size.width(), size.height()), 1.0);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal scale) override
    {
        const int side = int(std::lround(std::min(size.width(), size.height()) / scale));
        return iconPixmap(m_name.constData(), color(mode), side, scale);
    }
    QIconEngine* clone() const override { return new TintedEngine(m_name, m_tint); }
    bool isNull() override { return false; }

private:
    QColor color(QIcon::Mode mode) const
    {
        const Tokens& t = tokens();
        if (mode == QIcon::Disabled)
            return m_tint == IconTint::OnAccent ? mixed(t.accent, t.onAccent, 0.75) : t.disabled;
        switch (m_tint) {
        case IconTint::Text:
            return t.text;
        case IconTint::Secondary:
            return t.secondary;
        case IconTint::Accent:
            return t.accent;
        case IconTint::OnAccent:
            return t.onAccent;
        case IconTint::Good:
            return t.good;
        case IconTint::Warning:
            return t.warning;
        case IconTint::Bad:
            return t.bad;
        }
        return t.text;
    }
    QByteArray m_name;
    IconTint m_tint;
};
} // namespace

QIcon icon(const char* name, IconTint tint)
{
    return QIcon(new TintedEngine(QByteArray(name), tint));
}

QPixmap iconPixmap(const char* name, const QColor& color, int size, qreal devicePixelRatio)
{
    const QString key = QStringLiteral("koala/%1/%2/%3/%4/%5")
                            .arg(QLatin1StringView(name))
                            .arg(color.rgb(), 0, 16)
                            .arg(tokens().card.rgb(), 0, 16)
                            .arg(size)
                            .arg(devicePixelRatio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    const int side = int(std::ceil(size * devicePixelRatio));
    pixmap = QPixmap(side, side);
    pixmap.fill(Qt::transparent);
    QByteArray svg = source(name);
    svg.replace("currentColor", color.name().toLatin1());
    svg.replace("groundColor", tokens().onAccent.name().toLatin1());
    QSvgRenderer renderer(svg);
    QPainter painter(&pixmap);
    renderer.render(&painter, QRectF(0, 0, side, side));
    painter.end();
    pixmap.setDevicePixelRatio(devicePixelRatio);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

void paintIcon(QPainter& painter, const char* name, const QRect& rect, const QColor& color)
{
    const int side = std::min(rect.width(), rect.height());
    const qreal ratio = painter.device() != nullptr ? painter.device()->devicePixelRatioF() : 1.0;
    painter.drawPixmap(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2,
        iconPixmap(name, color, side, ratio));
}

} // namespace koala
