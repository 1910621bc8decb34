// core/serve/completion_job.h: one completion request on the engine: resolves the model, fits the
// answer into the context, generates the choices at the same time, and sends them whole or as a
// stream.
#pragma once

#include <optional>

#include "core/serve/completion_reply.h"
#include "core/serve/exchange.h"

namespace koala {

// Returns an error when nothing has been sent yet; later ones travel inside the stream.
std::optional<ApiError> runCompletion(
    Engine& engine, CompletionRequest request, Exchange& exchange);

} // namespace koala
