// SPDX-License-Identifier: MIT
/*
 * Makes the files of web/ that are made of others. `make bundle` runs it; lint/package.test.js compares.
 * - sselog-classic.js: sselog.js and the modules that it imports in one file, for pages with plain script tags. It keeps
 *   names and layout, so that the file can be read.
 * - package.json: the list of files that its entries load.
 * - log-style.js: console.css as a text, for <sselog-log>. Each colour can be set from outside: --sselog-text is --text.
 */
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const WEB = fileURLToPath(new URL("../../web/", import.meta.url));

const HEAD = `// SPDX-License-Identifier: MIT
/*
 * sselog-classic: sselog.js for pages with plain script tags: <script src="sselog-classic.js"></script>. The global
 * object \`sselog\` has connect(), and elements with data-sselog are started. It needs no other file.
 * \`make bundle\` makes this file from sselog.js; change that and the modules that it imports.
 */`;

const STYLE_HEAD = `// SPDX-License-Identifier: MIT
// @ts-check
/*
 * log-style: the look of <sselog-log>. \`make bundle\` makes this file from console.css; change that.
 */`;

/* The element itself, in place of the page. */
const HOST = `
:host { display: flex; flex-direction: column; height: 24em; background: var(--page); color: var(--text); font: 14px/1.4 var(--sans); text-align: start; }
:host([hidden]) { display: none; }
.notice { margin: 0; }
`;

const OPTIONS = { bundle: true, write: false, absWorkingDir: WEB, logLevel: "silent" };

/* The text of the bundle. */
export async function bundle() {
  const made = await build({ ...OPTIONS, entryPoints: ["./sselog.js"], format: "iife", target: "es2022", charset: "utf8", banner: { js: HEAD } });
  return made.outputFiles[0].text;
}

/* The text of log-style.js. */
export async function style() {
  const css = await fs.readFile(path.join(WEB, "console.css"), "utf8");
  const inShadow = css
    .replace(/^( *):root \{$/gm, "$1:host {")
    .replace(/^( +)--([a-z-]+): (.*);$/gm, "$1--$2: var(--sselog-$2, $3);")
    .concat(HOST);
  const { code } = await transform(inShadow, { loader: "css", minifyWhitespace: true });
  return `${STYLE_HEAD}\nexport const STYLE = ${JSON.stringify(code.trim())};\n`;
}

/* The text of package.json, with the files that its entries load. */
export async function about() {
  const known = JSON.parse(await fs.readFile(path.join(WEB, "package.json"), "utf8"));
  const entries = Object.values(known.exports).flatMap((entry) => Object.values(typeof entry === "string" ? { entry } : entry));
  const entryPoints = entries.filter((name) => name.endsWith(".js"));
  const { metafile } = await build({ ...OPTIONS, entryPoints, outdir: "out", format: "esm", metafile: true });
  const types = entries.filter((name) => name.endsWith(".d.ts")).map((name) => path.basename(name));
  return `${JSON.stringify({ ...known, files: [...new Set([...Object.keys(metafile.inputs), ...types])].sort() }, null, 2)}\n`;
}

/* The files that are made, by their names. */
export const made = async () => ({ "sselog-classic.js": await bundle(), "log-style.js": await style(), "package.json": await about() });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await fs.writeFile(path.join(WEB, "log-style.js"), await style()); // others are made of it, and a merge may have left it broken
  for (const [name, text] of Object.entries(await made())) await fs.writeFile(path.join(WEB, name), text);
}
