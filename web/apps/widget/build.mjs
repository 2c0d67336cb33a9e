// Builds the widget: dist/widget/widget.js (loader, classic script) and dist/widget/app-<hash>.js (module), copies the demo
// shop, and refuses to grow beyond the promised size.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const dist = join(import.meta.dirname, "../../dist");
const out = join(dist, "widget");
const kBudgetBytes = 20 * 1024; // compressed, everything a page loads before the chat window is opened

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const common = { bundle: true, minify: true, target: "es2020", legalComments: "none", jsx: "automatic", jsxImportSource: "preact", charset: "utf8" };
await build({ ...common, entryPoints: [join(import.meta.dirname, "src/app.tsx")], format: "esm", outdir: out, entryNames: "app-[hash]" });
const app = readdirSync(out).find((name) => name.startsWith("app-"));
await build({
  ...common, entryPoints: [join(import.meta.dirname, "src/loader.ts")], format: "iife", outfile: join(out, "widget.js"),
  define: { __APP__: JSON.stringify(app) },
});
cpSync(join(import.meta.dirname, "demo"), join(dist, "demo"), { recursive: true });

let total = 0;
for (const name of readdirSync(out)) {
  const size = brotliCompressSync(readFileSync(join(out, name))).length;
  total += size;
  console.log(`${basename(name)}: ${size} bytes compressed`);
}
writeFileSync(join(out, "size.json"), JSON.stringify({ compressed_bytes: total, budget_bytes: kBudgetBytes }));
if (total > kBudgetBytes) {
  console.error(`the widget has ${total} bytes compressed, more than the promised ${kBudgetBytes}`);
  process.exit(1);
}
