// SPDX-License-Identifier: MIT
/* The button and the live region that tell of new records, with nodes that only remember. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Arrivals } from "../../../web/arrivals.js";

function stage(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const attributes = new Map();
  const log = { getAttribute: (name) => attributes.get(name), setAttribute: (name, value) => attributes.set(name, value) };
  const button = {};
  return { arrivals: new Arrivals(log, button), button, live: () => attributes.get("aria-live") };
}

test("the button counts what is new, and not the history behind the record of a link", (t) => {
  const { arrivals, button } = stage(t);
  arrivals.follow(false);
  arrivals.taken(5000, 0);
  arrivals.follow(false);
  assert.deepEqual([button.hidden, button.textContent], [false, "↓ Follow"]);
  arrivals.taken(2, 1);
  arrivals.taken(3);
  arrivals.follow(false);
  assert.equal(button.textContent, "↓ Follow (4 new)");
  arrivals.taken(1000, 1000, 1);
  arrivals.follow(false);
  assert.equal(button.textContent, "↓ Follow (1,004 new, 1 error)");
  arrivals.follow(true);
  assert.deepEqual([button.hidden, arrivals.unseen], [true, 0]);
});

test("a trickle at the end is read aloud, and a flood is not until it rests", (t) => {
  const { arrivals, live } = stage(t);
  arrivals.taken(5);
  assert.equal(live(), "polite");
  arrivals.taken(1);
  assert.equal(live(), "off");
  t.mock.timers.tick(1000);
  assert.equal(live(), "polite");
  arrivals.follow(false);
  assert.equal(live(), "off");
});
