#include "ui/pages/settings/licences.h"

#include <array>

#include <QCoreApplication>
#include <QFile>

#include "ui/widgets/tables.h"

// Resources of a static library are only linked in when they are asked for, outside any namespace.
static void loadLicenceResource()
{
    Q_INIT_RESOURCE(licences);
}

namespace koala {
namespace {

struct Line {
    const char* part;
    const char* use;
    const char* licence;
};
constexpr std::array kLines{
    Line{"QCustomPlot", QT_TRANSLATE_NOOP("Licences", "charts"), "GPL-3.0-or-later"},
    Line{"Qt 6", QT_TRANSLATE_NOOP("Licences", "the window"), "LGPL-3.0-only"},
    Line{
        "libtorch", QT_TRANSLATE_NOOP("Licences", "training, in koala-torch only"), "BSD-3-Clause"},
    Line{
        "SentencePiece", QT_TRANSLATE_NOOP("Licences", "tokenisers of LLaMA models"), "Apache-2.0"},
    Line{"Boost", QT_TRANSLATE_NOOP("Licences", "the HTTP server"), "BSL-1.0"},
    Line{"libcurl", QT_TRANSLATE_NOOP("Licences", "asking servers"), "curl"},
    Line{"OpenSSL", QT_TRANSLATE_NOOP("Licences", "hashes"), "Apache-2.0"},
    Line{"SQLite", QT_TRANSLATE_NOOP("Licences", "indexes"), "public domain"},
    Line{"SQLiteCpp", QT_TRANSLATE_NOOP("Licences", "indexes"), "MIT"},
    Line{"nlohmann/json", QT_TRANSLATE_NOOP("Licences", "JSON"), "MIT"},
    Line{"utf8proc", QT_TRANSLATE_NOOP("Licences", "letters of all scripts"), "MIT"},
    Line{"fmt", QT_TRANSLATE_NOOP("Licences", "formatted text"), "MIT"},
    Line{"spdlog", QT_TRANSLATE_NOOP("Licences", "logs"), "MIT"},
    Line{"CLI11", QT_TRANSLATE_NOOP("Licences", "options of the commands"), "BSD-3-Clause"},
    Line{"toml++", QT_TRANSLATE_NOOP("Licences", "recipes"), "MIT"},
    Line{"tl::expected", QT_TRANSLATE_NOOP("Licences", "results that can fail"), "CC0-1.0"},
    Line{"zlib", QT_TRANSLATE_NOOP("Licences", "compressed files"), "Zlib"},
};

} // namespace

QString licenceSummary()
{
    return QCoreApplication::translate("Licences",
        "The sources of Koala Workbench are under Apache-2.0. This program links QCustomPlot, so "
        "as a whole it "
        "is distributed under the GNU General Public License, version 3 or later. koala and "
        "koala-torch do not "
        "link it and stay under Apache-2.0. Models and datasets have terms of their own; a run's "
        "model card "
        "names them.");
}

QString sourceLicenceText()
{
    loadLicenceResource();
    QFile file(QStringLiteral(":/licences/LICENSE"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

int LicenceModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(kLines.size());
}

int LicenceModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(kColumns);
}

QVariant LicenceModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Line& line = kLines[std::size_t(index.row())];
    if (role == kSecondaryRole)
        return index.column() == Use;
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Part:
        return QString::fromUtf8(line.part);
    case Use:
        return QCoreApplication::translate("Licences", line.use);
    case Licence:
        return QString::fromUtf8(line.licence);
    default:
        return {};
    }
}

QVariant LicenceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 ||
        section >= kColumns)
        return {};
    const QString titles[kColumns] = {tr("part"), tr("for"), tr("licence")};
    return titles[section];
}

} // namespace koala
