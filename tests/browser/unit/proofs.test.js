// SPDX-License-Identifier: MIT
/*
 * connect() and ids with proofs: they go back to the server, and readers never see them. And logs that go on with lower
 * ids than the client has.
 */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { client, forget } from "./fake-server.js";

beforeEach(forget);

/* A client that has the record 1-0 from the history, and is live. */
async function live(t) {
  const ids = [];
  const at = await client(t, { onrecords: (records) => ids.push(...records.map(({ id }) => id)) });
  at.stream().opens();
  at.stream().say("live");
  await at.pass(0);
  at.ids = () => ids.splice(0);
  at.ids();
  at.sends = (id) => at.stream().say("message", { data: "x" }, id);
  at.comesBack = async () => {
    at.stream().breaks(true);
    await at.pass(30_000);
    return at.stream().url.searchParams.get("last_event_id");
  };
  return at;
}

test("the last id goes back with its proof, and the page has it without", async (t) => {
  const at = await live(t);
  at.sends("5-0~120.f00d");
  at.stream().say("record", "long", "6-0~121.f00d");
  await at.pass(0);
  assert.deepEqual([at.ids(), at.connection.lastId], [["5-0", "6-0"], "6-0"]);
  assert.equal(await at.comesBack(), "6-0~121.f00d");
});

test("the proof of a record that the client has already", async (t) => {
  const at = await live(t);
  at.stream().say("cursor", {}, "1-0~7.f00d");
  assert.equal(await at.comesBack(), "1-0~7.f00d");
  at.stream().opens();
  at.stream().say("cursor", {}, "3-0~9.f00d");
  assert.equal(await at.comesBack(), "3-0~9.f00d");
});

test("a server without proofs", async (t) => {
  const at = await live(t);
  at.sends("5-0~120.f00d");
  at.sends("6-0");
  await at.pass(0);
  assert.equal(await at.comesBack(), "6-0");
});

const BACK = [
  ["the log was made again with lower ids", { after: "9-0", next: "2-0", lost: null }],
  ["the log lost its newest records", { after: "9-0", next: null, lost: null, reason: "tail" }],
  ["the log was deleted", { after: "9-0", next: null, lost: null }],
];

for (const [name, gap] of BACK) {
  test(`${name}: its next records come`, async (t) => {
    const at = await live(t);
    at.sends("9-0");
    at.stream().say("gap", gap);
    at.sends("2-0");
    at.sends("2-0");
    at.sends("3-0");
    await at.pass(0);
    assert.deepEqual([at.ids(), at.connection.lastId], [["9-0", "2-0", "3-0"], "3-0"]);
    assert.equal(await at.comesBack(), "3-0");
  });
}

test("behind an ordinary gap the place does not go back", async (t) => {
  const at = await live(t);
  at.sends("9-0");
  at.stream().say("gap", { after: "9-0", next: "20-0", lost: 3 });
  at.sends("2-0");
  at.sends("20-0");
  await at.pass(0);
  assert.deepEqual(at.ids(), ["9-0", "20-0"]);
});
