// Builds the widget: dist/widget/widget.js (loader, classic script), app-<hash>.js (module: the window) and more-<hash>.js (module: what is
// needed only once it is open), copies the demo shop, and refuses to grow beyond the promised sizes.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const at = (path) => join(import.meta.dirname, path);
const dist = at("../../dist");
const out = at("node_modules/.new"); // takes its place in dist when it is whole
// Compressed: everything a page loads before the chat window is opened; what comes while it opens.
const kBudgets = { before: 20 * 1024, after: 12 * 1024 };

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const common = { bundle: true, minify: true, target: "es2020", legalComments: "none", charset: "utf8" };
const named = (start) => readdirSync(out).find((name) => name.startsWith(start));

await build({ ...common, entryPoints: [at("src/app.tsx")], format: "esm", outdir: out, entryNames: "app-[hash]", jsx: "automatic", jsxImportSource: "preact" });

/** The second chunk has no Preact of its own: its hooks and JSX are those of the first, given to it by `setup` (src/slot.ts). */
const borrowed = {
  name: "borrowed",
  setup(made) {
    const lent = { "preact/hooks": ["useEffect", "useLayoutEffect", "useRef", "useState"], "preact/jsx-runtime": ["jsx"] };
    made.onResolve({ filter: /^preact/ }, ({ path }) => (lent[path] ? { path, namespace: "borrowed" } : { errors: [{ text: `${path} belongs to the first chunk` }] }));
    made.onLoad({ filter: /.*/, namespace: "borrowed" }, ({ path }) => ({
      resolveDir: at("src"),
      contents: `import { lent } from "./slot";\n${lent[path].map((name) => `export const ${name} = (...args) => lent.${name}(...args);`).join("\n")}\n`
        + (path === "preact/jsx-runtime" ? "export const jsxs = jsx;\nexport const Fragment = ({ children }) => children;\n" : ""),
    }));
  },
};
await build({
  ...common, entryPoints: [at("src/more.tsx")], format: "esm", outdir: out, entryNames: "more-[hash]", plugins: [borrowed], jsx: "automatic", jsxImportSource: "preact",
});
await build({
  ...common, entryPoints: [at("src/loader.ts")], format: "iife", outfile: join(out, "widget.js"),
  define: { __APP__: JSON.stringify(named("app-")), __MORE__: JSON.stringify(named("more-")) },
});
cpSync(at("demo"), join(dist, "demo"), { recursive: true });

const totals = { before: 0, after: 0 };
for (const name of readdirSync(out)) {
  const size = brotliCompressSync(readFileSync(join(out, name))).length;
  totals[name.startsWith("more-") ? "after" : "before"] += size;
  console.log(`${name}: ${size} bytes compressed`);
}
writeFileSync(join(out, "size.json"), JSON.stringify({
  compressed_bytes: totals.before, budget_bytes: kBudgets.before, opened_compressed_bytes: totals.after, opened_budget_bytes: kBudgets.after,
}));
rmSync(join(dist, "widget"), { recursive: true, force: true });
renameSync(out, join(dist, "widget"));
for (const [when, total] of Object.entries(totals)) {
  if (total <= kBudgets[when]) continue;
  console.error(`what the widget loads ${when} it is opened has ${total} bytes compressed, more than the promised ${kBudgets[when]}`);
  process.exitCode = 1;
}
