"""The peer of data_pipeline.py: `datasets` and `tokenizers`, one process a core.

  python pipeline.py MADE.jsonl SMOLLM2.gguf FOLDER

Import, duplicates by user query, near duplicates (rensa, 128 permutations, words in fives), length
and keywords, tokens, packing to 2,048. It detects no language, which is in its favour.
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
cores = len(os.sched_getaffinity(0))
data, model, folder = sys.argv[1:4]
os.environ.update(HF_HOME=os.path.join(folder, "hf"), HF_DATASETS_OFFLINE="1",
                  HF_DATASETS_DISABLE_PROGRESS_BARS="1", RAYON_NUM_THREADS="1")

import datasets  # noqa: E402
from rensa import RMinHash, RMinHashLSH  # noqa: E402
from tokenize_texts import smollm2  # noqa: E402

KEYWORDS = ("openai", "language model", "as an ai", "chatgpt")
times = {}
begun = time.perf_counter()


def done(name):
    global begun
    now = time.perf_counter()
    times[name] = now - begun
    begun = now


def asked(row):
    return "\n".join(turn["value"] for turn in row["conversations"] if turn["from"] == "human")


def whole(row):
    return "\n".join(turn["value"] for turn in row["conversations"])


rows = datasets.load_dataset("json", data_files=data, split="train",
                             cache_dir=os.path.join(folder, "cache"))
imported = len(rows)
done("import")

seen = set()
first = []
for i, row in enumerate(rows):
    key = asked(row)
    if key not in seen:
        seen.add(key)
        first.append(i)
del seen
rows = rows.select(first)
done("duplicates")

index = RMinHashLSH(0.8, 128, 16)
kept = []
for i, row in enumerate(rows):
    words = whole(row).split()
    hash = RMinHash(128, 42)
    hash.update([" ".join(words[j:j + 5]) for j in range(max(1, len(words) - 4))])
    if not index.query(hash):
        kept.append(i)
    index.insert(i, hash)
rows = rows.select(kept)
done("near duplicates")


def wanted(row):
    text = whole(row)
    lower = text.lower()
    return 0 < len(text) < 200_000 and not any(word in lower for word in KEYWORDS)


rows = rows.filter(wanted, num_proc=cores)
done("filter")

tokenizer = smollm2(model)


def tokens(batch):
    texts = ["".join(f"{turn['from']}\n{turn['value']}\n" for turn in turns)
             for turns in batch["conversations"]]
    return {"ids": [encoded.ids for encoded in tokenizer.encode_batch_fast(texts)]}


rows = rows.map(tokens, batched=True, num_proc=cores, remove_columns=rows.column_names)
done("tokenise")


def packed(batch):
    joined = [i for ids in batch["ids"] for i in ids]
    return {"ids": [joined[i:i + 2048] for i in range(0, len(joined), 2048)]}


rows = rows.map(packed, batched=True, num_proc=cores)
done("pack")
print(json.dumps({"imported": imported, "sequences": len(rows), "seconds": times}))
