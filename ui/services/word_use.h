// ui/services/word_use.h: what the requests of a dataset ask for: its most used verbs, and verbs
// with what they are about ("write story"). Counted by a child (`koala data stats`); the newest
// request wins. GUI thread.
#pragma once

#include <vector>

#include <QObject>
#include <QString>

#include "core/base/files.h"
#include "ui/services/json_child.h"

namespace koala {

struct WordUse {
    struct Count {
        QString words;
        quint64 rows = 0;
    };
    std::vector<Count> verbs; // most used first
    std::vector<Count> verbObjects;
    quint64 requestsWithVerb = 0;
    quint64 rows = 0; // as the cleaning leaves them
};

class WordUseCounter final : public QObject {
    Q_OBJECT
public:
    explicit WordUseCounter(fs::path project, QObject* parent = nullptr);
    void request(const QString& slug); // "" stops

Q_SIGNALS:
    void ready(const koala::WordUse& use);
    void failed(const QString& message);

private:
    void start();
    fs::path m_project;
    JsonChild m_child;
    QString m_slug;
    QString m_running; // whose figures the child counts
};

} // namespace koala
