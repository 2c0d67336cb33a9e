#!/usr/bin/env python3
"""Packs the built web apps for the binary: one blob with identity, gzip and brotli bytes of every file, and its index.

  embed_web.py --dist FOLDER --out FOLDER      (an empty --dist packs nothing)
writes web_assets.bin, web_assets.S (includes the blob) and web_assets.cpp (the index). Same input, same output.
"""
import argparse
import gzip
import hashlib
import pathlib
import re
import shutil
import subprocess

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".wasm": "application/wasm",
}
PACKED = {".html", ".js", ".mjs", ".css", ".json", ".webmanifest", ".svg", ".txt", ".wasm"}
HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.\w+$")


def brotli(data: bytes) -> bytes:
    if not shutil.which("brotli"):
        return b""
    return subprocess.run(["brotli", "-q", "11", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dist", default="")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    args = parser.parse_args()
    blob, rows = bytearray(), []

    def place(data: bytes) -> str:
        at = len(blob)
        blob.extend(data)
        return f"piece({at}, {len(data)})"

    dist = pathlib.Path(args.dist) if args.dist else None
    files = [p for p in dist.rglob("*") if p.is_file() and not p.name.startswith(".")] if dist and dist.is_dir() else []
    for path in sorted(files, key=lambda p: p.relative_to(dist).as_posix().encode()):
        name = path.relative_to(dist).as_posix()
        if path.suffix == ".map" or name == "widget/size.json":
            continue
        data = path.read_bytes()
        small = len(data) * 95 // 100
        gz = gzip.compress(data, 9, mtime=0) if path.suffix in PACKED else b""
        br = brotli(data) if path.suffix in PACKED else b""
        etag = hashlib.sha256(data).hexdigest()[:16]
        immutable = "true" if HASHED.search(path.name) else "false"
        rows.append(f'    {{"{name}", {{{place(data)}, {place(gz if len(gz) < small else b"")}, '
                    f'{place(br if len(br) < small else b"")}, "{TYPES.get(path.suffix, "application/octet-stream")}", '
                    f'"{etag}", {immutable}}}}},')
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "web_assets.bin").write_bytes(bytes(blob) or b"\0")
    (args.out / "web_assets.S").write_text(
        '.section .rodata\n.global yingda_web_assets\n.balign 16\nyingda_web_assets:\n.incbin "web_assets.bin"\n'
        '.section .note.GNU-stack,"",@progbits\n')
    table = "\n".join(rows)
    body = (f"const PackedAsset kAssets[] = {{\n{table}\n}};\n" if rows else "")
    given = "kAssets" if rows else "{}"
    piece = ("std::string_view piece(std::size_t at, std::size_t size) { return {yingda_web_assets + at, size}; }\n\n"
             if rows else "")
    (args.out / "web_assets.cpp").write_text(
        '#include "assets.hpp"\n\nextern "C" const char yingda_web_assets[];\n\nnamespace yingda::app {\nnamespace {\n\n'
        f"{piece}{body}\n}}  // namespace\n\nstd::span<const PackedAsset> packed_assets() noexcept {{ return {given}; }}\n\n"
        "}  // namespace yingda::app\n")


if __name__ == "__main__":
    main()
