// core/data/formats/importer.h: how foreign files become conversations: a list that one can read.
// An importer recognises its kind of record and turns one JSON record into conversations; reading,
// broken JSON and gzip are the record reader's work, storing is the dataset store's. Importers
// never change texts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/conversation.h"
#include "core/data/formats/oddities.h"

namespace koala {

// What one source record gave. Importers fill turns, system, split, feedback, pair, tags and meta;
// uid, source, row and part are the store's. The id of a pair may stay empty: the store makes one
// of the record. Several pairs of one record tell themselves apart by "#1", "#2" …, to which the
// store puts the record's.
struct ConvertedRow {
    std::vector<Conversation> conversations;
    std::vector<std::string> droppedTurns; // what of the record was left out, and why
    Oddities oddities;                     // counted by the converter
};

// The first 64 KiB of a file (unpacked), and its first complete records.
struct HeadSample {
    std::string_view text;
    std::vector<Json> records;
};

struct ImporterInfo {
    std::string_view id;      // stored in manifests: never renamed
    std::string_view title;   // shown on the import page
    std::string_view example; // the shape of one record, for people
    // A sentence that says why this is its kind of file, or "".
    std::string (*recognise)(const HeadSample& head);
    // An error is the reason why the record is quarantined.
    Status (*convert)(const Json& record, ConvertedRow& out);
    // What the card of the data asks of those who use it; shown before the import and kept with the
    // terms. "" for most.
    std::string_view notice = "";
};

// In the order in which recognition asks them. A new importer is one include and one entry.
std::span<const ImporterInfo> importers();
const ImporterInfo* findImporter(std::string_view id);

struct Detection {
    const ImporterInfo* importer = nullptr; // null: no importer knows this kind
    std::string reason;                     // a sentence, in either case
    // What the file is when it is no training data (other_kinds.h): "prompts", "answers" …
    std::string otherKind;
};
// Decided from the first records, never from the file's name. An error when it is empty, cannot be
// read, or is of a form that no reader knows.
Result<Detection> detectFile(const fs::path& path);

} // namespace koala
