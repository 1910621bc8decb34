#include "ui/pages/mixtures/small_sheets.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QLineEdit>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/sheet.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
Sheet* sheet(const QString& title, const char* objectName, QSize size, QWidget* owner)
{
    auto* made = new Sheet(title, objectName, size, owner);
    QObject::connect(made, &Sheet::dismissed, made, &QObject::deleteLater);
    return made;
}

QString words(const char* text)
{
    return QCoreApplication::translate("koala::MixturesPage", text);
}

TextLabel* wrapped(const QString& text, TextRole role, QWidget* parent)
{
    auto* label = new TextLabel(text, role, parent);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}
} // namespace

void askUnsaved(MixturesController& controller, const QString& next, QWidget* owner)
{
    auto* asked = sheet(words("Changes that are not saved"), "unsavedSheet", {520, 190}, owner);
    asked->content()->addWidget(
        wrapped(words("%1 has changes that are not saved. Opening %2 without saving loses them.")
                    .arg(controller.editor().slug(), next),
            TextRole::Body, asked));
    asked->content()->addStretch(1);
    auto* stay = plainButton(words("Stay"), nullptr, "unsavedStay", asked);
    auto* discard = plainButton(words("Discard"), nullptr, "unsavedDiscard", asked);
    auto* save = filledButton(words("Save"), nullptr, "unsavedSave", asked);
    for (QPushButton* button : {stay, discard, save})
        asked->addButton(button);
    QObject::connect(stay, &QPushButton::clicked, asked, &Sheet::dismiss);
    QObject::connect(discard, &QPushButton::clicked, &controller, [&controller, next, asked] {
        asked->dismiss();
        controller.discardAndChoose(next);
    });
    QObject::connect(save, &QPushButton::clicked, &controller, [&controller, next, asked] {
        asked->dismiss();
        controller.saveAndChoose(next);
    });
    asked->open(save);
}

void askName(MixturesController& controller, QWidget* owner)
{
    auto* asked = sheet(words("Rename mixture"), "renameSheet", {440, 190}, owner);
    auto* name = new QLineEdit(controller.editor().slug(), asked);
    name->setObjectName(QStringLiteral("renameField"));
    name->setAccessibleName(words("Name"));
    name->setMaxLength(80);
    asked->content()->addWidget(name);
    auto* becomes = new TextLabel(TextRole::Secondary, asked);
    asked->content()->addWidget(becomes);
    asked->content()->addStretch(1);
    auto* cancel = plainButton(words("Cancel"), nullptr, "renameCancel", asked);
    auto* rename = filledButton(words("Rename"), nullptr, "renameApply", asked);
    asked->addButton(cancel);
    asked->addButton(rename);
    const auto show = [=, &controller] {
        const QString slug = qtext(slugify(name->text().toStdString()));
        becomes->setText(words("The file becomes mixtures/%1.json").arg(slug));
        rename->setEnabled(!name->text().trimmed().isEmpty() && slug != controller.editor().slug());
    };
    QObject::connect(name, &QLineEdit::textChanged, asked, show);
    QObject::connect(name, &QLineEdit::returnPressed, rename, &QPushButton::click);
    QObject::connect(cancel, &QPushButton::clicked, asked, &Sheet::dismiss);
    QObject::connect(rename, &QPushButton::clicked, &controller, [&controller, asked, name] {
        const QString chosen = name->text();
        asked->dismiss();
        controller.rename(chosen);
    });
    show();
    name->selectAll();
    asked->open(name);
}

void showTerms(const MixturesController& controller, QWidget* owner)
{
    auto* shown =
        sheet(words("Licences and terms of the sources"), "termsSheet", {760, 460}, owner);
    auto* whole = new QWidget(shown);
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(20);
    grid->setVerticalSpacing(10);
    grid->setColumnStretch(2, 1);
    column->addLayout(grid);
    column->addStretch(1);
    int row = 0;
    for (const QString& title : {words("source"), words("licence"), words("terms")})
        grid->addWidget(new TextLabel(title, TextRole::Secondary, whole), 0, row++);
    row = 1;
    for (const MixtureSource& source : controller.editor().mixture().sources)
        for (const MixtureDataset& dataset : controller.service().datasets()) {
            if (dataset.slug != qtext(source.dataset))
                continue;
            auto* licence = wrapped(
                dataset.licence.isEmpty() ? words("unknown") : safeLine(dataset.licence, 120),
                TextRole::Body, whole);
            licence->setTone(dataset.licence.isEmpty() && dataset.terms.isEmpty() ? Tone::Warning
                                                                                  : Tone::Neutral);
            QString terms =
                dataset.terms.isEmpty() ? words("none stated") : safeLine(dataset.terms, 600);
            if (dataset.nonCommercial)
                terms.prepend(words("Not for commercial use. "));
            auto* label = wrapped(terms, TextRole::Body, whole);
            label->setTone(dataset.nonCommercial ? Tone::Warning : Tone::Neutral);
            grid->addWidget(wrapped(safeLine(dataset.title, 80), TextRole::Strong, whole), row, 0,
                Qt::AlignTop);
            grid->addWidget(licence, row, 1, Qt::AlignTop);
            grid->addWidget(label, row, 2, Qt::AlignTop);
            ++row;
        }
    shown->content()->addWidget(scrollArea(whole, "termsScroll", shown), 1);
    shown->setNote(words("These go with the mixture into runs, checkpoints and exports."));
    auto* shut = filledButton(words("Close"), nullptr, "termsClose", shown);
    shown->addButton(shut);
    QObject::connect(shut, &QPushButton::clicked, shown, &Sheet::dismiss);
    shown->open(shut);
}

} // namespace koala
