// Rows with addresses, numbers and keys of people: counted, masked, tagged or dropped.
#include <array>
#include <atomic>

#include "core/data/clean/personal_data.h"
#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

constexpr std::array<std::string_view, 4> kActions{"count", "mask", "tag", "drop"};
constexpr std::array<std::string_view, kPersonalKinds> kOptionNames{
    "emails", "phones", "keys", "cards"};
constexpr std::array<std::string_view, kPersonalKinds> kNames{
    "e-mail address", "telephone number", "key", "card number"};
constexpr std::array<std::string_view, kPersonalKinds> kMasks{
    "[e-mail]", "[phone]", "[key]", "[card]"};

class PersonalDataStep final : public Step {
public:
    explicit PersonalDataStep(const Json& options)
        : m_action(options.at("action").get<std::string>())
    {
        for (std::size_t i = 0; i < kPersonalKinds; ++i)
            m_on[i] = options.at(std::string(kOptionNames[i])).get<bool>();
    }

    RowVerdict apply(std::uint64_t, Conversation& conversation) override
    {
        RowVerdict verdict;
        bool found = false;
        for (std::uint32_t i = 0; i < conversation.turns.size(); ++i) {
            std::string& text = conversation.turns[i].text;
            std::string masked;
            std::size_t begin = 0;
            for (const PersonalFinding& finding : findPersonalData(text)) {
                const auto kind = std::size_t(finding.kind);
                if (!m_on[kind])
                    continue;
                ++m_counts[kind];
                if (!found)
                    verdict.example.reason = fmt::format("a {} in turn {}", kNames[kind], i);
                found = true;
                if (m_action != "mask")
                    verdict.example.spans.push_back({i, finding.begin, finding.end});
                masked.append(text, begin, finding.begin - begin).append(kMasks[kind]);
                begin = finding.end;
            }
            if (m_action != "mask" || begin == 0)
                continue;
            masked.append(text, begin);
            addBefore(verdict.example, text, masked);
            text = std::move(masked);
        }
        if (!found)
            return verdict;
        ++m_rows;
        verdict.take = m_action == "drop";
        verdict.edited = m_action == "mask";
        verdict.tagged = m_action == "tag";
        if (verdict.tagged)
            conversation.tags["personal_data"] = true;
        return verdict;
    }

    std::vector<std::pair<std::string, std::string>> facts() const override
    {
        std::vector<std::pair<std::string, std::string>> list{
            {"Rows with personal data", std::to_string(m_rows.load())}};
        for (std::size_t i = 0; i < kPersonalKinds; ++i)
            if (m_on[i])
                list.emplace_back(
                    fmt::format("Each {}", kNames[i]), std::to_string(m_counts[i].load()));
        return list;
    }

private:
    std::string m_action;
    std::array<bool, kPersonalKinds> m_on{};
    std::array<std::atomic<std::uint64_t>, kPersonalKinds> m_counts{};
    std::atomic<std::uint64_t> m_rows = 0;
};

constexpr std::array kOptions{
    StepOption{.name = "action",
        .kind = OptionKind::Choice,
        .fallback = "\"count\"",
        .title = "Such rows",
        .help = "are counted only; stay with \"[e-mail]\" and the like in place; "
                "stay with a tag; or go",
        .choices = kActions},
    StepOption{.name = "emails", .fallback = "true", .title = "E-mail addresses", .help = ""},
    StepOption{.name = "phones",
        .fallback = "true",
        .title = "Telephone numbers",
        .help = "9 to 15 digits in groups, or after a plus sign"},
    StepOption{.name = "keys",
        .fallback = "true",
        .title = "Keys",
        .help = "keys of well-known services and private keys"},
    StepOption{.name = "cards",
        .fallback = "true",
        .title = "Card numbers",
        .help = "13 to 19 digits with a right check digit"}};

} // namespace

constinit const StepType kPersonalData{.id = "personal_data",
    .title = "Personal data",
    .help =
        "Finds e-mail addresses, telephone numbers, keys and card numbers by their form. It sees "
        "no names and no postal addresses, and some of what it finds is nobody's.",
    .options = kOptions,
    .summary = [](const Json& options) { return options.at("action").get<std::string>(); },
    .make = [](const Json& options, const StepContext&) -> Result<std::unique_ptr<Step>> {
        return std::unique_ptr<Step>(std::make_unique<PersonalDataStep>(options));
    }};

} // namespace koala
