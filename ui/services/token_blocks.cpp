#include "ui/services/token_blocks.h"

namespace koala {

std::vector<int> tokenBlocks(std::span<const TokenPlace> tokens)
{
    std::vector<int> block(tokens.size(), 0);
    const std::size_t count = tokens.size();
    std::size_t at = 0;
    int before = -1;
    while (at < count) {
        if (tokens[at].turn >= 0) {
            before = tokens[at].turn;
            block[at++] = before + 1;
            continue;
        }
        std::size_t end = at;
        while (end < count && tokens[end].turn < 0)
            ++end;
        std::size_t split = at;
        if (end == count) {
            split = end;
        } else {
            std::size_t last = end;
            int specials = 0;
            for (std::size_t i = at; i < end; ++i) {
                if (tokens[i].special) {
                    last = i;
                    ++specials;
                }
            }
            const bool closes = before >= 0 && tokens[at].special;
            if (specials >= 2 || (specials == 1 && !closes))
                split = before < 0 ? at : last;
            else if (specials == 1)
                split = last + 1;
        }
        const int next = end < count ? tokens[end].turn : before;
        for (std::size_t i = at; i < end; ++i)
            block[i] = (i < split ? before : next) + 1;
        at = end;
    }
    return block;
}

} // namespace koala
