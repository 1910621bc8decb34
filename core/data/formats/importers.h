// core/data/formats/importers.h: the importers that there are, each in a file of its own.
#pragma once

#include "core/data/formats/importer.h"

namespace koala {

extern const ImporterInfo koalaRowsImporter;   // rows.jsonl of a dataset of ours
extern const ImporterInfo identityImporter;    // questions and answers with {name} and {org}
extern const ImporterInfo koalaJsonlImporter;  // EasyLM's training input
extern const ImporterInfo chatGptImporter;     // an account's own export
extern const ImporterInfo oasstImporter;       // message trees
extern const ImporterInfo hhImporter;          // transcripts in pairs
extern const ImporterInfo webGptImporter;      // answers with sources and scores
extern const ImporterInfo summariesImporter;   // summaries in pairs
extern const ImporterInfo comparisonsImporter; // GPT-4-LLM's scored answers
extern const ImporterInfo pairsImporter;       // chosen and rejected, as DPO trainers read them
extern const ImporterInfo ktoImporter;         // single answers marked good or bad
extern const ImporterInfo hc3Importer;
extern const ImporterInfo tasksImporter; // self-instruct and unnatural instructions
extern const ImporterInfo alpacaImporter;
extern const ImporterInfo chatImporter; // "messages" with role and content
extern const ImporterInfo shareGptImporter;
extern const ImporterInfo oigImporter;       // <human>: and <bot>:
extern const ImporterInfo markedImporter;    // one text with marks of speakers
extern const ImporterInfo responseImporter;  // prompt and response
extern const ImporterInfo questionsImporter; // question and answer
extern const ImporterInfo columnsImporter;   // user and assistant

} // namespace koala
