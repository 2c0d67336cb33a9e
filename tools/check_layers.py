#!/usr/bin/env python3
"""Holds the law of the floors (LAYERS.txt) against the code.

1. Every #include "yingda/<module>/…" of a room is allowed by LAYERS.txt and declared in the room's yd_module call;
   every declared dependency is really used.
2. Outside headers stay with their owners: Beast in platform/net/src/beast, sqlite3.h and libpq in their driver's folder,
   Boost not at all in core and domain.
3. Nobody but app includes a channel; core and domain hold no coroutine.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOORS = ["base", "platform", "core", "domain", "edge", "app"]
OWNED = {
    r"boost/beast": ["platform/net/src/beast/"],
    r"boost/asio": ["platform/net/src/"],
    r"sqlite3\.h": ["platform/storage/src/sqlite/", "platform/storage/test/", "core/conversation/test/"],
    r"libpq-fe\.h": ["platform/storage/src/postgres/", "platform/storage/test/"],
    r"openssl/": ["base/src/", "platform/net/src/", "platform/net/test/"],
    r"curl/": ["platform/net/src/"],
    r"gmime/": ["edge/channels/email/src/"],
    r"spdlog/": ["base/src/"],
    r"boost/json": ["base/", "edge/", "app/", "platform/net/src/"],
    r"boost/describe": ["base/"],
    r"CLI/": ["app/"],
}

errors = []


def error(path, line, text):
    errors.append(f"{path.relative_to(ROOT)}:{line}: {text}")


def layers():
    table = {}
    for line in (ROOT / "LAYERS.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            head, deps = line.split(":")
            name, floor = head.split()
            table[name] = (floor, deps.split())
    for name, (floor, deps) in table.items():
        for dep in deps:
            if dep not in table:
                errors.append(f"LAYERS.txt: {name} may use {dep}, which has no line")
            elif FLOORS.index(table[dep][0]) > FLOORS.index(floor):
                errors.append(f"LAYERS.txt: {name} ({floor}) may not stand on {dep} ({table[dep][0]})")
    # acyclic
    done, path = set(), []

    def visit(name):
        if name in path:
            errors.append(f"LAYERS.txt: cycle {' -> '.join(path[path.index(name):] + [name])}")
        elif name not in done:
            path.append(name)
            for dep in table.get(name, ("", []))[1]:
                visit(dep)
            path.pop()
            done.add(name)

    for name in table:
        visit(name)
    return table


def rooms():
    """module -> (folder, public deps, private deps) from the yd_module calls."""
    found = {}
    for path in ROOT.glob("**/CMakeLists.txt"):
        if "build" in path.parts or "node_modules" in path.parts:
            continue
        for match in re.finditer(r"yd_module\((.*?)\)\s*(?:\n|$)", path.read_text(), re.S):
            words = match[1].split()
            deps, key = {"PUBLIC_DEPS": [], "PRIVATE_DEPS": [], "TEST_DEPS": []}, None
            for word in words[1:]:
                if word.isupper() and "::" not in word:
                    key = word
                elif key in deps:
                    deps[key].append(word)
            found[words[0]] = (path.parent, deps["PUBLIC_DEPS"], deps["PRIVATE_DEPS"], deps["TEST_DEPS"])
    return found


def check_room(name, folder, public, private, test_deps, table):
    floor, allowed = table[name]
    used_public, used = set(), set()
    for path in sorted(folder.rglob("*.[ch]pp")):
        in_test = "test" in path.relative_to(folder).parts
        in_public = "include" in path.relative_to(folder).parts
        relative = str(path.relative_to(ROOT))
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            include = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if not include:
                if floor in ("core", "domain") and re.search(r"\bco_(await|return|yield)\b", line):
                    error(path, number, "core and domain hold no coroutine")
                continue
            header = include[1]
            for pattern, owners in OWNED.items():
                if re.match(pattern, header) and not any(relative.startswith(o) for o in owners):
                    error(path, number, f"{header} belongs to {', '.join(owners)}")
            if floor in ("core", "domain") and header.startswith("boost/"):
                error(path, number, "core and domain include no Boost")
            module = re.match(r"yingda/(\w+)/", header)
            if not module or module[1] == name:
                continue
            dep = module[1]
            if dep not in table:
                error(path, number, f"{dep} is no module of LAYERS.txt")
            elif in_test:
                if dep not in public + private + test_deps and not reachable(dep, public + private + test_deps):
                    error(path, number, f"test uses {dep}, not declared")
            elif dep not in allowed:
                error(path, number, f"LAYERS.txt does not allow {name} -> {dep}")
            else:
                used.add(dep)
                if in_public:
                    used_public.add(dep)
                    if dep not in public:
                        error(path, number, f"public header uses {dep}: declare it in PUBLIC_DEPS of {name}")
                elif dep not in public + private:
                    error(path, number, f"{dep} is used and not declared in yd_module({name})")
    for dep in set(public + private) - used:
        errors.append(f"{folder.relative_to(ROOT)}/CMakeLists.txt: {name} declares {dep} and never includes it")


ROOMS = {}


def reachable(dep, names, seen=None):
    seen = seen or set()
    for name in names:
        if name in seen or name not in ROOMS:
            continue
        seen.add(name)
        if dep in ROOMS[name][1] or reachable(dep, ROOMS[name][1], seen):
            return True
    return False


def main():
    table = layers()
    ROOMS.update(rooms())
    for name, (folder, public, private, test_deps) in ROOMS.items():
        if name not in table:
            errors.append(f"{folder.relative_to(ROOT)}: {name} has no line in LAYERS.txt")
            continue
        check_room(name, folder, public, private, test_deps, table)
    for name in table:
        if name not in ROOMS:
            errors.append(f"LAYERS.txt: {name} has no room")
    beast = [p for p in (ROOT / "platform/net/src/beast").glob("*.cpp") if "boost/beast" in p.read_text()]
    if len(beast) > 3:
        errors.append(f"{len(beast)} translation units see Beast; at most three may")
    for line in sorted(set(errors)):
        print(line)
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
