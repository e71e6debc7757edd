// Copies the front-end parts that the pages need from node_modules to static/vendor, each with its licence.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const kern = "@kern-ux/native";
const fonts = `${kern}/dist/fonts/fira-sans`;
const parts = {
  "kern/kern.min.css": `${kern}/dist/kern.min.css`,
  "kern/LICENSE.md": `${kern}/LICENSE.md`,
  "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
  "htmx/LICENSE": "htmx.org/LICENSE",
  "fonts/FiraSans-Regular.woff2": `${fonts}/FiraSans-Regular.woff2`,
  "fonts/FiraSans-Italic.woff2": `${fonts}/FiraSans-Italic.woff2`,
  "fonts/FiraSans-Medium.woff2": `${fonts}/FiraSans-Medium.woff2`,
  "fonts/FiraSans-SemiBold.woff2": `${fonts}/FiraSans-SemiBold.woff2`,
};

const root = fileURLToPath(new URL("..", import.meta.url));
const vendor = join(root, "static/vendor");
rmSync(vendor, { recursive: true, force: true });
for (const [target, source] of Object.entries(parts)) {
  mkdirSync(dirname(join(vendor, target)), { recursive: true });
  cpSync(join(root, "node_modules", source), join(vendor, target));
}

// KERN ships the font without its licence text; the font files carry it in their name tables.
const notice = "Fira Sans: SIL Open Font License, version 1.1 (https://openfontlicense.org); full notice inside each font file.\n";
writeFileSync(join(vendor, "fonts/LICENSE"), notice);
