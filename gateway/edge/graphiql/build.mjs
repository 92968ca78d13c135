// Builds dist/: the page's script and style, and Monaco's three workers. Nothing is fetched at run time.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const out = new URL("dist/", import.meta.url).pathname;
rmSync(out, { recursive: true, force: true });

const common = {
  bundle: true,
  minify: true,
  outdir: out,
  legalComments: "linked",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
  target: ["es2022"],
};

await build({
  ...common,
  entryPoints: { index: "entry.jsx" },
  format: "esm",
  jsx: "automatic",
  loader: { ".ttf": "file", ".woff2": "file" },
  assetNames: "[name]-[hash]",
});
await build({
  ...common,
  entryPoints: {
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
  format: "iife",
});

const sums = readdirSync(out)
  .sort()
  .map((name) => `${createHash("sha256").update(readFileSync(out + name)).digest("hex")}  ${name}`);
writeFileSync(out + "MANIFEST.sha256", sums.join("\n") + "\n");
