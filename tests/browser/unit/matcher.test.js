// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEntry } from "../../../web/parse-entry.js";
import { parseQuery } from "../../../web/query.js";
import { Matcher } from "../../../web/matcher.js";

const query = parseQuery("/a+/");
const entries = () => [parseEntry({ id: "1-0", data: "xaa" })];
const turn = () => new Promise(setImmediate);

/* Replaces the worker and the timers. The test answers for the worker, and pass() runs all timers that are set,
 * however long they are. */
function stage(t) {
  const at = { asked: 0, ended: 0, timers: new Map() };
  const { setTimeout, clearTimeout } = globalThis;
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout, Worker: undefined }));
  globalThis.setTimeout = (run) => {
    const id = {};
    at.timers.set(id, run);
    return id;
  };
  globalThis.clearTimeout = (id) => at.timers.delete(id);
  globalThis.Worker = class {
    constructor() {
      at.worker = this;
      queueMicrotask(() => this.onmessage({ data: "ready" }));
    }
    postMessage() {
      at.asked++;
    }
    terminate() {
      at.ended++;
    }
  };
  at.pass = () => {
    const due = [...at.timers.values()];
    at.timers.clear();
    due.forEach((run) => run());
  };
  return at;
}

test("a machine that sleeps does not end the trial of an expression", async (t) => {
  const at = stage(t);
  const [entry] = entries();
  const match = new Matcher().match([entry], query);
  await turn();
  assert.equal(at.asked, 1);
  at.pass();
  at.worker.onmessage({ data: [[{ where: "", spans: [[1, 3]] }]] });
  await match;
  assert.deepEqual(entry.match, { query, found: [{ where: "", spans: [[1, 3]] }] });
  assert.deepEqual([at.ended, at.timers.size], [0, 0]);
});

test("a worker that never answers is ended, and the next question starts another", async (t) => {
  const at = stage(t);
  const matcher = new Matcher();
  const match = assert.rejects(matcher.match(entries(), query), { message: "it takes too long" });
  await turn();
  for (let n = 0; n < 1000 && at.timers.size; n++) at.pass();
  await match;
  assert.equal(at.ended, 1);
  const next = matcher.match(entries(), query);
  await turn();
  at.worker.onmessage({ data: [[null]] });
  await next;
  assert.equal(at.asked, 2);
});
