// Strict parsing of one record: what other JSON readers accept in silence (two members of one name)
// would make two programs see two different records.
#include "core/base/json_fast.h"
#include "core/data/formats/record_reader.h"

namespace koala {
namespace {

constexpr std::size_t kDeepest = 100;

class StrictBuilder {
public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    explicit StrictBuilder(Json& root) : m_dom(root, false) {}
    const std::string& reason() const { return m_reason; }

    bool null() { return m_dom.null(); }
    bool boolean(bool value) { return m_dom.boolean(value); }
    bool number_integer(number_integer_t value) { return m_dom.number_integer(value); }
    bool number_unsigned(number_unsigned_t value) { return m_dom.number_unsigned(value); }
    bool number_float(number_float_t value, const string_t& text)
    {
        return m_dom.number_float(value, text);
    }
    bool string(string_t& value) { return m_dom.string(value); }
    bool binary(binary_t& value) { return m_dom.binary(value); }
    bool start_object(std::size_t size)
    {
        m_keys.emplace_back();
        return deepEnough() && m_dom.start_object(size);
    }
    bool key(string_t& name)
    {
        std::vector<std::string>& seen = m_keys.back();
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
            m_reason = "the key \"" + name.substr(0, 60) + "\" occurs twice in one object";
            return false;
        }
        if (seen.size() < kCheckedKeys)
            seen.push_back(name);
        return m_dom.key(name);
    }
    bool end_object()
    {
        m_keys.pop_back();
        return m_dom.end_object();
    }
    bool start_array(std::size_t size)
    {
        m_keys.emplace_back();
        return deepEnough() && m_dom.start_array(size);
    }
    bool end_array()
    {
        m_keys.pop_back();
        return m_dom.end_array();
    }
    bool parse_error(
        std::size_t position, const std::string& token, const nlohmann::detail::exception&)
    {
        m_reason =
            fmt::format("no valid JSON at byte {} (near \"{}\")", position, token.substr(0, 40));
        return false;
    }

private:
    static constexpr std::size_t kCheckedKeys = 256; // objects of data records are small
    bool deepEnough()
    {
        if (m_keys.size() <= kDeepest)
            return true;
        m_reason = fmt::format("nested deeper than {} levels", kDeepest);
        return false;
    }
    nlohmann::detail::json_sax_dom_parser<Json> m_dom;
    std::vector<std::vector<std::string>> m_keys;
    std::string m_reason;
};

} // namespace

Result<Json> parseRecord(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos) // the parser would take it for the end
        return invalidInput("it holds a NUL byte");
    Json root;
    if (parseJsonFast(text, int(kDeepest), root))
        return root;
    StrictBuilder builder(root);
    if (!Json::sax_parse(text.begin(), text.end(), &builder))
        return invalidInput(builder.reason().empty() ? "no valid JSON" : builder.reason());
    return root;
}

} // namespace koala
