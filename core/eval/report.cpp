#include "core/eval/report.h"

#include <fmt/format.h>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::size_t kMaxTextCharacters = 20000; // of one prompt or answer

constexpr std::string_view kStyle = R"(
:root { --window:#F6F7F5; --card:#FFFFFF; --text:#1E2421; --second:#5C6660; --line:#DDE2DE;
  --accent:#2F7D6B; --a:#2467C9; --b:#B8570C; --tie:#9AA69F }
@media (prefers-color-scheme: dark) { :root { --window:#161A18; --card:#1E2421; --text:#E6EBE8;
  --second:#9AA69F; --line:#313936; --accent:#63BFA8; --a:#7FB0FF; --b:#FFAF70; --tie:#5C6660 } }
* { box-sizing:border-box }
body { margin:0; padding:32px 16px; background:var(--window); color:var(--text);
  font:15px/1.5 system-ui, sans-serif }
main { max-width:1120px; margin:0 auto }
h1 { font-size:24px; margin:0 0 4px } h2 { font-size:17px; margin:32px 0 8px }
p.note { color:var(--second); margin:0 0 8px }
dl { display:grid; grid-template-columns:max-content 1fr; gap:2px 16px; margin:16px 0 }
dt { color:var(--second) } dd { margin:0 }
table { border-collapse:collapse; background:var(--card); border:1px solid var(--line); width:100% }
th, td { padding:6px 12px; text-align:right; border-bottom:1px solid var(--line);
  font-variant-numeric:tabular-nums } th:first-child, td:first-child { text-align:left }
th { font-weight:600; color:var(--second); font-size:13px }
.bar { display:flex; height:12px; width:160px; border-radius:3px; overflow:hidden }
.bar i { display:block } .win { background:var(--b) } .tie { background:var(--tie) }
.loss { background:var(--a) }
article { background:var(--card); border:1px solid var(--line); border-radius:6px; margin:0 0 16px }
article > header { padding:8px 12px; border-bottom:1px solid var(--line) }
.id { color:var(--second); font-size:13px }
.text { white-space:pre-wrap; overflow-wrap:anywhere }
.pair { display:grid; grid-template-columns:1fr 1fr } .pair > div { padding:8px 12px; min-width:0 }
.pair > div + div { border-left:1px solid var(--line) }
.a b { color:var(--a) } .b b { color:var(--b) } .missing { color:var(--second); font-style:italic }
@media (max-width:720px) { .pair { grid-template-columns:1fr }
  .pair > div + div { border-left:0; border-top:1px solid var(--line) } }
)";

std::string shownText(std::string_view text)
{
    return escapeHtml(elided(toValidUtf8(text), kMaxTextCharacters));
}

// Zero-width and direction-turning characters, which could hide or reorder what one reads.
bool isInvisible(std::string_view character)
{
    static constexpr std::array<std::string_view, 16> kCharacters{"\u200B", "\u200E", "\u200F",
        "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2060", "\u2066", "\u2067", "\u2068",
        "\u2069", "\uFEFF", "\u061C", "\u00AD"};
    return std::find(kCharacters.begin(), kCharacters.end(), character) != kCharacters.end();
}

std::size_t characterLength(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

std::string bar(const PreferenceCounts& counts)
{
    const double total = double(std::max<std::int64_t>(1, counts.total()));
    const auto part = [&](const char* name, std::int64_t count) {
        return fmt::format(
            "<i class=\"{}\" style=\"width:{:.2f}%\"></i>", name, 100.0 * double(count) / total);
    };
    return "<div class=\"bar\">" + part("win", counts.wins) +
           part("tie", counts.ties + counts.bothBad) + part("loss", counts.losses) + "</div>";
}

std::string tableHtml(const ReportTable& table, const Report& report)
{
    std::string html = fmt::format("<section><h2>{}</h2>", escapeHtml(table.title));
    if (!table.note.empty())
        html += fmt::format("<p class=\"note\">{}</p>", escapeHtml(table.note));
    html +=
        fmt::format("<table><thead><tr><th></th><th>wins of {}</th><th>ties</th><th>both bad</th>"
                    "<th>losses</th><th>n</th><th>wins (95 %)</th><th>at least tied (95 %)</th>"
                    "<th>exact sign test</th><th></th></tr></thead><tbody>",
            escapeHtml(report.right));
    for (const ReportCounts& row : table.rows) {
        const PreferenceSummary summary = summarize(row.counts);
        const PreferenceCounts& counts = row.counts;
        html +=
            fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>",
                escapeHtml(row.name), counts.wins, counts.ties, counts.bothBad, counts.losses,
                counts.total());
        if (counts.total() == 0)
            html += "<td>–</td><td>–</td><td>–</td><td></td></tr>";
        else
            html += fmt::format(
                "<td>{:.0f} % ({:.0f} to {:.0f})</td><td>{:.0f} % ({:.0f} to {:.0f})</td>"
                "<td>{}</td><td>{}</td></tr>",
                100 * summary.winShare, 100 * summary.winInterval.low,
                100 * summary.winInterval.high, 100 * summary.atLeastTiedShare,
                100 * summary.atLeastTiedInterval.low, 100 * summary.atLeastTiedInterval.high,
                summary.pValue < 0.001 ? "p &lt; 0.001" : fmt::format("p = {:.3f}", summary.pValue),
                bar(counts));
    }
    return html + "</tbody></table></section>";
}

std::string answerHtml(const Answer* answer, const char* side, const std::string& name)
{
    if (answer == nullptr)
        return fmt::format(
            "<div class=\"{}\"><b>{}</b><p class=\"missing\">not answered yet</p></div>", side,
            escapeHtml(name));
    return fmt::format("<div class=\"{}\"><b>{}</b> <span class=\"id\">{} tokens, {}</span>"
                       "<div class=\"text\">{}</div></div>",
        side, escapeHtml(name), answer->tokens,
        answer->finishReason == "length" ? "cut at the limit" : "complete",
        shownText(answer->text));
}

std::string rowHtml(const AnswerPair& row, const Report& report)
{
    std::string html = "<article><header>";
    html += fmt::format("<div class=\"id\">{}{}{}", escapeHtml(elided(row.prompt->id, 200)),
        row.prompt->group.empty() ? "" : " · ", escapeHtml(elided(row.prompt->group, 80)));
    if (row.left != nullptr && row.right != nullptr)
        html += fmt::format(" · difference {:.2f}", row.difference);
    if (row.vote)
        html += " · vote: " + std::string(*row.vote == Better::Left    ? escapeHtml(report.left)
                                          : *row.vote == Better::Right ? escapeHtml(report.right)
                                          : *row.vote == Better::Tie   ? "tie"
                                                                       : "both bad");
    html += "</div>";
    for (const PromptTurn& turn : row.prompt->turns)
        html += fmt::format("<div class=\"text\">{}{}</div>",
            row.prompt->turns.size() > 1
                ? "<span class=\"id\">" + escapeHtml(turn.role) + "</span> "
                : "",
            shownText(turn.text));
    return html + "</header><div class=\"pair\">" + answerHtml(row.left, "a", "A  " + report.left) +
           answerHtml(row.right, "b", "B  " + report.right) + "</div></article>\n";
}

} // namespace

std::string escapeHtml(std::string_view text)
{
    std::string html;
    html.reserve(text.size() + text.size() / 8);
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view character =
            text.substr(i, characterLength(static_cast<unsigned char>(text[i])));
        i += character.size();
        const char c = character.front();
        if (c == '&')
            html += "&amp;";
        else if (c == '<')
            html += "&lt;";
        else if (c == '>')
            html += "&gt;";
        else if (c == '"')
            html += "&quot;";
        else if (c == '\'')
            html += "&#39;";
        else if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F ||
                 isInvisible(character))
            html += "\uFFFD";
        else
            html += character;
    }
    return html;
}

