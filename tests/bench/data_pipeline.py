"""The whole pipeline on made examples: import, deduplicate, filter, tokenise, pack. Ours through the
verbs of `koala`; the peer (peers/pipeline.py) does the same steps with `datasets` and `tokenizers`.

  data_pipeline.py --koala build/dev/bin/koala --shared SHARED --model SMOLLM2.gguf
                   [--peers PYTHON] [--rows 500000] [--folder FOLDER] [--json]

The examples are turns of the real Alpaca and ShareGPT samples with seeded changes: one of ten is a
copy under a new id, one of ten differs in three words, of the others two words of five are others.
Both sides are timed by the wall and in processor time; the ratio is of the wall.
"""
import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def bases(shared):
    """User and assistant turns in pairs, of the real files."""
    found = []
    with gzip.open(os.path.join(shared, "data/alpaca/alpaca_data.json.gz"), "rt") as file:
        for row in json.load(file):
            asked = row["instruction"] + ("\n\n" + row["input"] if row["input"] else "")
            found.append([asked, row["output"]])
    with gzip.open(os.path.join(shared, "data/sharegpt/sharegpt_v3_sample.json.gz"), "rt") as file:
        for row in json.load(file):
            turns = [turn["value"] for turn in row["conversations"]
                     if turn["from"] in ("human", "gpt")]
            if row["conversations"] and row["conversations"][0]["from"] == "human":
                found.append(turns[:len(turns) // 2 * 2])
    return [turns for turns in found if turns]


def changed(text, words, random_words, share=None, count=None):
    parts = text.split(" ")
    number = count if count is not None else int(len(parts) * share) + 1
    for _ in range(number):
        parts[int(words() * len(parts))] = random_words[int(words() * len(random_words))]
    return " ".join(parts)


def make(path, shared, rows):
    source = random.Random(1)
    texts = bases(shared)
    pool = [word for turns in texts[:4000] for word in turns[0].split()]
    dice = source.random
    with open(path, "w", encoding="utf-8") as out:
        for i in range(rows):
            turns = texts[i % len(texts)] if i < len(texts) else source.choice(texts)
            kind = dice()
            if i >= len(texts) and kind >= 0.1:
                turns = [changed(text, dice, pool, count=3) if kind < 0.2 else
                         changed(text, dice, pool, share=0.4) for text in turns]
            names = ("human", "gpt")
            out.write(json.dumps({"id": f"made-{i}", "conversations": [
                {"from": names[j % 2], "value": text} for j, text in enumerate(turns)]},
                ensure_ascii=False) + "\n")


# A process counts the memory of the one that it was forked from as its own: this one's would be
# that of the made examples, the launcher's is a few MiB.
LAUNCHER = """
import os, sys, time
start = time.monotonic()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
with open(sys.argv[1], "w") as out:
    print(os.waitstatus_to_exitcode(status), time.monotonic() - start,
          usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=out)
"""


def measured(command, **more):
    """Runs a command; wall seconds, processor seconds, the most memory in bytes, its stdout."""
    with tempfile.NamedTemporaryFile("r") as facts:
        done = subprocess.run([sys.executable, "-I", "-S", "-c", LAUNCHER, facts.name] + command,
                              stdout=subprocess.PIPE, check=True, **more)
        code, wall, processor, memory = facts.read().split()
    if code not in ("0", "3"):  # 3: done, with rows set aside
        sys.exit(f"{' '.join(command)} ended with {code}")
    return (float(wall), float(processor), int(memory) * 1024,
            done.stdout.decode("utf-8", "replace"))


def ours(arguments, data, folder):
    project = os.path.join(folder, "project")
    koala = [arguments.koala, "--project", project]
    steps = [("make", [arguments.koala, "project", "new", project]),
             ("model", koala + ["model", "import", arguments.model, "--name", "smol"]),
             ("import", koala + ["data", "import", data, "--name", "made"]),
             ("clean", koala + ["data", "clean", "made", "--add", "duplicate_prompts",
                                "--add", "near_duplicates", "--add", "language",
                                "--add", "length", "--add", "keywords"]),
             ("mixture", koala + ["mixture", "new", "all", "--source", "made", "--model", "smol",
                                  "--hold-out", "0"]),
             ("build", koala + ["mixture", "build", "all", "--json"])]
    facts = {}
    for name, command in steps:
        wall, processor, memory, text = measured(command, stderr=subprocess.DEVNULL)
        print(f"  {name:8} {wall:8.1f} s, processor {processor:8.1f} s, {memory / 2**20:7.0f} MiB",
              file=sys.stderr)
        if name not in ("make", "model"):
            facts[name] = (wall, processor, memory)
    return facts, text


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--koala", required=True)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--peers")
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--folder")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        data = os.path.join(folder, "made.jsonl")
        make(data, arguments.shared, arguments.rows)
        print(f"{arguments.rows} examples, {os.path.getsize(data) / 1e6:.0f} MB", file=sys.stderr)
        facts, built = ours(arguments, data, folder)
        wall = sum(step[0] for step in facts.values())
        line = {"work": f"whole pipeline, {arguments.rows:,} examples", "ours": wall, "unit": "s",
                "processor_s": sum(step[1] for step in facts.values()),
                "peak_bytes": max(step[2] for step in facts.values()),
                "steps": {name: step[0] for name, step in facts.items()},
                "built": json.loads(built), "peer_name": "datasets + tokenizers", "limit": 10,
                "must": ">="}
        if arguments.peers:
            peer = measured([arguments.peers, os.path.join(HERE, "peers/pipeline.py"), data,
                             arguments.model, folder], stderr=subprocess.DEVNULL)
            line |= {"peer": peer[0], "peer_processor_s": peer[1], "ratio": peer[0] / wall,
                     "peer_facts": json.loads(peer[3].splitlines()[-1])}
        memory = {"work": "its most memory", "ours": line["peak_bytes"] / 2**20, "unit": "MiB",
                  "limit": 2048, "must": "<="}
        for row in (line, memory):
            print(json.dumps(row) if arguments.json else json.dumps(row, indent=2))


main()
