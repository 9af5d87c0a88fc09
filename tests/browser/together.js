// SPDX-License-Identifier: MIT
/*
 * Runs test files, several in one process, and prints TAP as if each had its own. To load Playwright and to start a
 * browser takes more of the processor than many tests. Files of unit/ replace global names, so each has its own process.
 *
 *   node together.js FILE...
 */
import { AsyncResource } from "node:async_hooks";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, run, test } from "node:test";
import { tap } from "node:test/reporters";
import { fileURLToPath, pathToFileURL } from "node:url";

const PROCESSES = 4; // at once; most tests wait

/*
 * Declares the tests of the files, those of one file after those of another. One file is read at a time: of two at once, one
 * would get the tests and the hooks of both. node:test finds the file of a test by the asynchronous context.
 */
export function declare(files) {
  let read = Promise.resolve();
  for (const file of files) {
    describe(file, () => {
      const here = new AsyncResource(file);
      const load = () => here.runInAsyncScope(() => import(pathToFileURL(file).href).catch((error) => test("it can be read", () => Promise.reject(error))));
      return (read = read.then(load));
    });
  }
}

/* Lists of files, each for one process. The size of a file stands for the time that its tests take. */
function groupsOf(files) {
  const groups = Array.from({ length: PROCESSES }, () => ({ size: 0, files: [] }));
  const single = [];
  const sizes = new Map(files.map((file) => [file, fs.statSync(file).size]));
  for (const file of files.toSorted((a, b) => sizes.get(b) - sizes.get(a))) {
    if (path.basename(path.dirname(file)) === "unit") {
      single.push([file]);
      continue;
    }
    const group = groups.reduce((least, other) => (other.size < least.size ? other : least));
    group.size += sizes.get(file);
    group.files.push(file);
  }
  return [...groups.map((group) => group.files).filter((list) => list.length), ...single];
}

/*
 * Leaves out the level of the files, except for the failure of one that fails without a test. Each test is said to be in
 * the file that was asked for, although that may import it from another.
 */
async function* withoutFiles(events) {
  let file;
  for await (const event of events) {
    const { type, data } = event;
    if (type === "test:start" && data.nesting === 0) file = data.name;
    if (data.nesting > 0) yield { type, data: { ...data, file, nesting: data.nesting - 1 } };
    else if (!("nesting" in data) || type === "test:diagnostic") yield event;
    else if (type === "test:fail" && data.details.error.failureType !== "subtestsFailed") yield event;
  }
}

async function main(files) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "together-"));
  const programs = groupsOf(files.map((file) => path.resolve(file))).map((group, n) => {
    const program = path.join(scratch, `${n}.test.mjs`);
    fs.writeFileSync(program, `import { declare } from ${JSON.stringify(import.meta.url)};\ndeclare(${JSON.stringify(group)});\n`);
    return program;
  });
  const end = new AbortController();
  process.once("SIGTERM", () => end.abort());
  const events = run({ files: programs, concurrency: PROCESSES, signal: end.signal });
  events.on("test:fail", () => (process.exitCode = 1));
  for await (const text of tap(withoutFiles(events))) process.stdout.write(text);
  fs.rmSync(scratch, { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
