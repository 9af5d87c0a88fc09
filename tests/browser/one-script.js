// SPDX-License-Identifier: MIT
/*
 * A copy of web/ whose console-bundle.js is made of the modules as they are now, so that the tests of a change need no
 * `make bundle` before them. servers.test.js has the page as it is shipped.
 */
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { page } from "./bundle.js";

/* web: the directory of the page. Returns that of the copy. */
export async function copyWithOneScript(web) {
  const copy = await fs.mkdtemp(path.join(os.tmpdir(), "sselog-web-"));
  await fs.cp(web, copy, { recursive: true });
  await fs.writeFile(path.join(copy, "console-bundle.js"), await page(web));
  await fs.chmod(copy, 0o755); // the web server enters it
  return copy;
}
