#!/usr/bin/env python3
"""The whole way through the real window, pressed from outside over the accessibility bus.

usage: window_walk.py BIN_DIR MAKE_TINY_MODEL DATASETS_DIR     (tests/e2e/with_display.sh gives it a display)

Import a file, make a mixture, train the tiny model, see the loss on the chart, talk to the result, have
prompts answered by both models, vote. What the window says is then held against the project's files.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import accessible

BIN, MAKE_TINY_MODEL, DATASETS = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
PROMPTS = 4
STEPS = 12


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def make_project(folder):
    project = folder / "project"
    subprocess.run([BIN / "koala", "project", "new", project], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([MAKE_TINY_MODEL, folder / "tiny"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    subprocess.run([BIN / "koala", "--project", project, "model", "import", folder / "tiny", "--name", "tiny",
                    "--template", "koala"],
                   check=True, stdout=subprocess.DEVNULL)
    (project / "prompts").mkdir(exist_ok=True)
    (project / "prompts" / "few.jsonl").write_text("".join(
        json.dumps({"id": f"p{i}", "prompt": f"Say the number {i}.", "group": "Saying"}) + "\n"
        for i in range(PROMPTS)))
    return project


class Walk:
    def __init__(self, app, project):
        self.app = app
        self.project = project

    def page(self, name):
        accessible.press(accessible.find(self.app, name, "push button"))

    def button(self, name, timeout=accessible.TIMEOUT):
        accessible.press(accessible.find(self.app, name, "push button", timeout), timeout)

    def label(self, test, what, timeout=accessible.TIMEOUT):
        try:
            return accessible.find(self.app, test, "label", timeout)
        except accessible.NotFound as error:
            raise accessible.NotFound(f"no label says {what}") from error

    def import_a_file(self):
        self.button("Import a file…")
        field = accessible.find(self.app, lambda name: name.startswith("File name"), "text")
        accessible.set_text(field, str(DATASETS / "starter" / "sharegpt_dialogues.json"))
        self.button("Open")
        self.button("Import", 60)  # the sheet that shows what the file would become
        self.label(lambda text: text.startswith("80 conversations"), "80 conversations", 60)
        found = sorted((self.project / "datasets").glob("*/manifest.json"))
        check(len(found) == 1, f"one dataset was to be made, found {found}")
        check(json.loads(found[0].read_text())["rows"] == 80, "the manifest counts other rows than the window")

    def mix(self):
        self.button("Add to mixture", 60)
        self.label(lambda text: text == "Mixtures", "Mixtures")
        accessible.wait_for("the mixture's file", lambda: list((self.project / "mixtures").glob("*.json")))
        self.label(lambda text: text == "Prompts on both sides of the split", "the checks")
        self.button("Train…", 60)

    def train(self):
        accessible.find(self.app, "Ready", "filler", 60)
        accessible.press(accessible.find(self.app, "full", "check box"))
        accessible.press(accessible.find(self.app, "fp32", "check box"))
        for field, value in (("Steps", STEPS), ("Sequences at once", 1), ("Longest sequence", 64),
                             ("Learning rate", "0.003")):
            accessible.set_text(accessible.find(self.app, field, "text"), str(value))
        self.label(lambda text: text.startswith("Trained: ") and "100 %" in text, "that all weights are trained")
        self.button("Start", 60)
        accessible.find(self.app, lambda name: "done" in name, "table cell", 120)
        run = accessible.wait_for("the run's folder", lambda: list((self.project / "runs").glob("*/events.jsonl")))[0]
        events = [json.loads(line) for line in run.read_text().splitlines()]
        losses = [event["loss"] for event in events if event["type"] == "step"]
        check(len(losses) == STEPS, f"{STEPS} steps were asked for, {len(losses)} were made")
        check(losses[-1] < losses[0], f"the loss went from {losses[0]} to {losses[-1]}")
        chart = accessible.find(self.app, "Loss", "filler")
        accessible.wait_for("the chart to tell its newest loss",
                            lambda: f"{losses[-1]:.2f}" in (chart.description or ""))

    def chat(self):
        self.button("Chat with newest", 60)
        accessible.set_text(accessible.find(self.app, "Message", "text"), "Who are you?")
        self.button("Send", 60)
        accessible.wait_for("an answer on the page", lambda: any(
            accessible.text_of(node).strip() for node in accessible.walk(self.app)
            if node.getRoleName() == "text" and node.name == "Answer" and accessible.showing(node)), 60)
        saved = accessible.wait_for("the chat's file", lambda: list((self.project / "chats").glob("*.jsonl")))
        accessible.wait_for("the answer in the chat's file", lambda: any(
            json.loads(line)["role"] == "assistant" for line in saved[0].read_text().splitlines()))

    def compare(self):
        self.page("Runs")
        self.button("Compare…", 60)
        self.label(lambda text: f"of {PROMPTS} voted" in text, "how many are voted")
        self.button("Generate missing", 60)
        whole = f"{PROMPTS} of {PROMPTS} for A, {PROMPTS} of {PROMPTS} for B"
        self.label(lambda text: "answers complete" in text or whole in text, "that all answers are there", 180)

    def vote(self):
        self.button("B is better")
        accessible.find(self.app, lambda name: name.startswith("B is better") and "saved" in name, "push button")
        journals = list((self.project / "studies").glob("*/journal.jsonl"))
        check(len(journals) == 1, f"one journal was wanted, found {journals}")
        votes = [json.loads(line) for line in journals[0].read_text().splitlines()]
        check(votes[-1]["better"] == "right", f"the vote was written as {votes[-1]}")
        self.page("Studies")
        self.label(lambda text: "decided" in text or "vote" in text, "the votes on the Studies page")


def main():
    with tempfile.TemporaryDirectory(prefix="koala-window.") as name:
        folder = pathlib.Path(name)
        project = make_project(folder)
        window = subprocess.Popen([BIN / "koala-workbench", project, "--page", "data"],
                                  env=dict(os.environ, QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1"))
        app = None
        try:
            app = accessible.application("koala-workbench", 60)
            walk = Walk(app, project)
            for step in (walk.import_a_file, walk.mix, walk.train, walk.chat, walk.compare, walk.vote):
                started = time.monotonic()
                step()
                print(f"{step.__name__}: {time.monotonic() - started:.1f} s", flush=True)
            check(window.poll() is None, f"the window ended with {window.returncode}")
        except Exception:
            if app is not None:
                print(accessible.tree(app, showing_only=True), flush=True)
            raise
        finally:
            window.terminate()
            window.wait(timeout=30)


if __name__ == "__main__":
    main()
