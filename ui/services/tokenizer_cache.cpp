#include "ui/services/tokenizer_cache.h"

#include "core/weights/checkpoint.h"

namespace koala {

namespace {
// What model.json says, else what the file asks for, else the plain form of this project's field.
TemplateId ownTemplate(const ModelEntry& entry)
{
    if (auto named = templateFromName(entry.templateName); named.ok())
        return *named;
    if (auto checkpoint = openCheckpoint(entry.path); checkpoint.ok())
        if (auto hinted = templateFromName((*checkpoint)->templateHint()); hinted.ok())
            return *hinted;
    return TemplateId::Koala;
}
} // namespace

Result<TokenizerCache::Loaded> TokenizerCache::load(const std::string& model)
{
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_loaded.find(model); found != m_loaded.end())
        return found->second;
    KOALA_TRY(const Project project, Project::open(m_project));
    ModelEntry entry;
    if (model.empty()) {
        KOALA_TRY(const auto models, project.models());
        if (models.empty())
            return notFound("the project has no model, so tokens cannot be counted; add one with "
                            "\"koala model import PATH\"");
        entry = models.front();
    } else {
        KOALA_TRY(entry, project.model(model));
    }
    if (!entry.problem.empty())
        return notFound("model " + entry.slug + ": " + entry.problem);
    KOALA_TRY(auto tokenizer, loadTokenizer(entry.path));
    const Loaded loaded{entry.slug, std::move(tokenizer), ownTemplate(entry)};
    m_loaded[model] = loaded;
    m_loaded[entry.slug] = loaded;
    return loaded;
}

} // namespace koala
