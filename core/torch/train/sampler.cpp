#include "core/torch/train/sampler.h"

#include <algorithm>

namespace koala {

Result<SampledAnswer> sampleGreedy(const LlamaModel& model, const Tokenizer& tokenizer,
    TemplateId chatTemplate, bool markers, const std::string& prompt, std::int64_t maxTokens)
{
    RenderOptions options;
    options.marker = markers ? Marker::Positive : Marker::None;
    options.addGenerationPrompt = true;
    options.addBos = templateWantsBos(chatTemplate);
    const std::vector<ChatTurn> turns{{ChatTurn::Speaker::User, prompt, false, {}}};
    KOALA_TRY(const Rendered rendered, renderChat(chatTemplate, tokenizer, turns, options));
    std::vector<std::int32_t> text = rendered.ids();
    const std::vector<TokenId> ends = stopTokens(chatTemplate, tokenizer);
    SampledAnswer answer;
    for (std::int64_t i = 0; i < maxTokens; ++i) {
        KOALA_TRY(const at::Tensor logits, model.nextLogits(text));
        const float* values = logits.const_data_ptr<float>();
        const auto best = std::int32_t(std::max_element(values, values + logits.numel()) - values);
        if (std::find(ends.begin(), ends.end(), best) != ends.end())
            break;
        text.push_back(best);
        answer.tokens.push_back(best);
    }
    answer.text = tokenizer.decode(answer.tokens);
    return answer;
}

} // namespace koala
