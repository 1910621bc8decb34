#include "ui/pages/mixtures/template_sheet.h"

#include <QComboBox>
#include <QGridLayout>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
enum Column { Source, Chosen, Published, Released, Ours, ColumnCount };
constexpr int kLinesPerSource = 3; // the line itself, what is known of it, a hairline

TemplatePlan planOf(const QString& id, const MixtureService& service)
{
    const auto found = findMixtureTemplate(id.toStdString());
    return {found.ok() ? **found : mixtureTemplates().front(), service.manifests(),
        service.published()};
}

QString sentence(const QString& words)
{
    return words.endsWith(QLatin1Char('.')) ? words : words + QLatin1Char('.');
}

TextLabel* wrapped(const QString& text, TextRole role, QWidget* parent)
{
    auto* label = new TextLabel(text, role, parent);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    return label;
}
} // namespace

TemplateSheet::TemplateSheet(MixturesController& controller, const QString& id, QWidget* owner)
    : Sheet(tr("Mixture from a template"), "templateSheet", {1040, 660}, owner),
      m_controller(controller), m_plan(planOf(id, controller.service()))
{
    content()->addWidget(new TextLabel(m_plan.title(), TextRole::Strong, this));
    content()->addWidget(wrapped(m_plan.note(), TextRole::Body, this));
    if (!m_plan.assumed().isEmpty())
        content()->addWidget(
            wrapped(tr("Our choice: %1").arg(m_plan.assumed()), TextRole::Secondary, this));
    auto* whole = new QWidget(this);
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 8, 0);
    m_grid = new QGridLayout;
    m_grid->setHorizontalSpacing(16);
    m_grid->setVerticalSpacing(4);
    for (const auto& [at, stretch] :
        {std::pair{Source, 5}, {Chosen, 4}, {Published, 4}, {Released, 5}, {Ours, 3}})
        m_grid->setColumnStretch(at, stretch);
    column->addLayout(m_grid);
    column->addStretch(1);
    content()->addWidget(scrollArea(whole, "templateScroll", this), 1);
    auto* import = plainButton(tr("Import…"), "import", "templateImport", this);
    import->setToolTip(tr("Import what is missing on the Data page, then come back"));
    auto* cancel = plainButton(tr("Cancel"), nullptr, "templateCancel", this);
    m_make = filledButton(tr("Make mixture"), nullptr, "templateMake", this);
    for (QPushButton* button : {import, cancel, m_make})
        addButton(button);
    addHead();
    for (int line = 0; line < int(m_plan.lines().size()); ++line)
        addLine(line);
    connect(cancel, &QPushButton::clicked, this, &Sheet::dismiss);
    connect(import, &QPushButton::clicked, this, [this] {
        dismiss();
        Q_EMIT importWanted();
    });
    connect(m_make, &QPushButton::clicked, this, [this] {
        const QStringList models = m_controller.service().models();
        const auto made = m_plan.mixture(models.isEmpty() ? QString() : models.first());
        if (!made.ok()) {
            setNote(qtext(made.error().message));
            return;
        }
        dismiss();
        m_controller.add(m_plan.id(), *made);
    });
    refresh();
}

void TemplateSheet::addHead()
{
    const QStringList heads{tr("source that it wants"), tr("dataset of this project"),
        tr("published"), tr("released pipeline"), tr("ours")};
    for (int column = 0; column < ColumnCount; ++column)
        m_grid->addWidget(
            new TextLabel(heads.value(column), TextRole::Secondary), 0, column, Qt::AlignLeft);
}

void TemplateSheet::addLine(int index)
{
    const TemplatePlan::Line& line = m_plan.lines()[std::size_t(index)];
    const int row = 1 + index * kLinesPerSource;
    m_grid->addWidget(new Hairline, row, 0, 1, ColumnCount);
    m_grid->addWidget(wrapped(line.title, TextRole::Strong, nullptr), row + 1, Source);
    auto* box = comboBox(tr("Dataset for %1").arg(line.title), "templateDataset", nullptr);
    box->setObjectName(QStringLiteral("templateDataset-") + line.source);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(16);
    makeTame(box);
    for (const TemplatePlan::Choice& choice : line.choices) {
        box->addItem(safeLine(choice.words, 60));
        box->setItemData(box->count() - 1, choice.why.toHtmlEscaped(), Qt::ToolTipRole);
    }
    box->setCurrentIndex(line.chosen);
    m_grid->addWidget(box, row + 1, Chosen, Qt::AlignTop);
    m_grid->addWidget(wrapped(line.published, TextRole::Body, nullptr), row + 1, Published);
    m_grid->addWidget(wrapped(line.released, TextRole::Body, nullptr), row + 1, Released);
    m_ours.push_back(wrapped(line.ours, TextRole::Strong, nullptr));
    m_ours.back()->setObjectName(QStringLiteral("templateOurs-") + line.source);
    m_ours.back()->setAccessibleName(tr("Ours of %1").arg(line.title));
    m_grid->addWidget(m_ours.back(), row + 1, Ours);
    m_states.push_back(wrapped({}, TextRole::Secondary, nullptr));
    m_states.back()->setObjectName(QStringLiteral("templateState-") + line.source);
    m_states.back()->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_grid->addWidget(m_states.back(), row + 2, Source, 1, ColumnCount);
    connect(box, &QComboBox::currentIndexChanged, this, [this, index](int choice) {
        m_plan.choose(index, choice);
        refresh();
    });
}

void TemplateSheet::addDetails(int index)
{
    const TemplatePlan::Line& line = m_plan.lines()[std::size_t(index)];
    QStringList words;
    if (line.missing())
        words.append(line.optional ? tr("Not in the publication; added by hand.") : tr("Missing."));
    else if (const QString& why = line.choices[std::size_t(line.chosen)].why; !why.isEmpty())
        words.append(tr("Taken because %1.").arg(safeLine(why, 200)));
    if (line.missing() && !line.obtain.isEmpty())
        words.append(tr("Where to get it: %1").arg(sentence(line.obtain)));
    if (!line.licence.isEmpty())
        words.append(tr("Licence: %1").arg(sentence(safeLine(line.licence, 200))));
    else if (!line.missing())
        words.append(tr("Its licence is not stated."));
    if (!line.terms.isEmpty())
        words.append(tr("Terms: %1").arg(sentence(safeLine(line.terms, 600))));
    if (!line.assumed.isEmpty())
        words.append(tr("Our choice: %1").arg(sentence(line.assumed)));
    m_states[std::size_t(index)]->setText(words.join(QLatin1Char(' ')));
    m_states[std::size_t(index)]->setTone(
        line.missing() && !line.optional ? Tone::Warning : Tone::Neutral);
}

void TemplateSheet::refresh()
{
    for (int i = 0; i < int(m_plan.lines().size()); ++i) {
        m_ours[std::size_t(i)]->setText(m_plan.lines()[std::size_t(i)].ours);
        addDetails(i);
    }
    const QStringList twice = m_plan.takenTwice();
    const int found = m_plan.wanted() - m_plan.missing();
    m_make->setEnabled(found > 0 && twice.isEmpty());
    setNote(!twice.isEmpty() ? tr("%1 stands for two sources; choose another for one of them.")
                                   .arg(twice.join(tr(", ")))
            : found == 0 ? tr("The project has none of the sources that this template wants.")
            : m_plan.missing() == 0
                ? tr("All %1 sources are there.").arg(m_plan.wanted())
                : tr("%1 of %2 sources are there; the mixture leaves the missing ones out.")
                      .arg(found)
                      .arg(m_plan.wanted()));
}

} // namespace koala
