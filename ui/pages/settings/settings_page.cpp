#include "ui/pages/settings/settings_page.h"

#include <QDesktopServices>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include "core/base/process.h"
#include "ui/pages/settings/key_table.h"
#include "ui/pages/settings/licences.h"
#include "ui/services/json_child.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/card.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/segmented.h"
#include "ui/widgets/tables.h"

namespace koala {
namespace {

constexpr int kLabelWidth = 132, kWide = 1200;

const QStringList& themes()
{
    static const QStringList all{QStringLiteral("system"), QStringLiteral("light"),
        QStringLiteral("dark"), QStringLiteral("contrast")};
    return all;
}

QWidget* formRow(const QString& label, QWidget* editor, const QString& note, QWidget* parent)
{
    auto* line = new QWidget(parent);
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(size::kGap, 0, size::kGap, 0);
    layout->setSpacing(size::kGap);
    line->setMinimumHeight(size::kFormRow + 4);
    auto* name = new TextLabel(label, TextRole::Body, line);
    name->setFixedWidth(kLabelWidth);
    name->setBuddy(editor);
    layout->addWidget(name);
    layout->addWidget(editor);
    auto* words = new TextLabel(note, TextRole::Secondary, line);
    words->setElided(true);
    layout->addWidget(words, 1);
    return line;
}

// As high as its rows, so the page scrolls and not the table.
QTableView* plainTable(
    QAbstractItemModel* model, const QString& name, const char* objectName, QWidget* parent)
{
    auto* table = new QTableView(parent);
    model->setParent(table);
    table->setModel(model);
    prepareTable(*table, name, objectName, size::kDenseRow);
    table->setSelectionMode(QAbstractItemView::NoSelection);
    table->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->setFixedHeight(size::kTableHead + model->rowCount() * size::kDenseRow + 4);
    return table;
}

} // namespace

SettingsPage::SettingsPage(Preferences& preferences, const fs::path& project, QWidget* parent)
    : Page(tr("Settings"), parent), m_preferences(preferences)
{
    setObjectName(QStringLiteral("settingsPage"));
    header().setFacts(tr("yours, on this computer; projects keep none of it"));
    auto* content = pane(QPalette::Window, this);
    m_columns = new QBoxLayout(QBoxLayout::TopToBottom, content);
    m_columns->setContentsMargins(size::kGap, size::kGap, size::kGap, size::kGap);
    m_columns->setSpacing(size::kGap);
    auto* mine = new QVBoxLayout;
    mine->setSpacing(size::kGap);
    for (QWidget* card : {makeAppearance(), makePlaces(project), makeKeys()})
        mine->addWidget(card);
    mine->addStretch(1);
    auto* terms = new QVBoxLayout;
    QWidget* licences = makeLicences();
    terms->addWidget(licences);
    terms->addStretch(1);
    m_columns->addLayout(mine, 1);
    m_columns->addLayout(terms, 1);
    auto* outer = new QVBoxLayout(body());
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scrollArea(content, "settings.scroll", this));
}