std::string renderReport(const Report& report)
{
    std::string html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                       "<meta name=\"viewport\" content=\"width=device-width\">"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "style-src 'unsafe-inline'\">";
    html += fmt::format(
        "<title>{}</title><style>{}</style></head><body><main>", escapeHtml(report.title), kStyle);
    html += fmt::format(
        "<h1>{}</h1><p class=\"note\">A is {}, B is {}. Wins, ties and losses are B's.</p><dl>",
        escapeHtml(report.title), escapeHtml(report.left), escapeHtml(report.right));
    for (const auto& [label, value] : report.facts)
        html += fmt::format("<dt>{}</dt><dd>{}</dd>", escapeHtml(label), escapeHtml(value));
    html += "</dl>\n";
    for (const ReportTable& table : report.tables)
        html += tableHtml(table, report) + "\n";
    for (const ReportSection& section : report.sections) {
        html += fmt::format("<section><h2>{}</h2>", escapeHtml(section.title));
        for (const AnswerPair& row : section.rows)
            html += rowHtml(row, report);
        html += "</section>\n";
    }
    return html + "</main></body></html>\n";
}

Status writeReport(const fs::path& file, const Report& report)
{
    KOALA_RETURN_IF_ERROR(createDirectories(file.parent_path()));
    return writeFileAtomically(file, renderReport(report));
}

} // namespace koala
