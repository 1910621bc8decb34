// ui/services/mixture_checks.h: what takes longer than the figures of a mixture: its order, its
// packing, what it shares with the test sets, and its first records as they will be trained. Called
// by workers.
#pragma once

#include <cstdint>
#include <stop_token>
#include <utility>
#include <vector>

#include <QByteArray>
#include <QString>

#include "core/data/mix/mixture.h"
#include "core/data/mix/training_stream.h"

namespace koala {

class TokenizerCache;

struct MixtureChecks {
    std::uint64_t number = 0; // of the request
    std::uint64_t packedSequences = 0;
    double fill = 0;           // tokens in sequences, of the room they have: 0 … 1
    std::uint32_t longest = 0; // tokens of the longest conversation before cutting
    std::uint64_t cut = 0;     // conversations longer than max_tokens
    std::uint64_t conversations = 0;
    std::uint64_t bothSides = 0; // prompts in training and in the held-out part
    std::uint64_t overlap = 0;   // test prompts that occur in training
    std::uint64_t testPrompts = 0;
    struct TestSet {
        QString name;
        std::uint64_t overlap = 0, prompts = 0;
    };
    std::vector<TestSet> testSets;
    QString order; // order_sha256
    QString model, templateName;
};

struct PreviewRecord {
    int source = 0; // index into the mixture's sources
    QString message;
    int turns = 0;
    std::uint32_t tokens = 0, trained = 0;
    QString marker; // "", positive, negative
    struct Piece {
        QString text;
        std::int32_t id = 0;
        bool trained = false, special = false, fromTemplate = false;
        int turn = -1;
        QByteArray bytes;
    };
    std::vector<Piece> pieces;
    std::vector<QString> roles;
};

struct CheckedMixture {
    MixtureChecks checks;
    std::vector<PreviewRecord> preview;
};

// The mixture with its datasets and the tokeniser and template that it names.
Result<std::shared_ptr<const ResolvedMixture>> resolveMixture(const fs::path& project,
    const Mixture& mixture, TokenizerCache& tokenizers, std::stop_token stop,
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = {});
// Cancelled when `stop` asks for it.
Result<CheckedMixture> checkMixture(const fs::path& project, const Mixture& mixture,
    TokenizerCache& tokenizers, std::stop_token stop);

} // namespace koala
