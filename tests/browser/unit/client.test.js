// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareIds, isId, nextId } from "../../../web/ids.js";
import { backoff, unwrap } from "../../../web/reconnecting-source.js";
import { Requests, sibling } from "../../../web/requests.js";

test("ids compare as numbers, even beyond the range of a double", () => {
  const sorted = ["0-1", "9-0", "9-9", "9-10", "10-0", "9007199254740993-0", "18446744073709551614-0", "18446744073709551615-18446744073709551615"];
  for (let i = 0; i < sorted.length; i++) {
    for (let k = 0; k < sorted.length; k++) assert.equal(Math.sign(compareIds(sorted[i], sorted[k])), Math.sign(i - k));
  }
});

test("isId accepts well-formed ids only", () => {
  for (const good of ["0-0", "1789000000000-12"]) assert.ok(isId(good));
  for (const bad of ["", "12", "a-1", "1-2-3", "-1", "1766742118.12", undefined]) assert.ok(!isId(bad));
  assert.equal(nextId("5-9007199254740993"), "5-9007199254740994");
});

test("back-off has full jitter, doubles, is bounded and never ends", () => {
  const most = (n) => backoff(n, () => 1);
  assert.deepEqual([0, 1, 2, 3, 4].map(most), [1000, 2000, 4000, 8000, 16000]);
  assert.equal(most(9), 30_000);
  assert.equal(most(11), 120_000);
  assert.equal(most(1_000_000), 120_000);
  assert.equal(backoff(5, () => 0), 0);
  const seen = new Set(Array.from({ length: 50 }, () => backoff(5)));
  assert.ok(seen.size > 10, "spread out");
});

test("neighbours of the URL of a stream", () => {
  assert.equal(sibling("http://h/sselog/stream?level=INFO", "history"), "http://h/sselog/history");
  assert.equal(sibling("http://h/sselog", "token"), "http://h/sselog/token");
  assert.equal(sibling("http://h/sselog/", "token"), "http://h/sselog/token");
});

test("URL of a stream: parameters of the log stay, those of single requests are replaced", async () => {
  const requests = new Requests({ url: "http://h/sselog/stream?level=INFO&history=9&last_event_id=1-0&envelope=0" });
  assert.equal(String(await requests.stream({ history: 5 })), "http://h/sselog/stream?level=INFO&envelope=1&history=5");
});

test("each request has its own token", async () => {
  let n = 0;
  const requests = new Requests({ url: "http://h/sselog/stream", token: () => `t${++n}` });
  const tokens = [await requests.stream({}), await requests.stream({})].map((url) => url.searchParams.get("token"));
  assert.deepEqual(tokens, ["t1", "t2"]);
});

test("a token function that never resolves fails after a deadline", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const waiting = new Requests({ url: "http://h/sselog/stream", token: () => new Promise(() => {}) }).stream({});
  await Promise.resolve();
  t.mock.timers.tick(20_000);
  await assert.rejects(waiting, { status: 0, message: "no token" });
});

const ENVELOPES = [
  ["with a name", '{"event":"deploy","data":"x"}', { id: "1-0", event: "deploy", data: "x" }],
  ["without", '{"data":"x\\ny"}', { id: "1-0", data: "x\ny" }],
  ["with fields", '{"data":"x","fields":{"host":"web2"}}', { id: "1-0", data: "x", fields: { host: "web2" } }],
  ["a payload that is JSON", '{"data":"{\\"data\\":\\"y\\"}"}', { id: "1-0", data: '{"data":"y"}' }],
  ["none: text", "plain", { id: "1-0", data: "plain" }],
  ["none: JSON", '{"message":"m"}', { id: "1-0", data: '{"message":"m"}' }],
  ["none: null", "null", { id: "1-0", data: "null" }],
];

for (const [name, text, want] of ENVELOPES) {
  test(`envelopes: ${name}`, () => assert.deepEqual(unwrap("1-0", text), want));
}

for (const first of ["5xx", undefined]) {
  test(`the first page of history decides which statuses are levels: ${first}`, async (t) => {
    const answers = [{ records: [], status_level: first }, { records: [], status_level: "4xx" }, { records: [] }];
    const { fetch } = globalThis;
    t.after(() => (globalThis.fetch = fetch));
    globalThis.fetch = async () => Response.json(answers.shift());
    const requests = new Requests({ url: "http://h/sselog/stream" });
    assert.equal(requests.statusLevel, null);
    for (let n = 0; n < 3; n++) {
      await requests.page({ limit: 1 });
      assert.equal(requests.statusLevel, first);
    }
  });
}
