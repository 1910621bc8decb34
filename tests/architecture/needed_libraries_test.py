#!/usr/bin/env python3
"""Reads which shared libraries a finished program loads, with everything behind them.

usage: needed_libraries_test.py PROGRAM PATTERN…

Fails when the dynamic loader would bring in a library whose name matches one of the patterns. This is
how "the window never loads libtorch" stays true however deep a dependency hides.
"""
import re
import subprocess
import sys


def main():
    program, patterns = sys.argv[1], [re.compile(p) for p in sys.argv[2:]]
    listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0].rsplit("/", 1)[-1] for line in listing.splitlines() if line.strip()]
    bad = [name for name in names if any(p.match(name) for p in patterns)]
    missing = [line.strip() for line in listing.splitlines() if "not found" in line]
    for name in bad:
        print(f"{program} loads {name}, which it may not")
    for line in missing:
        print(f"{program}: {line}")
    print(f"{len(names)} libraries read")
    return 1 if bad or missing or not names else 0


if __name__ == "__main__":
    sys.exit(main())
