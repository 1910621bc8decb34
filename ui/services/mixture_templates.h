// ui/services/mixture_templates.h: a published mixture as a plan for one project: which dataset
// stands for each source that it wants, what is missing and where to get it, and the mixture that
// comes of it. Values only; GUI thread.
#pragma once

#include <vector>

#include <QString>
#include <QStringList>

#include "core/data/formats/published_sources.h"
#include "core/data/mix/templates.h"

namespace koala {

class TemplatePlan {
public:
    TemplatePlan(const MixtureTemplate& wanted, std::vector<DatasetManifest> datasets,
        const std::vector<PublishedSource>& published);

    struct Choice {
        QString words; // "hc3 (600)", "none"
        QString why;
        QStringList slugs;
    };
    struct Line {
        QString source; // id
        QString title;
        QString published, released, assumed;
        bool optional = false;
        std::vector<Choice> choices; // the last one takes nothing
        int chosen = 0;
        QString ours;           // "600 rows"
        QString licence, terms; // of the chosen datasets; of the published source while missing
        QString obtain;         // how to get the published source; "" unknown
        bool missing() const { return chosen + 1 == int(choices.size()); }
    };
    QString id() const;
    QString title() const;
    QString note() const;    // what the publication says
    QString assumed() const; // what is our choice
    const std::vector<Line>& lines() const { return m_lines; }
    void choose(int line, int choice);
    int wanted() const; // sources that are not optional
    int missing() const;
    // Slugs that two lines take.
    QStringList takenTwice() const;
    Result<Mixture> mixture(const QString& model) const;

private:
    const DatasetManifest& dataset(const std::string& slug) const;
    QString oursOf(int line) const;
    void takeTerms(Line& line) const;

    MixtureTemplate m_wanted;
    std::vector<DatasetManifest> m_datasets;
    TemplateMatch m_match;
    std::vector<Line> m_lines;
    std::vector<PublishedSource> m_published;
};

} // namespace koala
