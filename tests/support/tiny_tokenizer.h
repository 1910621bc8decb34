// tests/support/tiny_tokenizer.h: a 512-piece sentencepiece BPE model with LLaMA's settings, trained from
// the starter dialogues of this repository, the same bytes each time. Link PkgConfig::sentencepiece.
#pragma once

#include <sstream>
#include <string>

#include <sentencepiece_trainer.h>

#include "core/base/json.h"

namespace koala::test {

inline std::string tinyCorpus()
{
    const auto text = readFile(fs::path(KOALA_SOURCE_DIR) / "datasets/starter/sharegpt_dialogues.json");
    std::string corpus;
    if (!text.ok())
        return corpus;
    for (const Json& dialogue : Json::parse(*text))
        for (const Json& turn : dialogue.at("conversations")) {
            std::istringstream lines(turn.at("value").get<std::string>());
            for (std::string line; std::getline(lines, line);)
                if (!line.empty())
                    corpus += line + "\n";
        }
    return corpus;
}

// Writes `path` (a tokenizer.model). 512 pieces: unknown, BOS, EOS, 256 bytes, 253 learned.
inline Status trainTinyTokenizer(const fs::path& path)
{
    const fs::path corpus = path.parent_path() / "tiny-tokenizer-corpus.txt";
    KOALA_RETURN_IF_ERROR(writeFileAtomically(corpus, tinyCorpus()));
    const fs::path prefix = path.parent_path() / "tiny-tokenizer";
    const auto status = sentencepiece::SentencePieceTrainer::Train("--input=" + corpus.string()
        + " --model_prefix=" + prefix.string()
        + " --vocab_size=512 --model_type=bpe --byte_fallback=true --character_coverage=0.9995"
          " --normalization_rule_name=identity --add_dummy_prefix=true"
          " --remove_extra_whitespaces=false --allow_whitespace_only_pieces=true"
          " --split_digits=true --pad_id=-1 --num_threads=1 --minloglevel=2");
    if (!status.ok())
        return internalError("training the tiny tokeniser: " + status.ToString());
    std::error_code code;
    fs::rename(prefix.string() + ".model", path, code);
    fs::remove(prefix.string() + ".vocab", code);
    fs::remove(corpus, code);
    return {};
}

} // namespace koala::test
