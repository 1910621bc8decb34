// ui/services/tokenizer_cache.h: tokenisers of the project's models, loaded once by whichever
// worker asks first. Thread-safe; never called on the GUI thread, since loading takes a while.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/store/project.h"
#include "core/text/chat_template.h"

namespace koala {

class TokenizerCache {
public:
    explicit TokenizerCache(fs::path project) : m_project(std::move(project)) {}

    struct Loaded {
        std::string model; // slug
        std::shared_ptr<const Tokenizer> tokenizer;
        TemplateId chatTemplate = TemplateId::ChatMl; // the model's own
    };
    // Of a model of the project; "" takes its first one. NotFound says how to add a model.
    Result<Loaded> load(const std::string& model = {});

private:
    fs::path m_project;
    std::mutex m_mutex;
    std::map<std::string, Loaded> m_loaded;
};

} // namespace koala