void SettingsPage::resizeEvent(QResizeEvent* event)
{
    // Side by side where both columns have room, else one below the other.
    m_columns->setDirection(width() >= kWide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    Page::resizeEvent(event);
}

QWidget* SettingsPage::makeAppearance()
{
    auto* card = new Card(tr("Appearance"), this);
    auto* theme = new Segmented(
        {tr("System"), tr("Light"), tr("Dark"), tr("High contrast")}, "settings.theme", card);
    theme->setAccessibleName(tr("Theme"));
    theme->setCurrent(std::max<int>(0, int(themes().indexOf(m_preferences.theme()))));
    connect(theme, &Segmented::chosen, this,
        [this](int index) { m_preferences.setTheme(themes()[index]); });
    auto* points = new QDoubleSpinBox(card);
    points->setObjectName(QStringLiteral("settings.pointSize"));
    points->setAccessibleName(tr("Text size in points"));
    points->setRange(Preferences::kSmallest, Preferences::kLargest);
    points->setDecimals(1);
    points->setSingleStep(0.5);
    points->setSuffix(tr(" pt"));
    points->setFixedWidth(96);
    points->setKeyboardTracking(false);
    points->setValue(m_preferences.pointSize());
    connect(points, &QDoubleSpinBox::valueChanged, this,
        [this](double value) { m_preferences.setPointSize(value); });
    card->body()->addWidget(formRow(tr("Theme"), theme, tr("changes at once"), card));
    card->body()->addWidget(formRow(tr("Text size"), points, tr("10 pt is the standard"), card));
    card->body()->setContentsMargins(0, 0, 0, 8);
    return card;
}

QWidget* SettingsPage::makePlaces(const fs::path& project)
{
    auto* card = new Card(tr("Places"), this);
    const fs::path cache = cacheDirectory();
    struct Place {
        QString name;
        fs::path path;
        const char* objectName;
    };
    const Place places[] = {
        {tr("This project"), project, "settings.showFolder"},
        {tr("Models"), cache / "models", "settings.showModels"},
        {tr("Downloads"), cache, "settings.showCache"},
        {tr("Programs"), fs::path(JsonChild::programPath().toStdString()).parent_path(),
            "settings.showPrograms"},
        {tr("These settings"), m_preferences.fileName().toStdString(), "settings.showSettings"},
    };
    auto* grid = new QGridLayout;
    grid->setContentsMargins(size::kGap, 4, size::kGap, 12);
    grid->setHorizontalSpacing(size::kGap);
    grid->setVerticalSpacing(4);
    grid->setColumnMinimumWidth(0, kLabelWidth);
    grid->setColumnStretch(1, 1);
    int row = 0;
    for (const Place& place : places) {
        const QString path = qtext(place.path.string());
        auto* words = new TextLabel(safeLine(path, 1000), TextRole::Code, card);
        words->setElided(true);
        words->setTextInteractionFlags(Qt::TextSelectableByMouse);
        auto* open =
            iconButton("folder", tr("Show folder: %1").arg(place.name), place.objectName, card);
        const fs::path folder =
            fs::is_directory(place.path) ? place.path : place.path.parent_path();
        connect(open, &QToolButton::clicked, this, [this, folder] {
            if (!QDesktopServices::openUrl(QUrl::fromLocalFile(qtext(folder.string()))))
                Q_EMIT notice(Tone::Warning,
                    tr("No program opened the folder %1").arg(qtext(folder.string())), {});
        });
        grid->addWidget(new TextLabel(place.name, TextRole::Body, card), row, 0);
        grid->addWidget(words, row, 1);
        grid->addWidget(open, row++, 2);
    }
    auto* note = new TextLabel(tr("Nothing leaves this computer. XDG_CACHE_HOME names another "
                                  "place for models and downloads."),
        TextRole::Secondary, card);
    note->setWordWrap(true);
    grid->addWidget(note, row, 0, 1, 3);
    card->body()->addLayout(grid);
    return card;
}

QWidget* SettingsPage::makeKeys()
{
    auto* card = new Card(tr("Keys"), this);
    auto* table = plainTable(new KeyTableModel, tr("Keys"), "settings.keys", card);
    setColumns(*table, {150, 84, 0});
    card->body()->setContentsMargins(size::kInset, 0, size::kInset, 8);
    card->body()->addWidget(table);
    return card;
}

QWidget* SettingsPage::makeLicences()
{
    auto* card = new Card(tr("Licences"), this);
    auto* column = new QVBoxLayout;
    column->setContentsMargins(size::kGap, 4, size::kGap, 12);
    column->setSpacing(10);
    auto* summary = new TextLabel(licenceSummary(), TextRole::Body, card);
    summary->setObjectName(QStringLiteral("settings.licenceSummary"));
    summary->setWordWrap(true);
    column->addWidget(summary);
    auto* table =
        plainTable(new LicenceModel, tr("Licences of the parts"), "settings.licences", card);
    setColumns(*table, {130, 0, 150});
    column->addWidget(table);
    auto* show = linkButton(tr("Show the text of Apache-2.0"), "settings.showLicence", card);
    column->addWidget(show, 0, Qt::AlignLeft);
    auto* text = new SafeTextView(card);
    text->setObjectName(QStringLiteral("settings.licenceText"));
    text->setAccessibleName(tr("Text of Apache-2.0"));
    text->setFixedHeight(280);
    text->hide();
    column->addWidget(text);
    connect(show, &QPushButton::clicked, this, [show, text] {
        if (text->toPlainText().isEmpty())
            text->setSafeText(sourceLicenceText());
        text->setVisible(!text->isVisible());
        show->setText(text->isVisible() ? tr("Hide the text of Apache-2.0")
                                        : tr("Show the text of Apache-2.0"));
    });
    card->body()->addLayout(column);
    return card;
}

} // namespace koala
