"""Documents and pairs a second of datasketch, rensa and sacrebleu, for data_metrics_bench:

    python tests/bench/peers/data_metrics_peers.py TEXTS.json KOALA_PROMPTS.jsonl

TEXTS.json is a list of texts; each library sees as many of them as it needs for a steady figure. Near
duplicates: runs of five words, 128 permutations, threshold 0.8; datasketch also inserts into its LSH index.
"""
import json
import sys
import time


def shingles(text):
    words = text.lower().split()
    return {" ".join(words[i : i + 5]) for i in range(max(1, len(words) - 4))}


def rate(count, work):
    begin = time.perf_counter()
    work()
    return count / (time.perf_counter() - begin)


def datasketch_rate(texts):
    from datasketch import MinHash, MinHashLSH

    def work():
        index = MinHashLSH(threshold=0.8, num_perm=128)
        for i, text in enumerate(texts):
            signature = MinHash(num_perm=128)
            signature.update_batch([shingle.encode() for shingle in shingles(text)])
            index.query(signature)
            index.insert(i, signature)

    return rate(len(texts), work)


def rensa_rate(texts):
    from rensa import RMinHash

    def work():
        for text in texts:
            signature = RMinHash(num_perm=128, seed=42)
            signature.update(list(shingles(text)))
            signature.digest()

    return rate(len(texts), work)


def sacrebleu_rate(texts, prompts):
    from sacrebleu.metrics import BLEU

    metric = BLEU(effective_order=True)

    def work():
        for text in texts:
            for prompt in prompts:
                metric.sentence_score(prompt, [text])

    return rate(len(texts) * len(prompts), work)


def main():
    texts = json.load(open(sys.argv[1], encoding="utf-8"))
    prompts = [json.loads(line)["prompt"] for line in open(sys.argv[2], encoding="utf-8")]
    figures = {"datasketch": datasketch_rate(texts[:5000]), "rensa": rensa_rate(texts),
               "sacrebleu": sacrebleu_rate(texts[:50], prompts)}
    print(json.dumps(figures))


main()
