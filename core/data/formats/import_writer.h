// core/data/formats/import_writer.h: the second half of an import, on a thread of its own: uids,
// canonical lines, their hash, rows.jsonl, quarantine.jsonl, the index, and checkpoints. The first
// half reads and converts, and hands over batches. Private to core/data.
#pragma once

#include <memory>
#include <stop_token>

#include "core/data/formats/import_staging.h"

namespace koala {

struct ImportBatch {
    std::string sourceSha256;                // of the file that the conversations come from
    std::vector<Conversation> conversations; // row and part set; uid, source and pair id are not
    std::string quarantine;                  // lines
    std::optional<ImportCheckpoint>
        checkpoint;        // to be saved after this batch; bytes and hash not set
    std::size_t bytes = 0; // about what it holds
};

class ImportWriter {
public:
    // Goes on at the checkpoint, or begins without. InvalidInput: what the checkpoint speaks of is
    // not there; begin anew.
    static Result<ImportWriter> open(const fs::path& staging,
        const std::optional<ImportCheckpoint>& checkpoint, std::string slug,
        const std::stop_token& stop);
    ImportWriter(ImportWriter&&) noexcept;
    ~ImportWriter();
    // Waits while several batches are in the queue. The error is that of an earlier batch.
    Status push(ImportBatch batch);
    // Waits for all batches, and for the disk until `stop`; the SHA-256 of rows.jsonl.
    Result<std::string> finish(const std::stop_token& stop);

private:
    class Worker;
    explicit ImportWriter(std::unique_ptr<Worker> worker);
    std::unique_ptr<Worker> m_worker;
};

} // namespace koala
