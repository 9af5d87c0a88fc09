// SPDX-License-Identifier: MIT
/*
 * Makes web/sselog-classic.js: sselog.js and the modules that it imports in one file, for pages with plain script tags.
 * It keeps names and layout, so that the file can be read. `make bundle` runs it; lint/package.test.js compares.
 */
import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const WEB = fileURLToPath(new URL("../../web/", import.meta.url));
const TARGET = path.join(WEB, "sselog-classic.js");

const HEAD = `// SPDX-License-Identifier: MIT
/*
 * sselog-classic: sselog.js for pages with plain script tags: <script src="sselog-classic.js"></script>. The global
 * object \`sselog\` has connect(), and elements with data-sselog are started. It needs no other file.
 * \`make bundle\` makes this file from sselog.js; change that and the modules that it imports.
 */`;

const OPTIONS = { bundle: true, write: false, absWorkingDir: WEB, logLevel: "silent" };

/* The text of the bundle. */
export async function bundle() {
  const made = await build({ ...OPTIONS, entryPoints: ["./sselog.js"], format: "iife", target: "es2022", charset: "utf8", banner: { js: HEAD } });
  return made.outputFiles[0].text;
}

/* The files of web/ that these entries load: "./sselog.js". */
export async function modulesOf(entries) {
  const { metafile } = await build({ ...OPTIONS, entryPoints: entries, outdir: "out", format: "esm", metafile: true });
  return Object.keys(metafile.inputs);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await fs.writeFile(TARGET, await bundle());
