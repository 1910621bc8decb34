#!/usr/bin/env python3
"""The commands of koala and their flags, held against a list: a new flag is a decision.

usage: flags_test.py KOALA LIST            compares, and shows what differs
       flags_test.py KOALA LIST --update   writes the list anew
"""
import difflib
import pathlib
import re
import subprocess
import sys


def read_help(koala, path):
    done = subprocess.run([koala, *path, "--help"], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        sys.exit(f"koala {' '.join(path)} --help ended with {done.returncode}: {done.stderr}")
    return done.stdout


def walk(koala, path, lines):
    section = ""
    flags, commands = [], []
    for line in read_help(koala, path).splitlines():
        if line and not line.startswith(" "):
            section = line
            continue
        found = re.match(r"  (\S+)", line)
        if not found:
            continue
        if section.startswith("Subcommands"):
            commands.append(found[1])
        elif section.startswith(("Options", "Positionals")) and "--help" not in found[1]:
            flags.append(found[1])
    lines.append(" ".join(["koala", *path, *flags]))
    for command in commands:
        walk(koala, [*path, command], lines)


def main():
    koala, golden = sys.argv[1], pathlib.Path(sys.argv[2])
    lines = []
    walk(koala, [], lines)
    if "--update" in sys.argv:
        golden.write_text("\n".join(lines) + "\n")
        return 0
    wanted = golden.read_text().splitlines()
    if lines == wanted:
        return 0
    print("\n".join(difflib.unified_diff(wanted, lines, "frozen", "this program", lineterm="")))
    print("A new or lost flag is a decision. If it is one: tests/app/koala/flags_test.py KOALA "
          "tests/app/koala/flags.txt --update")
    return 1


if __name__ == "__main__":
    sys.exit(main())
