// SPDX-License-Identifier: MIT
/*
 * The package for npm and what is made from sselog.js: the bundle, the types, the list of files.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { made } from "../bundle.js";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const TOP = path.resolve(HERE, "../..");
const WEB = path.join(TOP, "web");

const read = (name) => fs.readFile(path.join(TOP, name), "utf8");
const about = JSON.parse(await read("web/package.json"));

let dir;
before(async () => (dir = await fs.mkdtemp(path.join(os.tmpdir(), "sselog-types-"))));
after(() => fs.rm(dir, { recursive: true, force: true }));

test("the files that are made of others are in step", async () => {
  for (const [name, text] of Object.entries(await made())) assert.ok((await read(`web/${name}`)) === text, `${name}: run \`make bundle\``);
});

test("the package has the version of the program", async () => {
  assert.equal(about.version, (await read("Makefile")).match(/^VERSION := (.*)$/m)[1]);
  assert.ok(!about.private);
});

/* The scripts of web/ without types beside them, and the package as a program sees it. */
async function project(...names) {
  const at = await fs.mkdtemp(path.join(dir, "p-"));
  const to = path.join(at, "node_modules/sselog");
  await fs.mkdir(to, { recursive: true });
  for (const name of ["package.json", ...about.files]) await fs.copyFile(path.join(WEB, name), path.join(to, name));
  await fs.mkdir(path.join(at, "web"));
  for (const name of (await fs.readdir(WEB)).filter((one) => one.endsWith(".js"))) await fs.copyFile(path.join(WEB, name), path.join(at, "web", name));
  for (const name of names) await fs.copyFile(path.join(HERE, "types", name), path.join(at, name));
  return at;
}

/* Runs the compiler on these files, and returns its messages. */
async function compile(at, resolution, ...names) {
  const options = ["--strict", "--noEmit", "--allowJs", "--pretty", "false", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", ...resolution];
  const command = [path.join(HERE, "node_modules/typescript/bin/tsc"), ...options, ...names];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd: at }).catch((error) => error);
  return `${stdout}${stderr}`.trim();
}

const BUNDLER = ["--module", "esnext", "--moduleResolution", "bundler"];

test("the types are those of the JavaScript", async () => {
  const at = await project("agree.ts");
  assert.equal(await compile(at, BUNDLER, "agree.ts"), "");
});

for (const [name, resolution] of [["a bundler", BUNDLER], ["Node", ["--module", "nodenext"]]]) {
  test(`a program in TypeScript compiles for ${name}, and mistakes do not`, async () => {
    const at = await project("sample.ts", "wrong.ts");
    await fs.writeFile(path.join(at, "package.json"), '{"type": "module"}');
    assert.equal(await compile(at, resolution, "sample.ts", "wrong.ts"), "");
  });
}
