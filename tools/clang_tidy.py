#!/usr/bin/env python3
"""Runs clang-tidy over the rooms' sources, two at a time. A file whose preprocessed text passed before is not checked
again (results are kept under build/tidy), so that repeated runs take seconds."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
CACHE = ROOT / "build" / "tidy"
SKIPPED = ("platform/net/src/beast/",)  # minutes a file, and Beast's templates drown the findings


def check(entry):
    path = pathlib.Path(entry["file"])
    command = shlex.split(entry["command"])
    if pathlib.Path(command[0]).name == "ccache":
        command = command[1:]
    flags = []
    skip = False
    for word in command[1:]:
        if skip:
            skip = False
        elif word in ("-o", "-c", "-MF", "-MT", "-MQ"):
            skip = word != "-c"
        elif word not in ("-MD",) and word != str(path):
            flags.append(word)
    text = subprocess.run([command[0], *flags, "-E", "-P", path], cwd=entry["directory"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    rules = b"".join(f.read_bytes() for folder in path.parents if (f := folder / ".clang-tidy").exists())
    key = hashlib.sha256(text + rules).hexdigest()
    mark = CACHE / key
    if mark.exists():
        return path, 0, ""
    done = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(BUILD), path], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode == 0:
        mark.touch()
    return path, done.returncode, done.stdout


def main():
    CACHE.mkdir(parents=True, exist_ok=True)
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    chosen = []
    for entry in entries:
        path = pathlib.Path(entry["file"])
        if not path.is_relative_to(ROOT) or path.is_relative_to(ROOT / "build"):
            continue
        relative = str(path.relative_to(ROOT))
        if "/src/" in relative and not relative.startswith(SKIPPED):
            chosen.append(entry)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for path, code, output in pool.map(check, chosen):
            if code:
                failed += 1
                print(f"{path.relative_to(ROOT)}:\n{output}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
