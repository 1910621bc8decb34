#include "core/data/formats/parquet_reader.h"

#ifdef KOALA_WITH_ARROW

#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <parquet/arrow/reader.h>
#include <parquet/properties.h>

#include "core/base/json.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::int64_t kBatchRows = 512;

Error broken(const fs::path& path, const std::string& reason)
{
    return invalidInput(
        path.string() + " cannot be read as Parquet: " + reason + "; fetch or copy the file again");
}

OrderedJson valueAt(const arrow::Array& array, std::int64_t row);

template <typename List>
OrderedJson listAt(const arrow::Array& array, std::int64_t row)
{
    const auto& list = static_cast<const List&>(array);
    OrderedJson json = OrderedJson::array();
    for (std::int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i)
        json.push_back(valueAt(*list.values(), i));
    return json;
}

OrderedJson structAt(const arrow::Array& array, std::int64_t row)
{
    const auto& fields = static_cast<const arrow::StructArray&>(array);
    OrderedJson json = OrderedJson::object();
    for (int i = 0; i < fields.num_fields(); ++i)
        json[fields.type()->field(i)->name()] = valueAt(*fields.field(i), row);
    return json;
}

OrderedJson valueAt(const arrow::Array& array, std::int64_t row)
{
    if (array.IsNull(row))
        return nullptr;
    switch (array.type_id()) {
    case arrow::Type::STRING:
        return static_cast<const arrow::StringArray&>(array).GetString(row);
    case arrow::Type::LARGE_STRING:
        return static_cast<const arrow::LargeStringArray&>(array).GetString(row);
    case arrow::Type::BOOL:
        return static_cast<const arrow::BooleanArray&>(array).Value(row);
    case arrow::Type::INT32:
        return static_cast<const arrow::Int32Array&>(array).Value(row);
    case arrow::Type::INT64:
        return static_cast<const arrow::Int64Array&>(array).Value(row);
    case arrow::Type::FLOAT:
        return static_cast<const arrow::FloatArray&>(array).Value(row);
    case arrow::Type::DOUBLE:
        return static_cast<const arrow::DoubleArray&>(array).Value(row);
    case arrow::Type::LIST:
        return listAt<arrow::ListArray>(array, row);
    case arrow::Type::LARGE_LIST:
        return listAt<arrow::LargeListArray>(array, row);
    case arrow::Type::STRUCT:
        return structAt(array, row);
    case arrow::Type::DICTIONARY: {
        const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
        return valueAt(*coded.dictionary(), coded.GetValueIndex(row));
    }
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::UINT64: {
        const auto scalar = array.GetScalar(row);
        return scalar.ok() ? OrderedJson::parse((*scalar)->ToString(), nullptr, false) : nullptr;
    }
    default: {
        const auto scalar = array.GetScalar(row);
        return scalar.ok() ? OrderedJson((*scalar)->ToString()) : OrderedJson(nullptr);
    }
    }
}

class ParquetReader final : public RecordStream {
public:
    ParquetReader(std::unique_ptr<parquet::arrow::FileReader> file,
        std::shared_ptr<arrow::RecordBatchReader> batches, fs::path path, std::uint64_t bytes,
        std::int64_t rows)
        : m_file(std::move(file)), m_batches(std::move(batches)), m_path(std::move(path)),
          m_bytes(bytes), m_rows(rows)
    {
    }
    bool next(RawRecord& record) override
    {
        while (m_batch == nullptr || m_at >= m_batch->num_rows())
            if (!nextBatch())
                return false;
        OrderedJson row = OrderedJson::object();
        for (int i = 0; i < m_batch->num_columns(); ++i)
            row[m_batch->column_name(i)] = valueAt(*m_batch->column(i), m_at);
        record.problem.clear();
        record.split.clear();
        try {
            m_text = row.dump();
        } catch (const OrderedJson::exception&) { // strict about UTF-8, as other files are
            record.problem = "it holds bytes that are no UTF-8";
            m_text = toLine(row);
        }
        ++m_at;
        record.offset = std::uint64_t(m_given++);
        record.line = record.offset + 1;
        record.text = m_text;
        return true;
    }
    const Status& status() const override { return m_status; }
    std::uint64_t bytesRead() const override // in the proportion of the rows
    {
        return m_rows == 0 ? m_bytes
                           : std::uint64_t(double(m_bytes) * double(m_given) / double(m_rows));
    }

private:
    bool nextBatch()
    {
        if (!m_status.ok())
            return false;
        m_at = 0;
        try {
            const arrow::Status read = m_batches->ReadNext(&m_batch);
            if (!read.ok())
                m_status = broken(m_path, read.message());
        } catch (const std::exception& error) {
            m_status = broken(m_path, error.what());
        }
        return m_status.ok() && m_batch != nullptr;
    }
    std::unique_ptr<parquet::arrow::FileReader> m_file; // the batches read from it
    std::shared_ptr<arrow::RecordBatchReader> m_batches;
    fs::path m_path;
    std::uint64_t m_bytes = 0;
    std::int64_t m_rows = 0;
    std::int64_t m_given = 0;
    std::shared_ptr<arrow::RecordBatch> m_batch;
    std::int64_t m_at = 0;
    std::string m_text;
    Status m_status;
};

} // namespace

bool readsParquet()
{
    return true;
}

Result<std::unique_ptr<RecordStream>> openParquet(const fs::path& path)
{
    try {
        const auto file = arrow::io::ReadableFile::Open(path.string());
        if (!file.ok())
            return broken(path, file.status().message());
        parquet::arrow::FileReaderBuilder builder;
        if (const arrow::Status opened = builder.Open(*file); !opened.ok())
            return broken(path, opened.message());
        parquet::ArrowReaderProperties properties;
        properties.set_batch_size(kBatchRows);
        properties.set_use_threads(false);
        std::unique_ptr<parquet::arrow::FileReader> reader;
        if (const arrow::Status built = builder.properties(properties)->Build(&reader); !built.ok())
            return broken(path, built.message());
        auto batches = reader->GetRecordBatchReader();
        if (!batches.ok())
            return broken(path, batches.status().message());
        std::error_code code;
        const std::int64_t rows = reader->parquet_reader()->metadata()->num_rows();
        return std::unique_ptr<RecordStream>(std::make_unique<ParquetReader>(std::move(reader),
            std::shared_ptr<arrow::RecordBatchReader>(std::move(*batches)), path,
            fs::file_size(path, code), rows));
    } catch (const std::exception& error) { // parquet throws where Arrow returns a status
        return broken(path, error.what());
    }
}

} // namespace koala

#else

namespace koala {

bool readsParquet()
{
    return false;
}

Result<std::unique_ptr<RecordStream>> openParquet(const fs::path& path)
{
    return unavailable(path.string() +
                       " is a Parquet file, and this build of Koala Workbench cannot read Parquet; "
                       "write it as JSON Lines (pandas: df.to_json(\"x.jsonl\", "
                       "orient=\"records\", lines=True)), or use a build with KOALA_WITH_ARROW");
}

} // namespace koala

#endif
