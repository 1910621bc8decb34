#!/usr/bin/env python3
"""Writes mask_vectors.json: what FastChat, Stanford Alpaca and EasyLM feed to training, counted apart.

An implementation of its own from spec 01 (sections 2, 3 and 9) and 03 (section 3), by the index arithmetic
of those programs: FastChat tokenises the whole text and walks over turn lengths, Alpaca takes the length
of the prompt alone, EasyLM tokenises field by field. Nothing of core/text is used.

usage: make_mask_vectors.py TOKENIZER_MODEL [SHARED_DATA_DIR] > mask_vectors.json

TOKENIZER_MODEL is LLaMA's; needs the Python package sentencepiece. Of made dialogues and of the starter
data the vectors are written out; of the real files in SHARED_DATA_DIR only a digest, never a text.
"""
import gzip
import hashlib
import json
import pathlib
import sys

import sentencepiece

MODEL = sentencepiece.SentencePieceProcessor(model_file=sys.argv[1])
STARTER = pathlib.Path(__file__).resolve().parents[2] / "datasets" / "starter"
BOS, EOS, IGNORE = 1, 2, None
SYSTEM = ("A chat between a curious user and an artificial intelligence assistant. "
          "The assistant gives helpful, detailed, and polite answers to the user's questions.")
ALPACA = ("Below is an instruction that describes a task. Write a response that appropriately completes the request."
          "\n\n### Instruction:\n{}\n\n### Response:")


def tokenize(text):
    """As the slow tokeniser of Hugging Face does it for LLaMA: BOS, and </s> is a token of its own."""
    ids = [BOS]
    for number, piece in enumerate(text.split("</s>")):
        ids += [EOS] if number else []
        ids += MODEL.encode(piece)
    return ids


def vicuna(turns):
    """FastChat v1.1: ids and labels, or None where its own check masks the whole sample."""
    text = SYSTEM + " "
    for number, turn in enumerate(turns):
        text += ("USER: " + turn + " ") if number % 2 == 0 else ("ASSISTANT: " + turn + "</s>")
    ids = tokenize(text)
    labels = list(ids)
    labels[0] = IGNORE
    position = 1
    for turn in text.split("</s>"):
        if turn == "":
            break
        parts = turn.split(" ASSISTANT: ")
        if len(parts) != 2:
            return None
        instruction = len(tokenize(parts[0] + " ASSISTANT: ")) - 2
        labels[position:position + instruction] = [IGNORE] * instruction
        position += len(tokenize(turn))
    return (ids, labels) if position == len(ids) else None


def alpaca(turns):
    """Stanford Alpaca: the prompt is masked by its own length. Its segments are tokenised one by one here, as
    the shared vectors have it; tokenised as one text only the first piece of the answer loses its blank."""
    source = tokenize(ALPACA.format(turns[0]))
    ids = source + MODEL.encode(turns[1]) + [EOS]
    whole = tokenize(ALPACA.format(turns[0]) + turns[1] + "</s>")
    if whole[:len(source)] != source: # a piece lies over the border: there the mask cuts it in two
        return None
    return ids, [IGNORE] * len(source) + ids[len(source):]


def koala(turns):
    """EasyLM's fields at Koala's time, without the second EOS."""
    ids, labels = [], []
    for number, turn in enumerate(turns):
        if number % 2 == 0:
            start = "BEGINNING OF CONVERSATION: " if number == 0 else ""
            field = MODEL.encode(start + " ".join(["USER:", turn, "GPT:"]))
            ids, labels = ids + field, labels + [IGNORE] * len(field)
        else:
            field = MODEL.encode(turn) + [EOS]
            ids, labels = ids + field, labels + field
    return ids, labels


TEMPLATES = {"vicuna": vicuna, "alpaca": alpaca, "koala": koala}


def ranges(labels):
    """Trained positions as [first, last] pairs."""
    out = []
    for position, label in enumerate(labels):
        if label is IGNORE:
            continue
        if out and out[-1][1] == position - 1:
            out[-1][1] = position
        else:
            out.append([position, position])
    return out


def usable(turns):
    """Whole rounds that begin with the user; no text that spells a control token."""
    return (len(turns) >= 2 and len(turns) % 2 == 0 and all(turn.strip() for turn in turns)
            and not any(word in turn for turn in turns for word in ("<s>", "</s>", "<unk>")))


def sharegpt_turns(record):
    speakers = [turn["from"] for turn in record["conversations"]]
    if any(speaker != ("human", "gpt")[number % 2] for number, speaker in enumerate(speakers)):
        return []
    return [turn["value"] for turn in record["conversations"]]


def starter_cases():
    dialogues = [sharegpt_turns(record) for record in
                 json.loads((STARTER / "sharegpt_dialogues.json").read_text())]
    dialogues = [turns for turns in dialogues if usable(turns)]
    tasks = [[task["instruction"], task["output"]]
             for task in json.loads((STARTER / "alpaca_tasks.json").read_text()) if not task["input"]]
    made = [["Hello!", "Hi! How can I help you?"],
            ["Hello!", "Hi! How can I help you?", "Bye.", "Goodbye!"],
            [" two blanks  inside and around ", "  indented\n\tcode\n"],
            ["\n", "\n\nlines first"],
            ["考拉 é 🐨", "🐨🐨 \u200b考拉"],
            ["An ASSISTANT speaks?", "USER: nobody </ s>"],
            ["1234567890", "a" * 60]]
    for turns in made + dialogues[:3] + tasks[:3]:
        for name, render in TEMPLATES.items():
            if name == "alpaca" and len(turns) != 2:
                continue
            done = render(turns)
            assert done is not None, (name, turns)
            yield {"template": name, "turns": turns, "ids": done[0], "trained": ranges(done[1])}


def real_files(folder):
    path = folder / "sharegpt" / "sharegpt_v3_sample.json.gz"
    yield str(path.relative_to(folder)), ["vicuna", "koala"], [
        sharegpt_turns(record) for record in json.loads(gzip.decompress(path.read_bytes()))]
    path = folder / "alpaca" / "alpaca_en_demo.json"
    yield str(path.relative_to(folder)), ["alpaca", "vicuna", "koala"], [
        [] if record["input"] else [record["instruction"], record["output"]]
        for record in json.loads(path.read_text())]


def digests(folder):
    for file, templates, records in real_files(folder):
        for name in templates:
            digest = hashlib.sha256()
            counts = {"tokens": 0, "trained": 0, "given_up": 0}
            rows = []
            for row, turns in enumerate(records):
                if not usable(turns):
                    continue
                done = TEMPLATES[name](turns)
                if done is None:
                    counts["given_up"] += 1
                    continue
                rows.append(row)
                counts["tokens"] += len(done[0])
                counts["trained"] += sum(label is not IGNORE for label in done[1])
                line = ",".join(str(id) for id in done[0]) + ";" + \
                       ",".join(f"{first}-{last}" for first, last in ranges(done[1])) + "\n"
                digest.update(line.encode())
            yield {"file": file, "template": name, **counts, "sha256": digest.hexdigest(), "rows": rows}


def main():
    real = list(digests(pathlib.Path(sys.argv[2]))) if len(sys.argv) > 2 else []
    print('{"made_by":"tests/golden/make_mask_vectors.py",\n"cases":[')
    print(",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in starter_cases()))
    print('],\n"real_files":[')
    print(",\n".join(json.dumps(entry, separators=(",", ":")) for entry in real))
    print("]}")


if __name__ == "__main__":
    main()
