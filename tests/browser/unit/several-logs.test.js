// SPDX-License-Identifier: MIT
/*
 * Cursors of several logs, and requests for them: pages of history, volumes and searches, against small logs here.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cursor, logsIn, unpack } from "../../../web/cursor.js";
import { EventParser } from "../../../web/event-parser.js";
import { history } from "../../../web/history-request.js";
import { compareIds } from "../../../web/ids.js";
import { Requests } from "../../../web/requests.js";
import { search } from "../../../web/search-request.js";
import { addVolumes, volume, wholeSpan } from "../../../web/volume-request.js";

const THREE = "http://h/sselog/stream?log=a&log=b&log=c";

/* Answers requests to /sselog/NAME by a function of the parameters, until the test ends. */
function serve(t, answers) {
  const { fetch } = globalThis;
  const asked = [];
  t.after(() => (globalThis.fetch = fetch));
  globalThis.fetch = async (address, { signal } = {}) => {
    const url = new URL(address);
    signal?.throwIfAborted();
    asked.push(url);
    const body = await answers[url.pathname.split("/").at(-1)](Object.fromEntries(url.searchParams), url, signal);
    return body instanceof Response ? body : Response.json(body);
  };
  return asked;
}

test("an address names no log, one, or several, each once", () => {
  for (const [query, logs] of [["", [""]], ["?log=a", [""]], ["?log=a&log=a", [""]], ["?log=b&log=a&log=b", ["b", "a"]]]) {
    assert.deepEqual(logsIn(new URL(`http://h/s${query}`)), logs, query);
  }
});

test("a cursor of one log is an id, that of several is packed", () => {
  const one = new Cursor([""]);
  assert.deepEqual([one.lacks("1-0"), one.behind("1-0"), String(one)], [true, true, ""]);
  one.advance("5-0");
  one.advance("4-0");
  assert.deepEqual([one.lacks("5-0"), one.lacks("6-0"), one.behind("5-1"), String(one)], [false, true, true, "5-0"]);
  const several = new Cursor(["web", "api", "jobs"]);
  several.advance("api=7-0,other=1-0,web=5-0");
  assert.equal(String(several), "web=5-0,api=7-0");
  assert.deepEqual([several.lacks("6-0", "web"), several.lacks("6-0", "api"), several.lacks("1-0", "jobs")], [true, false, true]);
  assert.deepEqual([several.lacks("6-0"), several.lacks("9-0", "other"), several.behind("web=5-0,api=7-0"), several.behind("api=8-0")], [false, false, false, true]);
});

test("a proof goes to the server and is no part of an id", () => {
  const one = new Cursor([""]);
  one.prove("5-0~120.f00d");
  assert.equal(one.proven, "");
  one.set("5-0");
  assert.deepEqual([String(one), one.proven], ["5-0", "5-0~120.f00d"]);
  one.set("6-0"); // it came without a proof
  assert.deepEqual([String(one), one.proven], ["6-0", "6-0"]);
  one.advance("7-0~122");
  assert.deepEqual([String(one), one.proven, one.behind("7-0~122.1"), one.behind("8-0~123.1")], ["7-0", "7-0~122", false, true]);
  const several = new Cursor(["web", "api"]);
  several.advance("api=7-0~3.a,web=5-0");
  several.prove("api=8-0~4.a,web=5-0~9.b");
  assert.deepEqual([String(several), several.proven], ["web=5-0,api=7-0", "web=5-0~9.b,api=7-0"]);
  assert.deepEqual([...unpack("web=5-0~1.a,api=x~1.a")], [["web", "5-0"]]);
});

test("a log that lost its end goes on with lower ids", () => {
  const several = new Cursor(["web", "api"]);
  several.advance("web=9-0,api=9-0");
  several.goBack("web");
  assert.deepEqual([String(several), several.lacks("3-0", "web"), several.lacks("3-0", "api")], ["web=9-0,api=9-0", true, false]);
  several.advance("web=9-0,api=9-0"); // no move
  assert.deepEqual([several.takes("web=9-0"), several.takes("web=3-0"), several.behind("web=3-0")], [false, true, false]);
  several.set("3-0", "web");
  several.set("3-0", "api");
  several.set("2-0", "web");
  assert.equal(String(several), "web=3-0,api=9-0");
});

test("malformed parts of a cursor are left out", () => {
  assert.deepEqual([...unpack("web=5-0,api=x,=1-0,b=1-0=2,c,jobs=6-1")], [["web", "5-0"], ["jobs", "6-1"]]);
  for (const text of ["", null, undefined, "null"]) assert.deepEqual([...unpack(text)], []);
});

