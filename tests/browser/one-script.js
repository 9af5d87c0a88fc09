// SPDX-License-Identifier: MIT
/*
 * A copy of web/ where the console is one script. The page asks for 70 modules, and that takes more of the processor
 * than most tests, of which each opens the page. servers.test.js has the page as it is shipped.
 */
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";

/* web: the directory of the page. Returns that of the copy. */
export async function copyWithOneScript(web) {
  const copy = await fs.mkdtemp(path.join(os.tmpdir(), "sselog-web-"));
  await fs.cp(web, copy, { recursive: true });
  await build({ absWorkingDir: web, entryPoints: ["./console.js"], bundle: true, format: "esm", outfile: path.join(copy, "console.js"), logLevel: "silent" });
  await fs.chmod(copy, 0o755); // the web server enters it
  return copy;
}
