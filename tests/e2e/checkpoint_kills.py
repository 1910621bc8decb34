#!/usr/bin/env python3
"""K3: a training process killed at each call with which it publishes a checkpoint.

usage: checkpoint_kills.py BIN_DIR MAKE_TINY_MODEL DATASETS_DIR FAULTBOX_LIBRARY

Whatever the call, the newest checkpoint that verifies is the one before or the new one, never fewer
than before; resumed, the run ends with the weights of one that was never killed, and nothing half-made
is left. Every twelfth call by default; KOALA_LONG_TESTS=1 takes them all.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from headless_walk import BIN, STARTER, Walk, check

FAULTBOX = pathlib.Path(sys.argv[4]).resolve()
STEPS = 3


class KillWalk(Walk):
    def prepare(self):
        self.koala("data", "import", STARTER / "alpaca_tasks.json", "--name", "tasks")
        self.koala("mixture", "new", "walk", "--source", "tasks", "--model", "tiny", "--chat-template", "koala",
                   "--max-tokens", "64")

    def train(self, run, *arguments, faults=None):
        command = [str(BIN / "koala"), "--project", str(self.project), "train", *arguments]
        if not arguments:
            command += ["full", "--mixture", "walk", "--model", "tiny", "--run", run]
            for value in (f"steps={STEPS}", "save_every=1", "evaluate_every=0", "keep=2", "precision=fp32",
                          "sequences=1", "accumulate=1", "threads=1", "warmup_steps=0"):
                command += ["--set", value]
        environment = dict(os.environ)
        if faults:
            environment |= {"LD_PRELOAD": str(FAULTBOX), "FAULTBOX_PROGRAM": "koala-torch",
                            "FAULTBOX_UNDER": str(self.project / "runs" / run / "checkpoints")} | faults
        return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)

    def weights(self, run):
        facts = self.facts("model", "verify", f"{run}@{STEPS}")
        return facts["sha256"]

    def verified_steps(self, run):
        steps = []
        for step in range(1, STEPS + 1):
            if (self.project / "runs" / run / "checkpoints" / f"step-{step:08}").exists():
                done = subprocess.run([str(BIN / "koala"), "--project", str(self.project), "model", "verify",
                                       f"{run}@{step}"], capture_output=True, text=True)
                if done.returncode == 0:
                    steps.append(step)
        return steps

    def calls(self):
        log = self.folder / "calls"
        done = self.train("whole", faults={"FAULTBOX_LOG": str(log)})
        check(done.returncode == 0, f"the run without a fault ended with {done.returncode}: {done.stderr}")
        return log.read_text().splitlines()

    def kill_at(self, call, name, wanted):
        run = f"killed-{call}"
        done = self.train(run, faults={"FAULTBOX_KILL": str(call)})
        check(done.returncode != 0, f"call {call} ({name}): the run was not killed")
        left = self.verified_steps(run)
        begun = self.begun_before[call]
        check(left and left[-1] >= begun - 1, f"call {call} ({name}): only {left} of {begun} verify")
        resumed = self.train(run, "--resume", run)
        check(resumed.returncode == 0, f"call {call} ({name}): resuming ended with {resumed.returncode}: "
                                       f"{resumed.stderr}")
        check(self.weights(run) == wanted, f"call {call} ({name}): the weights are others than without the kill")
        torn = [entry.name for entry in (self.project / "runs" / run / "checkpoints").iterdir()
                if ".tmp" in entry.name]
        check(not torn, f"call {call} ({name}): {torn} is left")
        shutil.rmtree(self.project / "runs" / run)


def main():
    with tempfile.TemporaryDirectory(prefix="koala-kill-walk.", dir="/dev/shm") as folder:
        walk = KillWalk(pathlib.Path(folder))
        walk.make_project()
        walk.prepare()
        calls = walk.calls()
        wanted = walk.weights("whole")
        # Which checkpoint each call belongs to: the newest whose staging folder was named by then.
        walk.begun_before, newest, first = {}, 0, None
        for number, line in enumerate(calls, 1):
            for step in range(newest + 1, STEPS + 1):
                if f".step-{step:08}" in line:
                    newest = step
            walk.begun_before[number] = newest
            if newest == 2 and first is None:
                first = number
        last = max(number for number, step in walk.begun_before.items() if step == 2)
        stride = 1 if os.environ.get("KOALA_LONG_TESTS") else 12
        killed = 0
        for call in range(first, last + 1, stride):
            walk.kill_at(call, calls[call - 1], wanted)
            killed += 1
        print(f"{killed} kills among the {last - first + 1} calls of the second checkpoint")


if __name__ == "__main__":
    main()
