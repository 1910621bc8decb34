// tests/support/golden_stream.h: the project behind tests/golden/packed_stream.json (starter data,
// the tiny tokeniser), and that file. What the Tokens view shows and what training is fed are both
// held to it.
//
// Made again by: KOALA_WRITE_GOLDEN=1 build/dev/tests/test_core_data_mix
// --gtest_filter='PackedStream*' Link core/data/formats, core/data/mix and
// PkgConfig::sentencepiece.
#pragma once

#include "core/data/formats/dataset_import.h"
#include "core/data/mix/training_stream.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_tokenizer.h"

namespace koala::test {

inline fs::path goldenStreamFile()
{
    return fs::path(KOALA_SOURCE_DIR) / "tests/golden/packed_stream.json";
}

// Imports the datasets into `project`/datasets and writes `project`/tiny/tokenizer.model.
inline Mixture makeGoldenProject(const fs::path& project)
{
    Mixture mixture;
    mixture.name = "golden";
    mixture.model = "tiny";
    mixture.chatTemplate = "koala";
    mixture.maxTokens = mixture.packingLength = 256;
    for (const char* file : {"sharegpt_dialogues.json", "hh_pairs.jsonl", "alpaca_tasks.json"}) {
        ImportRequest request;
        request.datasetsDirectory = project / "datasets";
        request.files = {fs::path(KOALA_SOURCE_DIR) / "datasets/starter" / file};
        const auto manifest = importDataset(request);
        EXPECT_TRUE(manifest.ok()) << manifest.error().message;
        MixtureSource source;
        source.dataset = manifest.ok() ? manifest->slug : "";
        source.cap = 20;
        source.holdOut.fraction = 0.1;
        source.markers = MarkerMode::Both;
        mixture.sources.push_back(source);
    }
    fs::create_directories(project / "tiny");
    EXPECT_TRUE(trainTinyTokenizer(project / "tiny/tokenizer.model").ok());
    return mixture;
}

inline Result<std::shared_ptr<const ResolvedMixture>> openGolden(
    const fs::path& project, const Mixture& mixture)
{
    KOALA_TRY(auto tokenizer, loadTokenizer(project / "tiny/tokenizer.model"));
    ResolvedMixture::Options options;
    options.projectDirectory = project;
    options.chatTemplate = TemplateId::Koala;
    return ResolvedMixture::open(mixture, std::move(tokenizer), options);
}

// "0110…": which tokens are trained.
inline std::string maskText(const std::vector<std::uint8_t>& trained)
{
    std::string text;
    for (const std::uint8_t one : trained)
        text += one != 0 ? '1' : '0';
    return text;
}

} // namespace koala::test
