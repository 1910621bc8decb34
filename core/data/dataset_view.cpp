#include <cerrno>

#include <fcntl.h>

#include "core/data/dataset.h"

namespace koala {

Result<std::shared_ptr<const Dataset>> Dataset::openView(
    const fs::path& directory, const DatasetView& view)
{
    KOALA_TRY(const std::shared_ptr<const Dataset> whole, open(directory));
    std::shared_ptr<Dataset> dataset(new Dataset());
    dataset->m_directory = directory;
    dataset->m_manifest = whole->m_manifest;
    dataset->m_isView = true;
    dataset->m_descriptor = ::fcntl(whole->m_descriptor, F_DUPFD_CLOEXEC, 0);
    if (dataset->m_descriptor < 0)
        return fileError("read", directory, errno);
    if (!view.editedLines.empty()) {
        dataset->m_editedDescriptor = ::open(view.editedLines.c_str(), O_RDONLY | O_CLOEXEC);
        if (dataset->m_editedDescriptor < 0)
            return fileError("read", view.editedLines, errno);
    }
    dataset->m_rowNumbers = view.rows;
    dataset->m_rows.reserve(view.rows.size());
    std::uint64_t turns = 0;
    auto edited = view.edited.begin();
    for (const std::uint32_t number : view.rows) {
        if (number >= whole->size())
            return invalidInput("the cleaned rows of " + directory.string() +
                                " are of other rows; clean the dataset again");
        RowFacts facts = whole->m_rows[number];
        while (edited != view.edited.end() && edited->row < number)
            ++edited;
        if (edited != view.edited.end() && edited->row == number) {
            facts.offset = edited->offset | kEditedOffset;
            facts.length = edited->length;
            facts.turns = edited->turns;
            facts.characters = edited->characters;
            facts.promptGroup = edited->promptGroup;
        }
        turns += facts.turns;
        dataset->m_rows.push_back(facts);
    }
    dataset->m_manifest.rows = view.rows.size();
    dataset->m_manifest.turns = turns;
    dataset->m_manifest.rowsSha256 = view.sha256;
    return std::shared_ptr<const Dataset>(std::move(dataset));
}

} // namespace koala
