// SPDX-License-Identifier: MIT
/*
 * The package of `make npm` in a project that has no network: imported by Node and bundled for a page. In the long form
 * npm installs it, which otherwise only unpacks it, and a program in TypeScript is compiled with it.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { LONG } from "./amount.js";
import { numbered } from "./browser.js";
import { arrives, got } from "./connect.js";
import { useSite } from "./site.js";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const TOP = path.resolve(HERE, "../..");
const site = useSite();
let dir;

const run = (cwd, program, ...args) => promisify(execFile)(program, args, { cwd });

before(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), "sselog-npm-"));
  await run(TOP, "make", "-s", "npm", `BUILD=${dir}`);
  const [tarball] = await fs.readdir(path.join(dir, "npm"));
  await fs.writeFile(path.join(dir, "package.json"), '{"name": "page", "private": true, "type": "module"}');
  const file = path.join(dir, "npm", tarball);
  const installed = path.join(dir, "node_modules/sselog");
  if (LONG) return run(dir, "npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", file);
  await fs.mkdir(installed, { recursive: true });
  return run(dir, "tar", "-xf", file, "-C", installed, "--strip-components=1");
});
after(() => fs.rm(dir, { recursive: true, force: true }));

test("the package has the licence, a README, and no file of the console", async () => {
  const names = await fs.readdir(path.join(dir, "node_modules/sselog"));
  for (const name of ["LICENSE", "README.md", "sselog.js", "sselog.d.ts", "sselog-classic.js"]) assert.ok(names.includes(name), name);
  for (const name of ["console.html", "console.js", "status.js"]) assert.ok(!names.includes(name), name);
});

test("Node imports it: without a page nothing is started, and a mistake is a TypeError", async () => {
  const program = `
    import { connect } from "sselog";
    import "sselog/classic";
    try {
      connect({});
    } catch (error) {
      console.log(error.name, typeof document);
    }`;
  const { stdout } = await run(dir, process.execPath, "--input-type=module", "--eval", program);
  assert.equal(stdout, "TypeError undefined\n");
});

if (LONG) {
  test("a program in TypeScript compiles with it", async () => {
    await fs.copyFile(path.join(HERE, "types/sample.ts"), path.join(dir, "sample.ts"));
    const tsc = path.join(HERE, "node_modules/typescript/bin/tsc");
    const told = await run(dir, process.execPath, tsc, "--strict", "--noEmit", "--module", "nodenext", "--lib", "es2022,dom", "sample.ts").catch((error) => error);
    assert.equal(told.stdout, "");
  });
}

/* A page with the bundle of this program. */
async function bundled(program) {
  await fs.writeFile(path.join(dir, "main.js"), program);
  const { outputFiles } = await build({ absWorkingDir: dir, entryPoints: ["main.js"], bundle: true, write: false, minify: true, logLevel: "silent" });
  const page = await site.blank();
  await page.route("**/app.js", (route) => route.fulfill({ contentType: "text/javascript", body: outputFiles[0].text }));
  await page.evaluate(() => (window.got = []));
  await page.addScriptTag({ url: "/app.js" });
  return page;
}

test("esbuild bundles it for a page, which gets records", async () => {
  await site.stack.addMany(numbered(0, 3));
  const page = await bundled(`
    import { connect } from "sselog";
    connect({ url: "/sselog/stream", onrecords: (records) => window.got.push(...records) });`);
  await arrives(page, "line 2");
  await site.stack.add("live");
  await arrives(page, "live");
  assert.deepEqual(await got(page), [...numbered(0, 3), "live"]);
});

for (const name of ["sselog", "sselog/classic"]) {
  test(`a bundle with only import "${name}" starts elements`, async () => {
    await site.stack.addMany(numbered(0, 3));
    const page = await bundled(`
      import "${name}";
      document.addEventListener("sselog-records", ({ detail }) => window.got.push(...detail));
      document.body.insertAdjacentHTML("beforeend", '<p data-sselog="/sselog/stream"></p>');`);
    await arrives(page, "line 2");
  });
}
