/** Fails the build when what the first page needs (script, styles, no charts, no fonts) is over its budget. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 250;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const files = new Set(["index.html", "first_paint.js"]);
function add(key) {
  const chunk = manifest[key];
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const imported of chunk.imports ?? []) add(imported);
}
add("index.html");
// The page that opens first is loaded on demand, but always.
for (const key of Object.keys(manifest)) if (/src\/conversations\/page\.tsx$/.test(key)) add(key);

const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);
const kilobytes = bytes / 1000;
process.stdout.write(`First load: ${kilobytes.toFixed(1)} kB gzipped of ${LIMIT_KB} kB (${files.size} files)\n`);
if (kilobytes > LIMIT_KB) {
  process.stderr.write(`The first load is over ${LIMIT_KB} kB gzipped: load something later.\n`);
  process.exit(1);
}
