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

/* The text of the bundle. */
export async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [path.join(WEB, "sselog.js")],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    banner: { js: HEAD },
    absWorkingDir: WEB,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await fs.writeFile(TARGET, await bundle());
