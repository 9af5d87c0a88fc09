// SPDX-License-Identifier: MIT
/*
 * Checks of the sources of web/ without running them: types, lint, and the order of the modules.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const TOP = path.resolve(HERE, "../..");
const WEB = path.join(TOP, "web");
const MADE = ["console-bundle.js", "sselog-classic.js"]; // of the others
const scripts = fs.readdirSync(WEB).filter((name) => name.endsWith(".js") && !MADE.includes(name));
const sources = new Map(scripts.map((name) => [name, fs.readFileSync(path.join(WEB, name), "utf8")]));

/* Runs a script of node_modules at the top of the sources and returns what it prints: nothing when all is well. */
async function faults(script, ...args) {
  const command = [path.join(HERE, "node_modules", script), ...args];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd: TOP }).catch((error) => error);
  return `${stdout}${stderr}`.trim();
}

test("tsc finds no type error in web/", async () => {
  assert.equal(await faults("typescript/bin/tsc", "-p", path.join(HERE, "tsconfig.json"), "--pretty", "false"), "");
});

test("ESLint finds no fault in web/ and in the tests", async () => {
  const config = path.join(HERE, "eslint.config.js");
  assert.equal(await faults("eslint/bin/eslint.js", "--config", config, "--max-warnings", "0", "web", "tests/browser"), "");
});

test("every module of web/ is checked for types", () => {
  for (const [name, text] of sources) assert.match(text, /^\/\/ SPDX[^\n]*\n\/\/ @ts-check\n/, name);
});

/* The files that each module imports, or loads as a worker or by import(). */
function imports(text) {
  return [...text.matchAll(/^(?:import|export)\b[^;]*?"\.\/([^"]+)"|(?:URL|import)\("\.\/([^"]+\.js)"/gm)].map((m) => m[1] ?? m[2]);
}

test("no modules of web/ import each other in a circle", () => {
  const open = [];
  const done = new Set();
  const follow = (name) => {
    assert.ok(!open.includes(name), `${[...open, name].join(" > ")}`);
    if (done.has(name)) return;
    open.push(name);
    imports(sources.get(name).replace(/\/\*[^]*?\*\//g, "")).forEach(follow);
    open.pop();
    done.add(name);
  };
  scripts.forEach(follow);
  assert.ok(imports(sources.get("console.js")).length > 10, "imports are found");
});
