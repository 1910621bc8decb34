#!/usr/bin/env python3
"""One model through every format: out, in again, the same numbers and the same answers.

usage: model_walk.py BIN_DIR MAKE_TINY_MODEL DATASETS_DIR

With the finished programs: exports to Hugging Face, GGUF and EasyLM come back as models of the project
that sum to the same and answer the same; differences are made and applied in the three schemes; a
changed file is told by its hash; and, with koala-torch, a checkpoint with an adapter is exported as the
model that it is, with its card.
"""
import json
import pathlib
import tempfile
import time

from headless_walk import BIN, STARTER, Walk, check

PROMPT = ["--prompt", "What is the capital of France?", "--temperature", "0", "--max-tokens", "12",
          "--template", "koala"]
SCHEMES = ("easylm", "fastchat", "alpaca")


class ModelWalk(Walk):
    def sum_of(self, model, *more):
        return self.facts("model", "verify", model, *more)["sum"]

    def answer(self, model):
        return self.koala("chat", model, *PROMPT).stdout

    def export_and_import(self):
        """make_project has imported the model as `tiny`."""
        self.config = self.folder / "tiny" / "config.json"
        wanted, said = self.sum_of("tiny"), self.answer("tiny")
        check(said.strip(), "the model says nothing, so answers prove nothing")
        for name, more in (("hf", ["--type", "f32"]), ("gguf", ["--type", "f32"]), ("easylm", ["--type", "f32"])):
            out = self.folder / f"out.{name}"
            self.koala("model", "export", "tiny", out, "--format", name, *more)
            given = ["--config", self.config, "--tokenizer", self.folder / "tiny" / "tokenizer.model"]
            self.koala("model", "import", out, "--name", f"from-{name}", *(given if name == "easylm" else []))
            check(abs(self.sum_of(f"from-{name}") - wanted) < 1e-9, f"{name}: the values sum to something else")
            check(self.answer(f"from-{name}") == said, f"{name}: the answer is another one")
            again = self.koala("model", "export", "tiny", out, "--format", name, expect=1)
            check("exists already" in again.stderr, f"{name}: a file was written over: {again.stderr}")
        weights = self.folder / "out.easylm"
        alone = self.koala("model", "import", weights, "--name", "alone", expect=1)
        check("--tokenizer" in alone.stderr, f"weights alone were taken: {alone.stderr}")
        alone = self.koala("model", "verify", weights, expect=1)
        check("--config" in alone.stderr, f"weights alone were read: {alone.stderr}")

    def make_and_apply_differences(self):
        self.koala("model", "new", "other", "--config", self.config, "--seed", "5", "--tokenizer",
                   self.folder / "tiny" / "tokenizer.model")
        wanted = self.sum_of("other")
        for scheme in SCHEMES:
            difference, back = self.folder / f"d-{scheme}", self.folder / f"b-{scheme}"
            more = ["--scheme", scheme, "--config", self.config]
            self.koala("model", "diff", "tiny", "other", difference, *more)
            facts = self.facts("model", "apply", "tiny", difference, back, *more)
            close = 1e-3 if scheme == "alpaca" else 3.0  # sums of 100,000 rounded values
            check(abs(facts["sum"] - wanted) < close, f"{scheme}: {facts['sum']} is not {wanted}")
            check(facts["not_finite"] == 0 and len(facts["sha256"]) == 64, f"{scheme}: {facts}")

    def notice_a_changed_file(self):
        file = self.project / "models" / "other" / "weights" / "model.safetensors"
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        file.write_bytes(data)
        changed = self.koala("model", "verify", "other", expect=1)
        check("not those that were imported" in changed.stderr, f"a changed bit passed: {changed.stderr}")

    def prove_that_resuming_is_exact(self):
        """On the run of export_a_checkpoint's mixture, with all that draws at random."""
        if not (BIN / "koala-torch").exists():
            return
        facts = self.facts("run", "prove", "koala-13b", "--mixture", "walk", "--model", "tiny", "--steps", "3",
                           "--set", "precision=fp32", "--set", "max_tokens=64", "--set", "global_batch_tokens=128")
        check(facts["equal"] and facts["equal_steps"] == 3, f"the resumed run is another one: {facts}")
        check(facts["sha256"]["optimizer.safetensors"] == facts["sha256_resumed"]["optimizer.safetensors"],
              f"the moments differ: {facts}")

    def export_a_checkpoint(self):
        if not (BIN / "koala-torch").exists():
            print("export_a_checkpoint: left out, this build has no koala-torch", flush=True)
            return
        self.koala("data", "import", STARTER / "alpaca_tasks.json", "--name", "tasks", "--licence", "CC BY-NC 4.0")
        self.koala("mixture", "new", "walk", "--source", "tasks", "--model", "tiny", "--chat-template", "koala",
                   "--max-tokens", "256")
        self.koala("train", "lora", "--mixture", "walk", "--model", "tiny", "--run", "tuned", "--set", "steps=3",
                   "--set", "precision=fp32", "--set", "learning_rate=0.01", "--set", "final_learning_rate=0.01",
                   "--set", "warmup_steps=0", "--set", "loss=row_mean", "--set", "residual_dropout=0.05",
                   "--set", "fcm_max_ratio=0.1")
        merged = self.folder / "merged"
        done = self.koala("model", "export", "tuned@last", merged, "--type", "f32")
        check("CC BY-NC 4.0" in done.stderr, f"the export names no non-commercial source: {done.stderr}")
        card = json.loads((merged / "model_card.json").read_text())
        check(card["non_commercial_sources"] and card["sources"][0]["dataset"] == "tasks", f"the card is {card}")
        check(self.answer(merged) == self.answer("tuned@last"), "the merged model answers otherwise")
        check(self.sum_of(merged) != self.sum_of("tiny"), "the adapter was not merged in")


def main():
    with tempfile.TemporaryDirectory(prefix="koala-model-walk.") as folder:
        walk = ModelWalk(pathlib.Path(folder))
        for step in (walk.make_project, walk.export_and_import, walk.make_and_apply_differences,
                     walk.notice_a_changed_file, walk.export_a_checkpoint,
                     walk.prove_that_resuming_is_exact):
            started = time.monotonic()
            step()
            print(f"{step.__name__}: {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
