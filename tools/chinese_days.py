#!/usr/bin/env python3
"""Brings core/calendar/data/chinese_days.txt up to date with the npm package chinese-days (MIT licence).

  tools/chinese_days.py               fetches the newest package with npm and converts it
  tools/chinese_days.py FILE.json     converts dist/chinese-days.json of a package at hand

The State Council announces a year's holidays and working weekends in the autumn before; run it then and commit the file.
`yingda` reads the same form at run time, so a server is brought up to date without a new build.
"""
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

DATA = pathlib.Path(__file__).resolve().parent.parent / "core" / "calendar" / "data"


def fetched():
    with tempfile.TemporaryDirectory() as folder:
        name = subprocess.run(["npm", "pack", "--silent", "chinese-days"], cwd=folder, check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()[-1]
        with tarfile.open(pathlib.Path(folder) / name) as package:
            def member(path):
                return package.extractfile("package/" + path).read().decode()
            (DATA / "LICENSE.chinese-days").write_text(member("LICENSE"))
            return json.loads(member("dist/chinese-days.json")), json.loads(member("package.json"))["version"]


def main():
    if len(sys.argv) > 1:
        days, version = json.loads(pathlib.Path(sys.argv[1]).read_text()), "of a local file"
    else:
        days, version = fetched()
    lines = []
    for kind, word in (("holidays", "off"), ("workdays", "work")):
        for date, names in days[kind].items():
            english, chinese, _ = names.split(",")
            lines.append(f"{date} {word} {chinese} {english}")
    lines.sort()
    out = DATA / "chinese_days.txt"
    head = [f"# Public holidays (off) and working weekends (work, 调休) of mainland China.",
            f"# Source: npm package chinese-days {version}, MIT licence, see LICENSE.chinese-days; converted by tools/chinese_days.py."]
    out.write_text("\n".join(head + lines) + "\n")
    print(f"{out.name}: {len(lines)} days, {lines[0][:10]} to {lines[-1][:10]}")


if __name__ == "__main__":
    main()
