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
# Each program prints its rows as is best read alone; these are the forms.
FORMS = [
    # near duplicates   52000/s  datasketch   410/s   126.8x  at least 100x  met
    re.compile(r"^(?P<work>\S.*?)\s{2,}(?P<ours>[\d.]+)(?P<unit>/s)\s+(?P<peer_name>\S+)\s+"
               r"(?:(?P<peer>[\d.]+)/s\s+(?P<ratio>[\d.]+)x\s+at least (?P<limit>[\d.]+)x"
               r"|not measured)"),
    # a share moves   median  1.00 ms  slowest  3.00 ms  limit 200 ms  holds
    re.compile(r"^(?P<work>\S.*?)\s{2,}median.*slowest\s+(?P<ours>[\d.]+) (?P<unit>ms)\s+"
               r"limit (?P<most>[\d.]+) ms"),
    # | import: rows and offsets | 21000.000 conversations/s | at least 15000 |
    re.compile(r"^\| (?P<work>.+?)\s+\|\s+(?P<ours>[\d.]+) (?P<unit>\S*)\s*\|"
               r"(?: (?:at least|>=|≥) (?P<limit>[\d.,]+)| (?:at most|<=|≤) (?P<most>[\d.,]+))?"),
]
NAMES = ("work", "peer_name", "unit")


def rows_of(text):
    """Rows as JSON lines, or in one of the plain forms."""
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)
            continue
        found = next(filter(None, (form.match(line) for form in FORMS)), None)
        if found:
            row = {name: value if name in NAMES else float(value.replace(",", ""))
                   for name, value in found.groupdict().items() if value is not None}
            if "most" in row:
                row |= {"limit": row.pop("most"), "must": "<="}
            yield row


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


def store(arguments, program):
    real = os.path.join(arguments.shared, "data/sharegpt/sharegpt_v3_sample.json.gz")
    with tempfile.TemporaryDirectory() as folder:
        return run([program, real, os.path.join(folder, "bench")] + arguments.models[:1])


def mixture(arguments, program):
    return run([program])


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
          ("store", "bench/data_store_bench", store),
          ("mixture", "bench/mixture_bench", mixture),
          ("pipeline", None, pipeline)]


def verdict(row):
    """Against the limit: on the ratio where there is a peer, else on the figure."""
    if row.get("same_ids") is False:
        return "DIFFERENT IDS"
    if "limit" not in row:
        return ""
    value = row.get("ratio") if "peer_name" in row else row["ours"]
    if value is None:
        return "not measured"
    met = value >= row["limit"] if row.get("must", ">=") == ">=" else value <= row["limit"]
    return "met" if met else "MISSED"


def figure(value, unit):
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def show(row):
    peer = "not measured" if "peer_name" in row else ""
    if "peer" in row:
        peer = figure(row["peer"], row["unit"])
    ratio = f"{row['ratio']:.1f}x" if "ratio" in row else ""
    limit = f"{row.get('must', '>=')} {row['limit']:g}" if "limit" in row else ""
    print(f"{row['work'][:44]:44} {figure(row['ours'], row['unit']):>23} "
          f"{row.get('peer_name', '')[:24]:24} {peer:>14} {ratio:>8} {limit:>9}  {verdict(row)}",
          flush=True)


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
