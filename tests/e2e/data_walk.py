#!/usr/bin/env python3
"""What a mixture says is what is trained, elsewhere too, and its licences come along.

usage: data_walk.py BIN_DIR MAKE_TINY_MODEL DATASETS_DIR

With the finished programs: an exported mixture builds the same order, its records are EasyLM's, what
is exported comes back equal, and the licence of a dataset is found in the mixture, the export, the run
and the model card of its checkpoint. Without koala-torch the walk ends before the training.
"""
import json
import pathlib
import tempfile
import time

from headless_walk import BIN, STARTER, Walk, check

LICENCE = "CC BY-NC 4.0"
TERMS = "research only, says the maker of this walk"


class DataWalk(Walk):
    def import_with_terms(self):
        for name, file in (("dialogues", "sharegpt_dialogues.json"), ("pairs", "hh_pairs.jsonl")):
            self.koala("data", "import", STARTER / file, "--name", name, "--licence", "Apache-2.0")
        self.koala("data", "import", STARTER / "alpaca_tasks.json", "--name", "tasks",
                   "--licence", LICENCE, "--terms", TERMS)

    def clean(self):
        """A step that names a prompt set, and one that is done by hand."""
        prompts = self.project / "prompts"
        prompts.mkdir(exist_ok=True)
        tasks = json.loads((STARTER / "alpaca_tasks.json").read_text())
        for name, some in (("leaked", tasks[:3]), ("held", tasks[3:5])):
            (prompts / f"{name}.jsonl").write_text("".join(
                json.dumps({"id": f"p{i}", "prompt": task["instruction"]}) + "\n" for i, task in enumerate(some)))
        report = self.facts("data", "clean", "tasks", "--add", "overlap_bleu:prompt_sets=leaked", "--exclude", "7")
        taken = {step["type"]: step["taken"] for step in report["steps"]}
        check(taken["overlap_bleu"] >= 3 and taken["exclude"] == 1, f"the steps took {taken}")

    def mix(self):
        sources = [{"dataset": name, "share": share, "hold_out": {"fraction": 0.1}, "markers": markers}
                   for name, share, markers in (("dialogues", 0.5, "none"), ("tasks", 0.2, "none"),
                                                ("pairs", 0.3, "both"))]
        mixture = {"version": 1, "name": "walk", "seed": 7, "basis": "tokens", "total": 20000, "model": "tiny",
                   "template": "koala", "max_tokens": 480, "too_long": "cut", "sources": sources,
                   "packing": {"mode": "documents", "length": 640}, "exclude_prompts": ["held"]}
        (self.project / "mixtures" / "walk.json").write_text(json.dumps(mixture))
        self.built = self.facts("mixture", "build", "walk")
        terms = {line["dataset"]: line for line in self.built["licences"]}
        check(terms["tasks"]["licence"] == LICENCE and terms["tasks"]["terms"] == TERMS and
              terms["tasks"]["non_commercial"], f"the mixture lost the terms of its tasks: {terms}")

    def export_mixture(self):
        elsewhere = Walk(self.folder)
        elsewhere.project = self.folder / "elsewhere"
        done = self.koala("mixture", "export", "walk", elsewhere.project)
        check(LICENCE in done.stderr, f"the export names no non-commercial source: {done.stderr}")
        licences = json.loads((elsewhere.project / "licences.json").read_text())
        check(any(line["licence"] == LICENCE and line["terms"] == TERMS for line in licences["sources"]),
              f"the export carries no terms: {licences}")
        elsewhere.koala("model", "import", self.folder / "tiny", "--name", "tiny")
        built = elsewhere.facts("mixture", "build", "walk")
        check(built == self.built, f"built elsewhere the mixture is another:\n{built}\n{self.built}")

    def compare_tokens(self):
        """Whole records are EasyLM's, token by token; a record that was cut is its beginning."""
        rows = self.built["total"]["rows"]
        same = 0
        for row in range(1, rows + 1, max(1, rows // 12)):
            facts = self.facts("mixture", "tokens", "walk", "--row", row, "--compare-with", "easylm")
            check(facts["equal_tokens"] == facts["tokens"], f"row {row} is not EasyLM's: {facts}")
            check(facts["same"] == (facts["tokens"] == facts["easylm_tokens"]), f"row {row}: {facts}")
            same += facts["same"]
        check(same >= 3, f"only {same} records were compared to their ends")

    def texts(self, dataset, first=0):
        rows = self.project / "datasets" / dataset / "rows.jsonl"
        return [[(turn["role"], turn["text"]) for turn in json.loads(line)["turns"]] + [json.loads(line).get("system")]
                for line in rows.read_text().splitlines()[first:]]

    def export_data(self):
        for dataset, form, kind in (("dialogues", "sharegpt", "sharegpt"), ("dialogues", "messages", "chat"),
                                    ("dialogues", "koala-jsonl", "koala-jsonl"), ("dialogues", "rows", "koala")):
            out = self.folder / f"{dataset}.{form}"
            self.koala("data", "export", dataset, out, "--format", form)
            again = self.facts("data", "import", out, "--name", f"again-{form}")
            check(again["importer"] == kind, f"the export {form} is told to be {again['importer']}")
            check(self.texts(again["slug"]) == self.texts(dataset), f"{form} came back changed")

    def train(self):
        if not (BIN / "koala-torch").exists():
            print("train: left out, this build has no koala-torch", flush=True)
            return
        common = ["--mixture", "walk", "--model", "tiny", "--set", "precision=fp32", "--set", "steps=1"]
        self.koala("train", "full", *common, "--run", "as-mixed")
        config = json.loads((self.project / "runs" / "as-mixed" / "config.json").read_text())
        mixture = config["mixture"]
        check((mixture["max_tokens"], mixture["packing"]["length"]) == (480, 640),
              f"the recipe's length took the place of the mixture's: {mixture}")
        check((config["train"]["max_tokens"], config["max_tokens_from"]) == (640, "mixture"),
              f"the run does not record where its length is from: {config['train']['max_tokens']}")
        step = next(event for event in self.events("as-mixed") if event["type"] == "step")
        check(640 < step["tokens"], f"a batch of several sequences of 640 has {step['tokens']} tokens")

        terms = next(line for line in config["datasets"] if line["slug"] == "tasks")
        check(terms["licence"] == LICENCE and terms["terms"] == TERMS, f"the run lost the terms: {terms}")
        card = json.loads((self.project / "runs" / "as-mixed" / "checkpoints" / "step-00000001" /
                           "model_card.json").read_text())
        terms = next(line for line in card["sources"] if line["dataset"] == "tasks")
        check(terms["licence"] == LICENCE and terms["terms"] == TERMS and card["non_commercial_sources"],
              f"the model card lost the terms: {card}")
        exported = self.folder / "exported"
        done = self.koala("model", "export", "as-mixed@last", exported)
        check(LICENCE in done.stderr, f"the export names no non-commercial source: {done.stderr}")
        carried = json.loads((exported / "model_card.json").read_text())
        check(carried["sources"] == card["sources"], f"the export lost the terms: {carried}")

        self.koala("train", "full", *common, "--set", "max_tokens=64", "--run", "as-asked")
        config = json.loads((self.project / "runs" / "as-asked" / "config.json").read_text())
        mixture = config["mixture"]
        check((mixture["max_tokens"], mixture["packing"]["length"], config["train"]["max_tokens"],
               config["max_tokens_from"]) == (64, 64, 64, "--set"), f"--set max_tokens did not win: {config}")


def main():
    with tempfile.TemporaryDirectory(prefix="koala-data-walk.") as folder:
        walk = DataWalk(pathlib.Path(folder))
        for step in (walk.make_project, walk.import_with_terms, walk.clean, walk.mix, walk.export_mixture,
                     walk.compare_tokens, walk.export_data, walk.train):
            started = time.monotonic()
            step()
            print(f"{step.__name__}: {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
