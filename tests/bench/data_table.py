"""The figures of data and mixtures as one table: work, ours, peer, ratio, limit.

  data_table.py [--build build/dev] [--shared ../shared] [--model SMOLLM2.gguf] [--peers PYTHON]
                [--only WORD ...] [--rows 500000] [--json]

Runs the programs of build/…/bench and data_pipeline.py, and with --peers (a python that has
sentencepiece, tokenizers, datasets, datasketch, rensa and sacrebleu) what they are compared with.
Without it those columns say so. --only picks the pieces whose name holds a word: tokenizer,
metrics, store, mixture, pipeline. What is not there is named and skipped, never made up.
"""
import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
# "near duplicates   52000/s  datasketch   410/s   126.8x  at least 100x  met"
PLAIN_ROW = re.compile(r"^(?P<work>.+?)\s{2,}(?P<ours>[\d.]+)/s\s+(?P<peer_name>\S+)\s+"
                       r"(?:(?P<peer>[\d.]+)/s\s+(?P<ratio>[\d.]+)x\s+at least (?P<limit>[\d.]+)x"
                       r"|not measured)")


def rows_of(text):
    """Rows as JSON lines, or as the plain lines that data_metrics_bench prints."""
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
        elif found := PLAIN_ROW.match(line):
            row = {name: value if name in ("work", "peer_name") else float(value)
                   for name, value in found.groupdict().items() if value is not None}
            yield row | {"unit": "/s", "must": ">="}


def run(command):
    print(" ".join(command), file=sys.stderr)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        print(f"ended with {done.returncode}", file=sys.stderr)
    return list(rows_of(done.stdout))


def tokenizers(arguments, program):
    llama = os.path.join(arguments.shared, "models/llama-tokenizer/tokenizer.model")
    with tempfile.TemporaryDirectory() as folder:
        texts = os.path.join(folder, "texts.jsonl")
        rows = run([program, "--json", "--texts", texts, arguments.shared] + arguments.models)
        if not arguments.peers or not arguments.models:
            return rows
        peers = run([arguments.peers, os.path.join(HERE, "peers/tokenize_texts.py"), texts,
                     arguments.models[0], llama])
    for row in rows:
        for peer in peers:  # the faster of two peers counts
            if row["peer_name"].split()[0] != peer["peer_name"].split()[0]:
                continue
            if row.get("peer", 0) < peer["peer"]:
                row |= {"peer": peer["peer"], "peer_name": peer["peer_name"],
                        "ratio": row["ours"] / peer["peer"]}
            row["same_ids"] = row.get("same_ids", True) and row["ids"] == peer["ids"]
    return rows


def metrics(arguments, program):
    prompts = os.path.join(arguments.shared, "data/koala_test_set/koala_test_set.jsonl")
    return run([program, str(arguments.rows), arguments.peers or "", prompts])


def plain(arguments, program):
    return run([program, "--json"])


def pipeline(arguments, program):
    if not arguments.models:
        print("the pipeline needs --model", file=sys.stderr)
        return []
    koala = os.path.join(arguments.build, "bin/koala")
    return run([sys.executable, program, "--koala", koala, "--shared", arguments.shared, "--model",
                arguments.models[0], "--rows", str(arguments.rows), "--json"] +
               (["--peers", arguments.peers] if arguments.peers else []))


PIECES = [("tokenizer", "bench/tokenizer_bench", tokenizers),
          ("metrics", "bench/data_metrics_bench", metrics),
          ("store", "bench/data_store_bench", plain),
          ("mixture", "bench/mixture_bench", plain),
          ("pipeline", None, pipeline)]


def verdict(row):
    """Against the limit: on the ratio where there is a peer, else on the figure."""
    value = row.get("ratio", None if "peer_name" in row else row["ours"])
    if row.get("same_ids") is False:
        return "DIFFERENT IDS"
    if value is None or "limit" not in row:
        return "not measured"
    met = value >= row["limit"] if row.get("must", ">=") == ">=" else value <= row["limit"]
    return "met" if met else "MISSED"


def show(row):
    ours = f"{row['ours']:,.1f} {row['unit']}"
    peer = f"{row['peer']:,.1f} {row['unit']}" if "peer" in row else "not measured"
    ratio = f"{row['ratio']:.1f}x" if "ratio" in row else "-"
    limit = f"{row.get('must', '>=')} {row['limit']:g}" if "limit" in row else "-"
    print(f"{row['work'][:44]:44} {ours:>16} {row.get('peer_name', '-')[:24]:24} {peer:>16} "
          f"{ratio:>8} {limit:>9}  {verdict(row)}", flush=True)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {len(os.sched_getaffinity(0))} cores"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.dirname(os.path.dirname(HERE))
    cache = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
    parser.add_argument("--build", default=os.path.join(root, "build/dev"))
    parser.add_argument("--shared", default=os.environ.get("KOALA_SHARED",
                                                           os.path.join(root, "../shared")))
    parser.add_argument("--model", default=os.path.join(
        cache, "koala-workbench/models/SmolLM2-135M-Instruct.Q4_1.gguf"))
    parser.add_argument("--peers")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    arguments.models = [arguments.model] if os.path.exists(arguments.model) else []
    print(f"{processor()}; load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    for name, program, measure in PIECES:
        if arguments.only and not any(word in name for word in arguments.only):
            continue
        path = os.path.join(arguments.build, program) if program else \
            os.path.join(HERE, "data_pipeline.py")
        if not os.path.exists(path):
            print(f"{name}: {path} is not built", file=sys.stderr)
            continue
        for row in measure(arguments, path):
            print(json.dumps(row), flush=True) if arguments.json else show(row)


main()
