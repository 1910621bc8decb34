// core/run/checkpoints.h: the checkpoints of a run. One is complete when its manifest.json is there
// and its files have the sizes and hashes that it names; everything else is not trusted. One whose
// weights are not finite stays as a suspect, to be looked at: nothing goes on from it by itself.
// Anyone may read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/json.h"

namespace koala {

struct CheckpointFile {
    std::string name;
    std::int64_t bytes = 0;
    std::string sha256;
};

struct CheckpointInfo {
    std::int64_t step = 0;
    fs::path path;
    std::vector<CheckpointFile> files;
    std::int64_t bytes = 0; // sum of the files
    std::string basePath;
    std::string baseSha256;
    bool finite = true;
    bool pinned = false;
    bool complete = false;
    std::string problem; // why it is not complete
};

std::string checkpointName(std::int64_t step); // step-00000040
fs::path checkpointsDirectory(const fs::path& runDirectory);
fs::path checkpointDirectory(const fs::path& runDirectory, std::int64_t step);

// Reads the manifest and compares names and sizes; quick.
CheckpointInfo inspectCheckpoint(const fs::path& directory);
// Also reads every file and compares its hash.
Status verifyCheckpoint(const fs::path& directory);
// By step, broken ones included; temporary folders of interrupted saves are not listed.
std::vector<CheckpointInfo> listCheckpoints(const fs::path& runDirectory);
// The highest step that verifies and is finite, others skipped; NotFound when there is none.
Result<CheckpointInfo> latestVerifiedCheckpoint(const fs::path& runDirectory);

// Writes manifest.json over the files that lie in `directory`, with their sizes and hashes.
struct ManifestFacts {
    std::int64_t step = 0;
    std::string basePath;
    std::string baseSha256;
    bool finite = true;
    OrderedJson fingerprint = OrderedJson::object();
};
Status writeManifest(const fs::path& directory, const ManifestFacts& facts);

// A pinned checkpoint is never removed by `keep`. The mark lies beside the checkpoint, not in it.
Status pinCheckpoint(const fs::path& runDirectory, std::int64_t step);

} // namespace koala
