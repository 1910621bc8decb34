// core/torch/train/run_config.h: a run's config.json as types: the recipe with every value, the
// mixture, the model. Written once by `koala train`, complete, so that a run needs nothing else to
// be repeated.
#pragma once

#include <string>
#include <vector>

#include "core/config/train_config.h"
#include "core/data/mix/mixture.h"
#include "core/text/chat_template.h"

namespace koala {

struct DatasetFact {
    std::string slug;
    std::string title;
    std::string licence;
    std::string terms;
    std::string rowsSha256;
};

struct RunConfig {
    std::string id;
    std::string name;
    fs::path project; // absolute
    TrainConfig train;
    Mixture mixture;
    TemplateId chatTemplate = TemplateId::ChatMl;
    std::string modelName;
    fs::path modelPath; // absolute
    std::string modelSha256;
    std::string modelLicence;
    std::vector<DatasetFact> datasets;
    std::string sha256; // of config.json
};

// Bad values are InvalidInput that names the file and all of them.
Result<RunConfig> readTrainingRun(const fs::path& runDirectory);

} // namespace koala
