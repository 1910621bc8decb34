#!/usr/bin/env python3
"""Reads every #include and every koala_library() of the tree against layers.json.

usage: layers_test.py SOURCE_DIR

A folder may include its own headers and those of the folders its row names. Qt, torch and CUDA headers
are allowed only where the row says so. ui/pages: one folder a page, which never includes another page.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()
LAYERS = json.loads((ROOT / "tests/architecture/layers.json").read_text())
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
LIBRARY = re.compile(r"koala_library\(\s*(\S+)([^)]*)\)", re.S)
KEYWORDS = {"DEPENDS", "EXTERNAL", "PRIVATE_EXTERNAL"}


def row_of(folder):
    """The row that covers a folder: its own, or that of the nearest parent with a row."""
    parts = folder.split("/")
    while parts:
        name = "/".join(parts)
        if name in LAYERS:
            return name
        parts.pop()
    return None


def unit_of(folder):
    """What counts as 'the same folder': each page is a unit of its own."""
    row = row_of(folder)
    if row and LAYERS[row].get("each"):
        return "/".join(folder.split("/")[: row.count("/") + 2])
    return row


def check_sources(problems):
    count = 0
    for top in ("core", "gpu", "ui", "app"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix not in {".h", ".cpp", ".cu", ".cuh"}:
                continue
            count += 1
            relative = path.relative_to(ROOT)
            folder = relative.parent.as_posix()
            row = row_of(folder)
            if row is None:
                if path.name.startswith("pch"):
                    continue
                problems.append(f"{relative}: no row of layers.json covers this folder")
                continue
            rules = LAYERS[row]
            for kind, name in INCLUDE.findall(path.read_text(errors="replace")):
                target = row_of(pathlib.PurePosixPath(name).parent.as_posix())
                if kind == '"' and (ROOT / name).exists():
                    target_folder = pathlib.PurePosixPath(name).parent.as_posix()
                    same = unit_of(target_folder) == unit_of(folder)
                    if target and not same and target not in rules["uses"]:
                        problems.append(f"{relative}: includes {name}, but {row} may not use {target}")
                elif kind == '"' and not name.startswith("ui_"):
                    problems.append(f'{relative}: "{name}" is not a path from the root of the tree')
                elif re.match(r"Q[A-Z]|qcustomplot|qt6keychain", name) and not rules.get("qt"):
                    problems.append(f"{relative}: {row} may not use Qt ({name})")
                elif re.match(r"(torch|ATen|c10)/", name) and not rules.get("torch"):
                    problems.append(f"{relative}: {row} may not use torch ({name})")
                elif re.match(r"cuda|cublas|nccl", name) and not (rules.get("cuda") or rules.get("torch")):
                    problems.append(f"{relative}: {row} may not use CUDA ({name})")
    return count


def check_link_lines(problems):
    count = 0
    for path in sorted(ROOT.glob("**/CMakeLists.txt")):
        if "build" in path.relative_to(ROOT).parts[0]:
            continue
        for folder, rest in LIBRARY.findall(path.read_text()):
            row = row_of(folder)
            if row is None:
                problems.append(f"{path.relative_to(ROOT)}: {folder} has no row in layers.json")
                continue
            count += 1
            keyword = None
            for word in rest.split():
                if word in KEYWORDS:
                    keyword = word
                elif keyword == "DEPENDS" and row_of(word) not in LAYERS[row]["uses"]:
                    problems.append(f"{path.relative_to(ROOT)}: {folder} links {word}; its row forbids it")
    return count


def main():
    problems = []
    sources = check_sources(problems)
    libraries = check_link_lines(problems)
    for problem in problems:
        print(problem)
    if sources == 0 or libraries == 0:
        problems.append("nothing was read")
    print(f"{sources} sources and {libraries} libraries read, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
