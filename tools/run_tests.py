#!/usr/bin/env python3
"""Runs the parts of ./test and adds up their counts.

Every part is a function that yields (name, passed, failed). Output of a program is shown only when it failed, so that a
green run stays readable; progress is a line a program.
"""
import argparse
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
BINARY = BUILD / "yingda"
PARTS = ["lint", "web", "unit", "db", "scenario", "sim", "api", "crash", "fuzz", "e2e"]


def call(command, *, env=None, cwd=ROOT, timeout=1200, show=False):
    """Runs a command; gives (exit code, output). Output is printed when it failed or when asked."""
    full = os.environ | (env or {})
    try:
        done = subprocess.run([str(c) for c in command], env=full, cwd=cwd, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors="replace",
                              timeout=timeout)
        code, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        code = 124
        output = (late.stdout or b"").decode(errors="replace") + f"\nstopped after {timeout} s"
    if code != 0 or show:
        lines = output.splitlines()
        print("\n".join(lines[-200:]), flush=True)
    return code, output


def build(*targets):
    if not (BUILD / "build.ninja").exists():
        code, _ = call(["cmake", "--preset", "release", f"-DYINGDA_WEB_DIST={ROOT}/web/dist"])
        if code:
            return False
    print(f"  building {' '.join(targets)}", flush=True)
    code, _ = call(["cmake", "--build", BUILD, "--target", *targets], timeout=3600)
    return code == 0


def listed(kind):
    path = BUILD / "tests" / f"{kind}.txt"
    return path.read_text().split() if path.exists() else []


def gtest(program, env=None, timeout=900):
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        code, _ = call([program, "--gtest_brief=1", f"--gtest_output=json:{report}"], env=env, timeout=timeout)
        if not report.exists():
            return 0, 1
        data = json.loads(report.read_text())
        failed = data["failures"] + data.get("errors", 0)
        return data["tests"] - failed - data.get("disabled", 0), max(failed, 1 if code else 0)


def node_test(files, env=None, timeout=1200, concurrency=1):
    if not files:
        return 0, 1
    code, output = call(["node", "--test", f"--test-concurrency={concurrency}", "--test-reporter=tap", *files], env=env, timeout=timeout)
    # The end of a long output seldom shows what failed.
    for block in re.findall(r"^not ok .*?^  \.\.\.$", output, re.M | re.S)[:5]:
        print("\n".join(block.splitlines()[:60]), flush=True)
    passed = sum(int(n) for n in re.findall(r"^# pass (\d+)$", output, re.M))
    failed = sum(int(n) for n in re.findall(r"^# (?:fail|cancelled) (\d+)$", output, re.M))
    return passed, max(failed, 1 if code else 0)


