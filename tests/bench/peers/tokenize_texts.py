"""The peers of tokenizer_bench, one thread each, processor time, best of three rounds: `tokenizers` with SmolLM2's
vocabulary (taken from the GGUF), and sentencepiece's own Python package.

  RAYON_NUM_THREADS=1 python tokenize_texts.py TEXTS.jsonl SMOLLM2.gguf LLAMA.model

Prints one JSON line each: name, MB/s, the hash of all ids (32-bit numbers, -1 behind each text).
"""
import array
import hashlib
import json
import os
import struct
import sys
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"


def gguf_metadata(path):
    """The key-value part of a GGUF file of version 2 or 3."""
    sizes = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q",
             11: "<q", 12: "<d"}
    with open(path, "rb") as file:
        def number(form):
            return struct.unpack(form, file.read(struct.calcsize(form)))[0]

        def text():
            return file.read(number("<Q")).decode("utf-8")

        def value(kind):
            if kind == 8:
                return text()
            if kind == 9:
                inner, count = number("<I"), number("<Q")
                return [value(inner) for _ in range(count)]
            return number(sizes[kind])

        assert file.read(4) == b"GGUF"
        number("<I")
        number("<Q")
        return {text(): value(number("<I")) for _ in range(number("<Q"))}


def smollm2(path):
    from tokenizers import Tokenizer, models, pre_tokenizers
    facts = gguf_metadata(path)
    vocabulary = {piece: i for i, piece in enumerate(facts["tokenizer.ggml.tokens"])}
    merges = [tuple(merge.split(" ")) for merge in facts["tokenizer.ggml.merges"]]
    unknown = facts.get("tokenizer.ggml.unknown_token_id")
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges,
                                     unk_token=None if unknown is None else
                                     facts["tokenizer.ggml.tokens"][unknown]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    return tokenizer


def measure(name, texts, encode):
    size = sum(len(text.encode("utf-8")) for text in texts)
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        encoded = encode(texts)
        best = min(best, time.process_time() - start)
    hash = hashlib.sha256()
    for ids in encoded:
        hash.update(array.array("i", getattr(ids, "ids", ids)).tobytes() + b"\xff\xff\xff\xff")
    print(json.dumps({"peer_name": name, "peer": size / 1e6 / best, "unit": "MB/s",
                      "ids": hash.hexdigest()}), flush=True)


def main():
    texts = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    tokenizer = smollm2(sys.argv[2])
    measure("tokenizers", texts, lambda all: tokenizer.encode_batch_fast(all))
    import sentencepiece
    processor = sentencepiece.SentencePieceProcessor(model_file=sys.argv[3])
    measure("sentencepiece in Python", texts, lambda all: processor.encode(all, num_threads=1))


if __name__ == "__main__":
    main()
