#!/usr/bin/env python3
"""Turns a module's queries.sql and migrations into C++ constants.

queries.sql:   -- name: claim_conversation          starts a query
               -- postgres:                         starts its PostgreSQL variant (same name, right below)
migrations:    NNNN_name.sql, and NNNN_name.postgres.sql where the engines differ; NNNN dense from 0001.
"""
import argparse
import pathlib
import re
import sys


def raw(text: str) -> str:
    return 'R"__sql(' + text.strip() + ')__sql"'


def parse_queries(path: pathlib.Path):
    queries, name, target = {}, None, None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := re.match(r"--\s*name:\s*(\w+)\s*$", line):
            name, target = match[1], "common"
            if name in queries:
                sys.exit(f"{path}:{number}: query {name} stands twice")
            queries[name] = {"common": [], "postgres": []}
        elif re.match(r"--\s*postgres:\s*$", line):
            target = "postgres"
        elif line.strip().startswith("--"):
            continue
        elif name:
            queries[name][target].append(line)
        elif line.strip():
            sys.exit(f"{path}:{number}: text before the first '-- name:'")
    return {n: ("\n".join(q["common"]), "\n".join(q["postgres"])) for n, q in queries.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--module", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--queries", default="")
    parser.add_argument("migrations", nargs="*", type=pathlib.Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    lines = ["#pragma once", '#include "yingda/storage/database.hpp"', f"namespace yingda::{args.module}::queries {{"]
    if args.queries:
        for name, (common, postgres) in parse_queries(pathlib.Path(args.queries)).items():
            variant = raw(postgres) if postgres.strip() else '""'
            lines.append(f'inline constexpr storage::Query {name}{{"{args.module}.{name}", {raw(common)}, {variant}}};')
    lines.append("}")
    (args.out / f"{args.module}_queries.gen.hpp").write_text("\n".join(lines) + "\n")

    versions: dict[int, dict[str, str]] = {}
    for path in sorted(args.migrations):
        match = re.match(r"(\d{4})_\w+(\.postgres)?\.sql$", path.name)
        if not match:
            sys.exit(f"{path}: a migration is named NNNN_name.sql or NNNN_name.postgres.sql")
        versions.setdefault(int(match[1]), {})["postgres" if match[2] else "common"] = path.read_text()
    if sorted(versions) != list(range(1, len(versions) + 1)):
        sys.exit(f"migrations of {args.module} are not dense from 0001")
    lines = ["#pragma once", "#include <array>", '#include "yingda/storage/database.hpp"',
             f"namespace yingda::{args.module} {{",
             f"inline constexpr std::array<storage::Migration, {len(versions)}> kMigrations{{{{"]
    for version in sorted(versions):
        texts = versions[version]
        variant = raw(texts["postgres"]) if "postgres" in texts else '""'
        lines.append(f'    {{"{args.module}", {version}, {raw(texts["common"])}, {variant}}},')
    lines += ["}};", "}"]
    (args.out / f"{args.module}_migrations.gen.hpp").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
