#include "core/infer/sequence.h"

namespace koala {

void Sequence::hand(GeneratedToken token)
{
    {
        const std::lock_guard lock(mutex);
        ready.push_back(std::move(token));
    }
    changed.notify_one();
}

void Sequence::finish(std::string reason)
{
    {
        const std::lock_guard lock(mutex);
        finishReason = std::move(reason);
    }
    changed.notify_one();
}

void Sequence::fail(Error why)
{
    {
        const std::lock_guard lock(mutex);
        error = std::move(why);
        finishReason = "failed";
    }
    changed.notify_one();
}

} // namespace koala
