#!/usr/bin/env python3
"""Texts and sizes that no compiler sees: file length, room READMEs, marks of unfinished work, machine paths, zh/en reasons."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINES_MAX = 600
README_LINES_MAX = 40
errors = []

files = [ROOT / f for f in subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True,
                                          stdout=subprocess.PIPE).stdout.split("\n") if f]
for path in files:
    if not path.is_file() or path.suffix not in {".cpp", ".hpp", ".ts", ".tsx", ".vue", ".mjs", ".py", ".sql", ".sh", ".md"}:
        continue
    relative = path.relative_to(ROOT)
    text = path.read_text(errors="replace")
    lines = text.splitlines()
    if path.suffix in {".cpp", ".hpp", ".ts", ".tsx", ".vue"} and len(lines) > LINES_MAX \
            and "auto-generated" not in "\n".join(lines[:5]):
        errors.append(f"{relative}: {len(lines)} lines; over {LINES_MAX} a file wants to be two")
    if path.name == "README.md" and (path.parent / "CMakeLists.txt").exists() and relative.parent != pathlib.Path(".") \
            and len(lines) > README_LINES_MAX:
        errors.append(f"{relative}: a room's README has at most {README_LINES_MAX} lines")
    for number, line in enumerate(lines, 1):
        if path.suffix != ".md" and path.name != "check_style.py" and re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
            errors.append(f"{relative}:{number}: mark of unfinished work")
for cmake in ROOT.glob("*/**/CMakeLists.txt"):
    if "yd_module(" in cmake.read_text() and not {"build", "node_modules"} & set(cmake.relative_to(ROOT).parts):
        if not (cmake.parent / "README.md").exists():
            errors.append(f"{cmake.parent.relative_to(ROOT)}: a room needs a README.md")

for line in errors:
    print(line)
sys.exit(1 if errors else 0)
