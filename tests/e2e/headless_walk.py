#!/usr/bin/env python3
"""The whole way without a window: import, mix, train, stop, resume, chat, answer, compare.

usage: headless_walk.py BIN_DIR MAKE_TINY_MODEL DATASETS_DIR

Runs the finished programs as a user would, on a project in a temporary folder and a tiny model that
MAKE_TINY_MODEL writes. Every check says what it wanted; the first failure ends the walk.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

BIN, MAKE_TINY_MODEL, DATASETS = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
STARTER = DATASETS / "starter"


def check(condition, message):
    if not condition:
        raise AssertionError(message)


class Walk:
    def __init__(self, folder):
        self.folder = folder
        self.project = folder / "project"

    def koala(self, *arguments, expect=0, project=True):
        command = [str(BIN / "koala")]
        if project:
            command += ["--project", str(self.project)]
        command += [str(argument) for argument in arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        check(done.returncode == expect,
              f"{' '.join(command)} ended with {done.returncode}, wanted {expect}\n{done.stdout}\n{done.stderr}")
        return done

    def facts(self, *arguments, expect=0):
        """The last JSON object on standard output."""
        done = self.koala(*arguments, "--json", expect=expect)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        check(lines, f"{arguments} printed no JSON: {done.stdout!r}")
        return json.loads(lines[-1])

    def events(self, run):
        path = self.project / "runs" / run / "events.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def losses(self, run):
        """Loss by step as the fold of the events has it: a resume drops what was after its step."""
        losses = {}
        for event in self.events(run):
            if event["type"] == "run_started" and event.get("resumed_from") is not None:
                losses = {k: v for k, v in losses.items() if k <= event["resumed_from"]}
            if event["type"] == "step":
                losses[event["step"]] = event["loss"]
        return losses

    def make_project(self):
        self.koala("project", "new", self.project, project=False)
        tiny = self.folder / "tiny"
        subprocess.run([str(MAKE_TINY_MODEL), str(tiny)], check=True)
        self.koala("model", "import", tiny, "--name", "tiny")

    def import_data(self):
        for name, file, rows in (("dialogues", "sharegpt_dialogues.json", 80), ("tasks", "alpaca_tasks.json", 90),
                                 ("questions", "hc3_questions.jsonl", 165), ("pairs", "hh_pairs.jsonl", 150)):
            made = self.facts("data", "import", STARTER / file, "--name", name)
            check(made["rows"] == rows, f"{file}: {made['rows']} conversations, wanted {rows}")

        unknown = self.folder / "unknown.txt"
        unknown.write_bytes(bytes(range(256)) * 40)
        refused = self.koala("data", "import", unknown, "--name", "unknown", expect=1)
        check("unknown.txt" in refused.stderr, f"the message names no file: {refused.stderr}")
        check(not (self.project / "datasets" / "unknown").exists(), "a refused import left a dataset behind")

        empty = self.folder / "empty.jsonl"
        empty.write_bytes(b"")
        self.koala("data", "import", empty, "--name", "empty", expect=1)

        lines = (STARTER / "hh_pairs.jsonl").read_text().splitlines()
        broken = self.folder / "broken.jsonl"
        broken.write_text("\n".join(lines[:20] + ['{"chosen": "\\n\\nHuman: x'] + lines[20:40]) + "\n")
        self.koala("data", "import", broken, "--name", "broken", expect=3)
        listed = (self.project / "datasets" / "broken" / "quarantine.jsonl").read_text().splitlines()
        check(len(listed) == 1 and json.loads(listed[0])["line"] == 21,
              f"one broken line was to be listed at line 21, found {listed}")

        indexed = self.facts("data", "index", "dialogues")
        check(indexed["rows"] == 80 and indexed["tokens"] > 1000, f"the index holds {indexed}")
        again = self.facts("data", "index", "dialogues", "--model", "tiny")
        check(again == indexed, f"indexed twice: {again} after {indexed}")

    def mix(self):
        sources = [{"dataset": name, "repeat": 1, "cap": 0, "slice": [0, -1], "hold_out": {"fraction": 0.1},
                    "markers": "both" if name == "pairs" else "none"}
                   for name in ("dialogues", "tasks", "questions", "pairs")]
        mixture = {"version": 1, "name": "walk", "seed": 42, "basis": "rows", "total": 0, "model": "tiny",
                   "template": "koala", "max_tokens": 128, "too_long": "cut", "sources": sources,
                   "packing": {"mode": "documents", "length": 128}, "loss": {"on": "assistant", "mean": "token"},
                   "exclude_prompts": []}
        path = self.project / "mixtures" / "walk.json"
        path.write_text(json.dumps(mixture))
        first = self.facts("mixture", "build", "walk")
        again = self.facts("mixture", "build", "walk")
        check(first["order_sha256"] == again["order_sha256"], "the same mixture has two orders")
        mixture["sources"][0]["dataset"] = "gone"
        path.with_name("gone.json").write_text(json.dumps(dict(mixture, name="gone")))
        refused = self.koala("mixture", "build", "gone", expect=1)
        check("gone" in refused.stderr, f"the missing dataset is not named: {refused.stderr}")

    def train(self):
        settings = ["--mixture", "walk", "--model", "tiny", "--set", "precision=fp32", "--set", "sequences=2",
                    "--set", "learning_rate=0.003", "--set", "warmup_steps=2"]
        self.koala("train", "full", *settings, "--set", "steps=30", "--set", "save_every=10",
                   "--run", "walk-whole")
        events = self.events("walk-whole")
        check(events[-1]["type"] == "run_ended" and events[-1]["state"] == "done", f"ended as {events[-1]}")
        whole = self.losses("walk-whole")
        check(sorted(whole) == list(range(1, 31)), f"steps {sorted(whole)}")
        check(whole[30] < whole[1] - 0.3, f"the loss went from {whole[1]} to {whole[30]}")
        checkpoint = self.project / "runs" / "walk-whole" / "checkpoints" / "step-00000030"
        for name in ("manifest.json", "model.safetensors", "config.json", "optimizer.safetensors", "state.json"):
            check((checkpoint / name).exists(), f"the checkpoint lacks {name}")

        # Killed in the middle and resumed, the same run gives the same losses.
        child = subprocess.Popen(
            [str(BIN / "koala"), "--project", str(self.project), "train", "full", *settings, "--set", "steps=30",
             "--set", "save_every=5", "--run", "walk-killed"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            path = self.project / "runs" / "walk-killed" / "events.jsonl"
            if path.exists() and '"step":12,' in path.read_text().replace(" ", ""):
                break
            time.sleep(0.01)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        self.koala("train", "--resume", "walk-killed")
        killed = self.losses("walk-killed")
        check(killed == whole, "a run that was killed and resumed has other losses than one that never stopped")

    def chat(self):
        answer = self.koala("chat", "walk-whole@last", "--prompt", "Hello", "--max-tokens", "12")
        check(answer.returncode == 0, "chat failed")
        truncated = self.folder / "truncated.gguf"
        truncated.write_bytes(b"GGUF\x03\x00\x00\x00")
        refused = self.koala("chat", truncated, "--prompt", "Hello", expect=1)
        check("truncated.gguf" in refused.stderr, f"the message names no file: {refused.stderr}")

    def serve(self):
        token_file = self.folder / "token"
        token_file.write_text("a-token-for-the-walk-only")
        server = subprocess.Popen(
            [str(BIN / "koala"), "--project", str(self.project), "serve", "walk-whole@last", "--port", "0",
             "--token-file", str(token_file)], stdout=subprocess.PIPE, text=True)
        try:
            ready = json.loads(server.stdout.readline())
            check(ready["models"], f"no model is named: {ready}")
            request = urllib.request.Request(ready["url"] + "/v1/chat/completions", method="POST",
                headers={"Authorization": "Bearer a-token-for-the-walk-only", "Content-Type": "application/json"},
                data=json.dumps({"model": ready["models"][0]["id"], "max_tokens": 8, "temperature": 0, "stream": True,
                                 "messages": [{"role": "user", "content": "Hello"}]}).encode())
            with urllib.request.urlopen(request, timeout=60) as reply:
                lines = [line for line in reply.read().decode().split("\n\n") if line]
            check(lines[-1] == "data: [DONE]", f"the stream ended with {lines[-1]!r}")
            try:
                urllib.request.urlopen(ready["url"] + "/v1/models", timeout=30)
                check(False, "the server answered without a token")
            except urllib.error.HTTPError as error:
                check(error.code == 401, f"no token gives {error.code}")
            port = ready["url"].rsplit(":", 1)[1]
            second = self.koala("serve", "walk-whole@last", "--port", port, "--token-file", token_file, expect=1)
            check(port in second.stderr, f"the port in use is not named: {second.stderr}")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error.url}: {error.code} {error.read().decode()}") from error
        finally:
            server.terminate()
            server.wait(timeout=30)
        check(server.returncode in (0, 143), f"the server ended with {server.returncode}")

    def compare(self):
        prompts = self.project / "prompts" / "few.jsonl"
        prompts.parent.mkdir(exist_ok=True)
        prompts.write_text("".join(json.dumps({"id": f"p{i}", "prompt": f"Say {i}", "group": "Saying"}) + "\n"
                                   for i in range(6)))
        for model in ("tiny", "walk-whole@last"):
            self.koala("eval", "generate", "--model", model, "--prompts", "few", "--max-tokens", "8")
        answers = sorted((self.project / "answers" / "few").glob("*.jsonl"))
        check(len(answers) == 2, f"two answer sets were wanted, found {answers}")
        for path in answers:
            check(len(path.read_text().splitlines()) == 6, f"{path} has not six answers")
        before = [path.read_bytes() for path in answers]
        self.koala("eval", "generate", "--model", "tiny", "--prompts", "few", "--max-tokens", "8")
        check(before == [path.read_bytes() for path in answers], "finished answers were made again")
        self.koala("eval", "compare", answers[0].stem, answers[1].stem, "--prompts", "few")


def main():
    with tempfile.TemporaryDirectory(prefix="koala-walk.") as folder:
        walk = Walk(pathlib.Path(folder))
        for step in (walk.make_project, walk.import_data, walk.mix, walk.train, walk.chat, walk.serve, walk.compare):
            started = time.monotonic()
            step()
            print(f"{step.__name__}: {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
