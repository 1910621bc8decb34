// core/client/api_json.h: requests and replies of OpenAI's API as JSON, seen from the client.
// Private to core/client.
#pragma once

#include <string>

#include "core/api/engine.h"
#include "core/base/json.h"

namespace koala {

OrderedJson messagesJson(const std::vector<ChatMessage>& messages, bool ownServer);
OrderedJson requestJson(const GenerationRequest& request, bool ownServer);
ModelInfo modelFromJson(const Json& json);

// What a refused request said, in words; bounded.
std::string refusalText(int status, const std::string& body);

// Takes chunks of a stream, or one whole reply, and builds the answer. Every field may be absent.
class GenerationReader {
public:
    explicit GenerationReader(const std::function<void(const GeneratedToken&)>& onToken)
        : m_onToken(onToken)
    {
    }
    Status add(const Json& chunk);
    bool begun() const { return m_begun; }
    bool finished() const { return !generation.finishReason.empty(); }
    Generation generation;

private:
    void addTokens(const Json& choice, const std::string& text);

    const std::function<void(const GeneratedToken&)>& m_onToken;
    bool m_begun = false;
};

} // namespace koala
