// The templates themselves: a list that one can read. Sources of the figures: spec 01, sections 4
// to 9 and 11; "assumed" marks what no publication and no released code states.
#include <array>

#include "core/data/mix/templates.h"

namespace koala {
namespace {

constexpr std::string_view kNoDialogues =
    "not released: only the code that cleans it, and ~30 K dialogues by the publication";
constexpr std::string_view kSplitUnknown =
    "5 % held out: the split of the publication was made before the released steps";

constexpr TemplateSource shareGptOfKoala()
{
    return {.source = "sharegpt",
        .title = "ShareGPT dialogues",
        .importersByName = "sharegpt koala koala-jsonl",
        .names = "sharegpt",
        .published = "~30 K dialogues of ~60 K collected",
        .publishedCount = 30'000,
        .released = kNoDialogues,
        .releasedRows = 30'000,
        .holdOutFraction = 0.05,
        .assumed = kSplitUnknown};
}

constexpr TemplateSource hc3OfKoala(std::string_view released, std::uint64_t releasedRows)
{
    return {.source = "hc3",
        .title = "HC3: answers of people and of ChatGPT",
        .importers = "hc3",
        .importersByName = "koala koala-jsonl oig",
        .names = "hc3",
        .published = "~60 K answers of people and ~27 K of ChatGPT: ~87 K pairs",
        .publishedCount = 87'000,
        .released = released,
        .releasedRows = releasedRows,
        .holdOutFraction = 0.05,
        .assumed = "5 % held out by question; each answer is a dialogue of one round"};
}

constexpr TemplateSource identity(std::string_view published, std::uint64_t count,
    std::string_view released, std::uint64_t releasedRows, std::int64_t repeat, double holdOut,
    std::string_view assumed)
{
    return {.source = "identity",
        .title = "Identity dialogues: who the model is",
        .importers = "identity",
        .importersByName = "koala koala-jsonl",
        .names = "identity hardcoded",
        .published = published,
        .publishedCount = count,
        .released = released,
        .releasedRows = releasedRows,
        .repeat = repeat,
        .holdOutFraction = holdOut,
        .optional = true,
        .assumed = assumed};
}

constexpr TemplateSource identityOfKoala()
{
    return identity("not in the post", 0, "850 pairs, five times, 95 % to train", 4'037, 5, 0.05,
        "not in the post, so it is added by hand");
}

constexpr std::array kKoalaDistill{shareGptOfKoala(),
    hc3OfKoala("no converter for ChatGPT's answers; people's answers are pooled with OIG", 0),
    identityOfKoala()};

constexpr std::array kKoalaAll{shareGptOfKoala(),
    hc3OfKoala("people's answers only, ~58,000 of OIG's copy, 95 % to train", 55'100),
    TemplateSource{.source = "oig",
        .title = "OIG: school mathematics, songs, plots and dialogues",
        .importers = "oig",
        .importersByName = "koala koala-jsonl",
        .names = "oig gradeschoolmath poetry2song plotscreenplay",
        .notNames = "hc3",
        .published = "~30 K",
        .publishedCount = 30'000,
        .released = "9,000 + 12,000 + 8,000 + 30, 95 % to train",
        .releasedRows = 27'579,
        .holdOutFraction = 0.05},
    TemplateSource{.source = "alpaca",
        .title = "Stanford Alpaca instructions",
        .importersByName = "alpaca koala koala-jsonl",
        .names = "alpaca",
        .notNames = "gpt4 alpacaeval zh chinese unnatural",
        .published = "~52 K",
        .publishedCount = 52'000,
        .released = "52,002, 90 % to train",
        .releasedRows = 46'801,
        .holdOutFraction = 0.1},
    TemplateSource{.source = "hh-rlhf",
        .title = "Anthropic HH: preferred and rejected answers",
        .importers = "hh",
        .importersByName = "koala koala-jsonl",
        .names = "hhrlhf hhpairs anthropichh",
        .notNames = "redteam",
        .unit = TemplateUnit::SourceRecords,
        .published = "~160 K pairs",
        .publishedCount = 160'000,
        .released = "160,800 pairs to train, each as two dialogues",
        .releasedRows = 321'600,
        .markers = MarkerMode::Both,
        .holdOutGiven = true,
        .assumed = "both markers: the post says that both are used, the name of the set does not"},
    TemplateSource{.source = "webgpt",
        .title = "WebGPT comparisons with quoted sources",
        .importers = "webgpt",
        .importersByName = "koala koala-jsonl",
        .names = "webgpt",
        .unit = TemplateUnit::SourceRecords,
        .published = "~20 K comparisons",
        .publishedCount = 20'000,
        .released = "19,578 comparisons less the ties, all to train: at most 39,156 dialogues",
        .releasedRows = 39'156,
        .markers = MarkerMode::Both},
    TemplateSource{.source = "summarize-from-feedback",
        .title = "OpenAI summaries with human preference",
        .importers = "summaries",
        .importersByName = "koala koala-jsonl",
        .names = "summar",
        .unit = TemplateUnit::SourceRecords,
        .published = "~93 K comparisons",
        .publishedCount = 93'000,
        .released = "92,858 comparisons to train, each as two dialogues",
        .releasedRows = 185'716,
        .markers = MarkerMode::Both,
        .holdOutGiven = true},
    identityOfKoala()};

constexpr std::array kVicuna{
    TemplateSource{.source = "sharegpt",
        .title = "ShareGPT dialogues",
        .importersByName = "sharegpt koala koala-jsonl",
        .names = "sharegpt vicuna",
        .notNames = "vicunabench",
        .published = "~70 K conversations (v0, v1.1); 125 K from v1.3 on",
        .publishedCount = 70'000,
        .released = "not released: only the code that cleans and splits it",
        .holdOutFraction = 0.01},
    identity("merged after the split", 0, "937 pairs over 87 questions", 937, 1, 0.0,
        "its number of repeats in the published models is not stated")};

constexpr std::array kAlpaca{TemplateSource{.source = "alpaca",
    .title = "Stanford Alpaca instructions",
    .importersByName = "alpaca koala koala-jsonl",
    .names = "alpaca",
    .notNames = "gpt4 alpacaeval zh chinese unnatural",
    .published = "52 K",
    .publishedCount = 52'000,
    .released = "52,002, all to train",
    .releasedRows = 52'002}};

constexpr std::array kGpt4Llm{TemplateSource{.source = "gpt-4-llm",
                                  .title = "Alpaca's instructions answered by GPT-4",
                                  .importersByName = "alpaca koala koala-jsonl",
                                  .names = "alpacagpt4 gpt4llm gpt4data",
                                  .notNames = "zh chinese unnatural comparison",
                                  .published = "52 K",
                                  .publishedCount = 52'000,
                                  .released = "alpaca_gpt4_data.json: 52 K, all to train",
                                  .releasedRows = 52'000},
    TemplateSource{.source = "gpt-4-llm-zh",
        .title = "The same in Chinese, answered by GPT-4",
        .importersByName = "alpaca koala koala-jsonl",
        .names = "alpacagpt4datazh gpt4llmzh gpt4zh alpacazh",
        .notNames = "unnatural comparison",
        .published = "52 K",
        .publishedCount = 52'000,
        .released = "alpaca_gpt4_data_zh.json: 52 K",
        .releasedRows = 52'000,
        .optional = true,
        .assumed = "the Chinese data trained a model of its own, so it is added by hand"}};

constexpr std::string_view kKoalaAssumed = "no weights: each row once, in a seeded order; the "
                                           "original shuffles had no seed. No second EOS "
                                           "behind a dialogue.";

constexpr std::array kTemplates{
    MixtureTemplate{"koala-distill", "Koala-Distill",
        "dialogues with ChatGPT and comparisons of people with it (the Koala post)", "koala",
        PackingMode::Documents, 2048, kKoalaAssumed, kKoalaDistill},
    MixtureTemplate{"koala-all", "Koala-All",
        "everything: distillation data and open data with feedback (the Koala post)", "koala",
        PackingMode::Documents, 2048, kKoalaAssumed, kKoalaAll},
    MixtureTemplate{"vicuna", "Vicuna",
        "ShareGPT dialogues, one in a row, cut to 2,048 tokens (FastChat)", "vicuna",
        PackingMode::None, 2048, "", kVicuna},
    MixtureTemplate{"alpaca", "Alpaca", "one instruction in a row, at most 512 tokens", "alpaca",
        PackingMode::None, 512, "", kAlpaca},
    MixtureTemplate{"gpt-4-llm", "GPT-4-LLM",
        "Alpaca's instructions with answers of GPT-4, at most 512 tokens", "alpaca",
        PackingMode::None, 512, "", kGpt4Llm}};

} // namespace

std::span<const MixtureTemplate> mixtureTemplates()
{
    return kTemplates;
}

} // namespace koala