/* ---------------------------------------------------------------- history */

/* A history as sselog gives it: it looks at so many entries, and withholds some. */
function pageOf(ids, { before, after, from, to, dir, limit }, looks = Infinity, shown = () => true) {
  const forward = dir === "forward" || (after && !dir);
  const inside = ids.filter((id) => (!before || compareIds(id, before) < 0) && (!after || compareIds(id, after) > 0) && (!from || compareIds(id, from) >= 0) && (!to || compareIds(id, to) < 0));
  const order = forward ? inside : inside.toReversed();
  const looked = [];
  const records = [];
  for (const id of order) {
    if (records.length === Number(limit) || looked.length === looks) break;
    looked.push(id);
    if (shown(id)) records.push({ id, data: id });
  }
  if (!forward) [looked, records].forEach((list) => list.reverse());
  return { records, more: looked.length < order.length, first: looked[0] ?? null, last: looked.at(-1) ?? null };
}

/* Three logs of very different density, in which ids occur twice. */
function threeLogs(random) {
  const ids = (n, most) => [...new Set(Array.from({ length: n }, () => `${Math.floor(random() * most)}-0`))].sort(compareIds);
  return { a: ids(400, 300), b: ids(40, 300), c: ids(3, 300) };
}

function lcg(seed) {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

const named = (logs, shown = () => true) =>
  Object.entries(logs)
    .flatMap(([log, ids]) => ids.filter(shown).map((id) => ({ log, id, data: id })))
    .sort((x, y) => compareIds(x.id, y.id));

for (const seed of [1, 2, 3, 4, 5, 6]) {
  for (const dir of ["backward", "forward"]) {
    test(`pages of three logs hold each record once, in order: ${dir}, seed ${seed}`, async (t) => {
      const random = lcg(seed);
      const logs = threeLogs(random);
      const shown = seed % 2 ? () => true : (id) => parseInt(id) % 7 === 0;
      serve(t, { history: (asked) => pageOf(logs[asked.log], asked, 30, shown) });
      const requests = new Requests({ url: THREE });
      const got = [];
      let page = { more: true };
      for (let n = 0; page.more; n++) {
        assert.ok(n < 200, "it ends");
        const bound = dir === "forward" ? { after: page.last ?? "0-0" } : { before: page.first };
        page = await history(requests, { ...bound, limit: 1 + Math.floor(random() * 40) });
        if (dir === "forward") got.push(...page.records);
        else got.unshift(...page.records);
      }
      const sorted = (records) => records.map(({ id, log }) => `${id} ${log}`).sort();
      assert.deepEqual(sorted(got), sorted(named(logs, (id) => shown(id) && (dir === "backward" || id !== "0-0"))));
      assert.ok(got.every(({ id }, n) => !n || compareIds(got[n - 1].id, id) <= 0), "in order");
    });
  }
}

test("a page of several logs is full where the logs have enough, with few requests", async (t) => {
  const logs = { a: Array.from({ length: 5000 }, (_, n) => `${n}-0`), b: ["7-0"], c: [] };
  const asked = serve(t, { history: (one) => pageOf(logs[one.log], one) });
  const page = await history(new Requests({ url: THREE }), { limit: 300 });
  assert.deepEqual([page.records.length, page.records[0].id, page.more, page.first], [300, "4700-0", true, "4700-0"]);
  assert.ok(asked.length <= 5, `${asked.length} requests`);
});

test("pages of several logs keep bounds, parameters of the address, and gaps", async (t) => {
  const logs = { a: ["1-0", "5-0", "9-0"], b: ["2-0", "6-0"], c: [] };
  const asked = serve(t, { history: (one) => ({ ...pageOf(logs[one.log], one), ...(one.log === "b" && { gap: { after: "0-0", next: "2-0", lost: 3 } }) }) });
  const page = await history(new Requests({ url: `${THREE}&level=error` }), { after: "1-0", to: "9-0" });
  assert.deepEqual(page.records.map(({ log, id }) => `${log} ${id}`), ["b 2-0", "a 5-0", "b 6-0"]);
  assert.deepEqual(page.gaps, [{ after: "0-0", next: "2-0", lost: 3, log: "b" }]);
  assert.ok(asked.every(({ search: text }) => /^\?log=[abc]&level=error&to=9-0&dir=forward&from=1-1&limit=/.test(text)), String(asked[0]));
});

test("one log is asked as it was, and its records have no name", async (t) => {
  const asked = serve(t, { history: () => ({ records: [{ id: "3-0", data: "x" }], more: true, first: "2-0", last: "4-0" }) });
  const { records, more, first, last, gaps } = await history(new Requests({ url: "http://h/sselog/stream?log=web" }), { before: "9-0", limit: 5 });
  assert.deepEqual({ records, more, first, last, gaps }, { records: [{ id: "3-0", data: "x" }], more: true, first: "2-0", last: "4-0", gaps: [] });
  assert.deepEqual(asked.map(String), ["http://h/sselog/history?log=web&before=9-0&limit=5"]);
});

test("each of several logs has an owner of its own, and another's is refused", async (t) => {
  let user = "ann";
  const asked = serve(t, { history: ({ log }) => ({ records: [], more: false, whose: `${user}-${log}` }) });
  const requests = new Requests({ url: THREE });
  assert.equal(requests.whose, undefined);
  await history(requests, { limit: 1 });
  assert.equal(requests.whose, "ann-a,ann-b,ann-c");
  await history(requests, { limit: 1 });
  assert.deepEqual(asked.slice(3).map((url) => url.searchParams.get("whose")).sort(), ["ann-a", "ann-b", "ann-c"]);
  user = "bob";
  await assert.rejects(history(requests, { limit: 1 }), { status: 409 });
});

/* ---------------------------------------------------------------- volumes */

const LOGS = [
  { name: "a", title: "A", first: "1000-0", last: "3000-7", length: 2 },
  { name: "b", title: "B", first: null, last: null, length: 0 },
  { name: "c", title: "C", first: "500-0", last: "2000-0", length: 2 },
  { name: "other", title: "O", first: "1-0", last: "9999-0", length: 2 },
];

test("volumes of several logs are added, over the span of all of them", async (t) => {
  const answer = { from: 500, to: 3001, width: 1251, approx: false, scanned: 2, levels: ["INFO", "OTHER"], buckets: [[1, 0], [0, 2]] };
  const asked = serve(t, { logs: () => ({ logs: LOGS }), volume: ({ log }) => ({ ...answer, approx: log === "c" }) });
  const sum = await volume(new Requests({ url: THREE }), { buckets: 2 });
  assert.deepEqual(sum, { ...answer, approx: true, scanned: 6, buckets: [[3, 0], [0, 6]] });
  assert.deepEqual(asked.slice(1).map(({ search: text }) => text).sort(), ["a", "b", "c"].map((log) => `?log=${log}&from=500&to=3001&buckets=2&by=level`));
});

test("one log has the span that the server says", async (t) => {
  const answer = { from: 5, to: 6, width: 1, approx: false, scanned: 1, levels: ["INFO"], buckets: [[1]] };
  const asked = serve(t, { volume: () => answer });
  assert.deepEqual(await volume(new Requests({ url: "http://h/sselog/stream?q=x" })), answer);
  assert.deepEqual(asked.map(String), ["http://h/sselog/volume?q=x&by=level"]);
});

test("the span of logs without records, or with one end", async (t) => {
  assert.equal(wholeSpan([LOGS[1]], {}), null);
  assert.deepEqual(wholeSpan(LOGS.slice(0, 3), { from: 9000 }), { from: 9000, to: 9000 });
  assert.deepEqual(wholeSpan(LOGS.slice(0, 3), { to: 100 }), { from: 100, to: 100 });
  assert.deepEqual(addVolumes([{ buckets: [[1]], scanned: 1, approx: false }]).buckets, [[1]]);
  serve(t, { logs: () => ({ logs: [] }) });
  assert.deepEqual((await volume(new Requests({ url: THREE }))).buckets, []);
});

/* ---------------------------------------------------------------- searches */

test("an event stream is read in pieces of any size, with any line ends", () => {
  const text = ': hello\r\nid: 1-0\r\ndata: a\r\n\r\nid:2-0\ndata: b\ndata:  c\n\nevent: end\rdata: {}\r\rid: 3-0\n\n';
  const want = [["message", "a", "1-0"], ["message", "b\n c", "2-0"], ["end", "{}", "2-0"], ["message", "", "3-0"]];
  for (let size = 1; size <= text.length; size++) {
    const parser = new EventParser();
    const got = [];
    for (let at = 0; at < text.length; at += size) got.push(...parser.feed(text.slice(at, at + size)));
    assert.deepEqual(got.map(({ type, data, id }) => [type, data, id]), want, `pieces of ${size}`);
  }
});

const frames = (...list) => new Response(list.join(""), { headers: { "Content-Type": "text/event-stream" } });
const match = (id) => `id: ${id}\ndata: {"data":"m ${id}"}\n\n`;
const upTo = (id, scanned) => `id: ${id}\n\nevent: progress\ndata: {"scanned":${scanned},"at":"${id}","matched":0}\n\n`;
const ends = (reason, scanned = 0) => `id: over\n\nevent: end\ndata: {"reason":"${reason}","scanned":${scanned},"matched":0}\n\n`;

/* Runs a search in a log over these answers, and returns what came, the end, and the requests. */
async function searched(t, url, answers, options = {}) {
  t.mock.method(Math, "random", () => 0);
  const asked = serve(t, { search: (parameters) => answers.shift()(parameters) });
  const came = [];
  const end = await search(new Requests({ url }), { q: "m", onrecord: ({ log, id }) => came.push(`${log ?? ""}${id}`), ...options });
  return { came, end, asked: asked.map(({ searchParams }) => ["log", "at", "limit"].map((name) => searchParams.get(name) ?? "").join(" ")) };
}

const ONE = "http://h/sselog/stream?q=other";

test("a search goes on behind its deadline and broken answers, and its figures are sums", async (t) => {
  const progress = [];
  const answers = [
    () => frames(match("9-0"), upTo("8-0", 10), ends("deadline", 12)),
    () => frames(match("7-0"), upTo("6-0", 5)),
    () => Promise.reject(new TypeError("network")),
    () => Response.json({ error: "busy" }, { status: 503 }),
    () => frames(match("5-0"), upTo("1-0", 4), ends("done", 5)),
  ];
  const { came, end, asked } = await searched(t, ONE, answers, { limit: 10, onprogress: ({ scanned, at }) => progress.push([scanned, at]) });
  assert.deepEqual(came, ["9-0", "7-0", "5-0"]);
  assert.deepEqual(end, { reason: "done", scanned: 22, matched: 3, at: "1-0" });
  assert.deepEqual(asked, ["  10", " 8-0 9", " 6-0 8", " 6-0 8", " 6-0 8"]);
  assert.deepEqual(progress, [[10, "8-0"], [17, "6-0"], [21, "1-0"]]);
});

for (const reason of ["limit", "replaced", "expired", "revoked", "failed"]) {
  test(`a search ends by ${reason}, and another one can go on`, async (t) => {
    const { end } = await searched(t, ONE, [() => frames(match("9-0"), ends(reason, 1))], { limit: 1 });
    assert.deepEqual(end, { reason, scanned: 1, matched: 1, at: "9-0" });
  });
}

test("several logs are searched one after the other, and the limit is that of all", async (t) => {
  const answers = [
    () => frames(match("9-0"), upTo("1-0", 1), ends("done", 5)),
    () => frames(ends("done", 0)),
    () => frames(match("8-0"), match("7-0"), ends("limit", 2)),
  ];
  const { came, end, asked } = await searched(t, THREE, answers, { limit: 3 });
  assert.deepEqual(came, ["a9-0", "c8-0", "c7-0"]);
  assert.deepEqual(end, { reason: "limit", scanned: 7, matched: 3, at: "c=7-0", log: "c" });
  assert.deepEqual(asked, ["a  3", "b  2", "c  2"]);
});

test("a search of several logs goes on in the log where it ended", async (t) => {
  const { end, asked } = await searched(t, THREE, [() => frames(ends("done", 1)), () => frames(ends("done", 1))], { at: "b=4-0" });
  assert.deepEqual([end.reason, ...asked], ["done", "b 4-0 1000", "c  1000"]);
});

test("a search that is aborted says where it is", async (t) => {
  const gone = new AbortController();
  const got = [];
  const onrecord = ({ id }) => {
    got.push(id);
    gone.abort();
  };
  const { end } = await searched(t, ONE, [() => frames(match("9-0"), match("8-0"), ends("done", 2))], { onrecord, signal: gone.signal });
  assert.deepEqual([got, end.reason, end.at], [["9-0"], "aborted", "9-0"]);
});

test("a search is refused where the server says no, and fails when it is away for long", async (t) => {
  await assert.rejects(searched(t, ONE, [() => Response.json({ error: "q: what" }, { status: 400 })]), { status: 400, message: "q: what" });
  await assert.rejects(searched(t, ONE, [() => Response.json({ error: "no" }, { status: 401 })]), { status: 401 });
  const away = Array.from({ length: 7 }, () => () => Response.json({}, { status: 503 }));
  assert.equal((await searched(t, ONE, away)).end.reason, "unavailable");
});

test("the logs of the reader are those of the server", async (t) => {
  const asked = serve(t, { logs: () => ({ logs: LOGS }) });
  assert.deepEqual((await new Requests({ url: `${THREE}&q=x` }).list()).logs, LOGS);
  assert.deepEqual(asked.map(String), ["http://h/sselog/logs"]);
});
