// core/data/formats/column_map.h: which column of a table is which part of a conversation, as a
// person names it: "user=question,assistant=answer,system=context". It works on every file whose
// records are flat: CSV, Parquet and JSON objects. The other columns are kept in `meta`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace koala {

class ColumnMap {
public:
    // "" gives an empty map. Parts are user, assistant (both needed), system, context, split, id.
    // A column name that holds a comma or an equals sign is put in quotes: user="a,b".
    static Result<ColumnMap> parse(std::string_view text);
    static Result<ColumnMap> fromJson(const Json& json); // what toJson() gave
    bool empty() const { return m_parts.empty(); }
    OrderedJson toJson() const; // {"user":"question",…}, as manifests keep it
    // The record in the form of the importer "columns". An error names the column that is missing.
    Result<Json> apply(const Json& record) const;

private:
    Status check() const;
    std::vector<std::pair<std::string, std::string>> m_parts; // part, column
};

} // namespace koala
