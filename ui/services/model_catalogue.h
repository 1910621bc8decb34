// ui/services/model_catalogue.h: what one can chat with and compare: the project's models and the
// complete checkpoints of its runs, newest first. Read from the files by workers; plain values.
#pragma once

#include <string>
#include <vector>

#include <QString>
#include <QStringList>

#include "core/base/files.h"

namespace koala {

struct ModelChoice {
    QString spec;         // as commands take it: "smollm2", "RUN@40"
    QString name;         // for people: "smollm2", the run's slug
    qint64 step = -1;     // of a checkpoint; -1: a model of the project
    QString base;         // spec of the model it was trained from; its own for a base
    bool adapter = false; // needs its base beside it
    int key = -1;         // place among the runs, oldest first: its colour and marker; -1: a model
    QString sha256;
    QString answerSet; // safe file name for its answers
    bool operator==(const ModelChoice&) const = default;
};

// Models first, then checkpoints from the newest run back, last step first.
std::vector<ModelChoice> listModelChoices(const fs::path& project);
// The choice of a spec, where RUN@last is the newest checkpoint of that run; null when there is
// none.
const ModelChoice* findChoice(const std::vector<ModelChoice>& choices, const QString& spec);
// What `koala serve` is to load so that the choice and its base share one process.
QStringList serveList(const ModelChoice& choice);

} // namespace koala
