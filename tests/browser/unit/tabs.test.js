// SPDX-License-Identifier: MIT
/*
 * The election of the leading tab, of a single tab whose browser gives, refuses or takes away the lock.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tabs } from "../../../web/tabs.js";

const turn = () => new Promise(setImmediate);

/* A tab that is elected with the given answer to requests for the lock, and what the owner of Tabs is told. */
function elect(t, request) {
  const at = { calls: [], requests: [] };
  t.mock.timers.enable({ apis: ["setTimeout"] });
  at.tabs = new Tabs(`test ${Math.random()}`, {
    hear() {},
    lead: () => at.calls.push("lead"),
    follow: () => at.calls.push("follow"),
    silence: 900,
  });
  t.after(() => at.tabs.stop());
  at.tabs.elect({
    request(name, options, won) {
      at.requests.push(options);
      return request(won);
    },
  });
  return at;
}

test("a browser that refuses locks: the tab that gets no answer leads", async (t) => {
  const at = elect(t, () => Promise.reject(new Error("no locks in pages without an origin")));
  await turn();
  assert.deepEqual(at.calls, []);
  t.mock.timers.tick(600);
  assert.deepEqual([at.calls, at.tabs.leading, at.requests.length], [["lead"], true, 1]);
});

test("a tab that loses the lock follows, and waits for the lock again", async (t) => {
  let steal;
  const at = elect(t, (won) => {
    if (steal) return new Promise(() => {});
    won();
    return new Promise((_, fail) => (steal = fail));
  });
  assert.deepEqual(at.calls, ["lead"]);
  steal(new Error("stolen"));
  await turn();
  assert.deepEqual([at.calls, at.tabs.leading, at.requests.length], [["lead", "follow"], false, 2]);
});
