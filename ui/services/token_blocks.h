// ui/services/token_blocks.h: which turn each token of a rendered conversation is shown with, the
// same wherever tokens are shown. Pure functions.
#pragma once

#include <span>
#include <vector>

namespace koala {

struct TokenPlace {
    int turn = -1; // -1: the template
    bool special = false;
};

// The block of each token: n + 1 for turn n, 0 where there is no turn at all. Template tokens
// between two turns: a closing token and what follows it up to the next opening one stay with the
// turn before, the rest opens the next.
std::vector<int> tokenBlocks(std::span<const TokenPlace> tokens);

} // namespace koala