class Postgres:
    """The private PostgreSQL of a part."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="yingda-pg-")
        os.chmod(self.folder, 0o755)
        done = subprocess.run([ROOT / "tools" / "pg_test_server.sh", "start", self.folder], stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, text=True, timeout=120)
        os.environ["YINGDA_PG_DIR"] = self.folder
        self.url = done.stdout.strip().splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else ""
        return self.url

    def __exit__(self, *_):
        subprocess.run([ROOT / "tools" / "pg_test_server.sh", "stop", self.folder], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)


def web_built():
    code, _ = call(["bash", "-euc", ". tools/install.sh; build_web"], timeout=1200)
    return code == 0


def binary_built():
    return web_built() and build("yingda")


def part_lint():
    if not build("all_verify_interface_header_sets"):
        yield "public headers compile alone", 0, 1
    else:
        yield "public headers compile alone", 1, 0
    for name, command in {
        "layers": ["python3", "tools/check_layers.py"],
        "texts": ["python3", "tools/check_style.py"],
        "clang-tidy": ["python3", "tools/clang_tidy.py"],
    }.items():
        code, _ = call(command)
        yield name, int(code == 0), int(code != 0)
    sources = [f for f in subprocess.run(["git", "ls-files", "*.hpp", "*.cpp"], cwd=ROOT, text=True,
                                         stdout=subprocess.PIPE).stdout.split() if (ROOT / f).exists()]
    code, _ = call(["clang-format-19", "--dry-run", "--Werror", *sources])
    yield "clang-format", int(code == 0), int(code != 0)


def part_web():
    if not web_built():
        yield "build", 0, 1
        return
    yield "build", 1, 0
    code, _ = call(["npm", "run", "--silent", "lint"], cwd=ROOT / "web")
    yield "types and lint", int(code == 0), int(code != 0)
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "vitest.json"
        code, _ = call(["npm", "test", "--silent", "--", "--reporter=json", f"--outputFile={report}"],
                       cwd=ROOT / "web")
        if report.exists():
            data = json.loads(report.read_text())
            yield "vitest", data["numPassedTests"], max(data["numFailedTests"], 1 if code else 0)
        else:
            yield "vitest", 0, 1


def part_unit():
    if not build("unit_tests"):
        yield "build", 0, 1
        return
    for program in listed("test"):
        yield pathlib.Path(program).name, *gtest(program)


def part_db():
    if not build("db_tests"):
        yield "build", 0, 1
        return
    with Postgres() as url:
        if not url:
            yield "private PostgreSQL", 0, 1
        for program in listed("dbtest"):
            name = pathlib.Path(program).name
            yield f"{name} sqlite", *gtest(program, {"YINGDA_TEST_DATABASE": "sqlite"})
            if url:
                yield f"{name} postgres", *gtest(program, {"YINGDA_TEST_DATABASE": url})


def part_scenario():
    if not build("scenario_runner"):
        yield "build", 0, 1
        return
    for script in sorted((ROOT / "tests" / "scenarios").glob("*.scn")):
        code, _ = call([BUILD / "scenario_runner", script], timeout=120)
        yield script.stem, int(code == 0), int(code != 0)


def part_sim():
    if not build("sim_runner"):
        yield "build", 0, 1
        return
    seconds = os.environ.get("YINGDA_SIM_SECONDS", "60")
    code, _ = call([BUILD / "sim_runner", "--seconds", seconds], timeout=600, show=True)
    yield "random events, fresh seeds", int(code == 0), int(code != 0)


def part_api():
    if not binary_built():
        yield "build", 0, 1
        return
    # Most of these wait (retries, deadlines): several files at once, each with a server of its own.
    files = sorted(glob.glob(str(ROOT / "tests/api/*.test.mjs")))
    yield "sqlite", *node_test(files, {"YINGDA_BINARY": str(BINARY)}, concurrency=3)
    with Postgres() as url:
        yield "postgres", *node_test(files, {"YINGDA_BINARY": str(BINARY), "YINGDA_DATABASE_URL": url}, concurrency=3)


def part_crash():
    if not binary_built():
        yield "build", 0, 1
        return
    with Postgres() as url:
        yield "kill, cut, full", *node_test(sorted(glob.glob(str(ROOT / "tests/crash/*.test.mjs"))),
                                            {"YINGDA_BINARY": str(BINARY), "YINGDA_DATABASE_URL": url}, timeout=1500)


def part_fuzz():
    if not build("fuzzers"):
        yield "build", 0, 1
        return
    seconds = os.environ.get("YINGDA_FUZZ_SECONDS", "8")
    for program in listed("fuzz"):
        name = pathlib.Path(program).name
        with tempfile.TemporaryDirectory() as scratch:
            corpus = ROOT / "fuzz" / "corpus" / name
            folders = [scratch] + ([str(corpus)] if corpus.exists() else [])
            code, _ = call([program, f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=1024",
                            "-print_final_stats=0", f"-artifact_prefix={scratch}/", *folders], timeout=300)
            yield name, int(code == 0), int(code != 0)


def part_e2e():
    if not binary_built():
        yield "build", 0, 1
        return
    yield "chromium", *node_test(sorted(glob.glob(str(ROOT / "tests/e2e/*.test.mjs"))),
                                 {"YINGDA_BINARY": str(BINARY)}, timeout=1500)


def main():
    parser = argparse.ArgumentParser(prog="./test")
    parser.add_argument("parts", nargs="*", metavar="part", help=" ".join(PARTS))
    args = parser.parse_args()
    unknown = [p for p in args.parts if p not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]}; parts are: {' '.join(PARTS)}")
    total_passed = total_failed = 0
    failures = []
    for part in args.parts or PARTS:
        print(f"== {part}", flush=True)
        began = time.monotonic()
        for name, passed, failed in globals()[f"part_{part}"]():
            total_passed += passed
            total_failed += failed
            if failed:
                failures.append(f"{part}: {name}")
            print(f"  {'ok  ' if not failed else 'FAIL'} {name}: {passed} of {passed + failed}", flush=True)
        print(f"   {part} took {time.monotonic() - began:.0f} s", flush=True)
    for line in failures:
        print(f"failed: {line}")
    print(f"{total_passed} passed, {total_failed} failed")
    sys.exit(1 if total_failed or not total_passed else 0)


if __name__ == "__main__":
    main()
