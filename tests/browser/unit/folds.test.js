// SPDX-License-Identifier: MIT
/* Folds in the store: traces of several records and equal neighbours, against what a second look at all would say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { foldOf, isFolded } from "../../../web/folds.js";
import { makeMarker, parseEntry } from "../../../web/parse-entry.js";
import { Store } from "../../../web/store.js";

let id = 0;
const entry = (data, more = {}) => parseEntry({ id: `${++id}-0`, event: undefined, data, fields: undefined, ...more });
const entries = (...lines) => lines.map((line) => entry(line));

function make({ cap = 10_000, passes = () => true, traces = true, equal = true } = {}) {
  const folding = { traces, equal };
  return Object.assign(new Store({ cap, passes, estimate: () => 20, folding: () => folding }), { wants: folding });
}

const apply = (store) => {
  while (store.filterSome(() => true));
};

/* The rows: the text of the head, and how many records it has if there is more than one. */
function rows(store) {
  const row = (item) => {
    const fold = foldOf(item);
    return `${item.message}${fold && fold.head === item ? ` x${fold.count}${fold.kind === "trace" ? `/${fold.frames}` : ""}` : ""}`;
  };
  return [...store.shownChunks()].flat().filter((item) => !isFolded(item)).map(row);
}

/* Checks what must hold in any state. */
function check(store) {
  const shown = [...store.shownChunks()].flat();
  assert.equal(store.shown, shown.length);
  assert.equal(store.height, 20 * shown.filter((item) => !isFolded(item)).length);
  for (const chunk of store.chunks) assert.equal(chunk.height, chunk.shown.reduce((sum, item) => sum + item.height, 0));
  const folds = new Map();
  for (const item of shown) {
    if (!folds.has(foldOf(item))) folds.set(foldOf(item), []);
    folds.get(foldOf(item)).push(item);
  }
  for (const [fold, members] of folds) {
    if (!fold) continue;
    const at = shown.indexOf(members[0]);
    assert.ok(members.length > 1 && members.every((item, i) => item === shown[at + i]), "neighbours");
    assert.ok(fold.head === members[0] && fold.last === members.at(-1));
    assert.equal(fold.count, members.length);
    assert.equal(fold.frames, members.slice(1).filter(({ role }) => role === "frame").length);
    for (const item of members) assert.equal(item.height, fold.open || fold.head === item ? 20 : 0);
  }
}

const JAVA = ["ERROR boom", "\tat a.b(C.java:1)", "\tat a.c(C.java:2)", "Caused by: x", "\t... 3 more"];
const PYTHON = ["Traceback (most recent call last):", '  File "a.py", line 1, in f', "    f()", "ValueError: y"];

test("folds: the lines of a trace fold under the first and have its level", () => {
  const store = make();
  const all = entries("before", ...JAVA, "after");
  store.append(all);
  assert.deepEqual(rows(store), ["before", "ERROR boom x5/2", "after"]);
  assert.deepEqual(all.map(({ level }) => level), ["OTHER", ...Array(5).fill("ERROR"), "OTHER"]);
  check(store);
});

test("folds: the error of a traceback stays in sight", () => {
  const store = make();
  const all = entries("ERROR root", ...PYTHON, "after");
  store.append(all);
  assert.deepEqual(rows(store), ["ERROR root x4/1", "ValueError: y", "after"]);
  assert.equal(all[4].level, "ERROR");
  check(store);
});

test("folds: a record of another writer, a marker and a record of several lines end a trace", () => {
  const [head, one, two] = JAVA;
  const host = (data, name) => entry(data, { fields: { host: name } });
  const cases = [
    [entries(head, one, "GET / 200", two), ["ERROR boom x2/1", "GET / 200", two]],
    [[...entries(head, one), makeMarker("gap", "gap"), ...entries(two)], ["ERROR boom x2/1", "gap", two]],
    [[host(head, "a"), host(one, "a"), host(two, "b")], ["ERROR boom x2/1", two]],
    [[entry(head), entry(one, { event: "note" })], [head, one]],
    [entries(head, `${one}\n${two}`), [head, `${one}\n${two}`]],
    [entries(head, `${one}\n`, two), ["ERROR boom x3/2"]],
    [entries("GET / 200", one, two), [`${one} x2/1`]],
    [entries(`${head}\n${one}`, ...PYTHON.slice(0, 2)), [`${head}\n${one}`, `${PYTHON[0]} x2/1`]],
    [entries(`web-1  | ${head}`, `web-1  | ${one}`, `db-1   | ${two}`), [`web-1  | ${head} x2/1`, `db-1   | ${two}`]],
  ];
  for (const [items, want] of cases) {
    const store = make();
    store.append(items);
    assert.deepEqual(rows(store).slice(-want.length), want);
    check(store);
  }
});

test("folds: lines of a trace in JSON fold too", () => {
  const store = make();
  const line = (level, message, pod) => entry(JSON.stringify({ level, message, pod }));
  store.append([line("ERROR", "boom", "a"), line("INFO", JAVA[1], "a"), line("INFO", JAVA[2], "b")]);
  assert.deepEqual(rows(store), ["boom x2/1", JAVA[2]]);
});

test("folds: equal neighbours, and what ends them", () => {
  const store = make();
  const json = (message, n) => entry(JSON.stringify({ level: "INFO", message, n }));
  store.append([...entries("a", "a", "a", "b", "a"), json("a", 1), json("a", 2), entry("a", { event: "e" }), makeMarker("gap", "g"), entry("a", { event: "e" }), entry("a", { event: "f" })]);
  assert.deepEqual(rows(store), ["a x3", "b", "a", "a x2", "a", "g", "a", "a"]);
  check(store);
});

test("folds: an equal record that turns out to begin a trace leaves its fold", () => {
  const store = make();
  store.append(entries("ERROR boom", "ERROR boom", "ERROR boom"));
  assert.deepEqual(rows(store), ["ERROR boom x3"]);
  store.append(entries(JAVA[1]));
  assert.deepEqual(rows(store), ["ERROR boom x2", "ERROR boom x2/1"]);
  check(store);
  store.append(entries("x", "ERROR boom", "ERROR boom", JAVA[1], "ERROR boom"));
  assert.deepEqual(rows(store).slice(2), ["x", "ERROR boom", "ERROR boom x2/1", "ERROR boom"]);
  check(store);
});

test("folds: older records join, also in the middle of a trace", () => {
  const store = make();
  const [first, ...rest] = JAVA;
  store.append(entries(...rest.slice(1), "a", "a"));
  assert.deepEqual(rows(store), ["\tat a.c(C.java:2) x3/0", "a x2"]);
  store.prepend(entries("a", first, rest[0]));
  assert.deepEqual(rows(store), ["a", "ERROR boom x5/2", "a x2"]);
  check(store);
  store.prepend(entries("a", "a"));
  assert.deepEqual(rows(store), ["a x3", "ERROR boom x5/2", "a x2"]);
  check(store);
});

test("folds: older records give their level to lines that the filter had hidden", () => {
  const store = make({ passes: (item) => item.level !== "OTHER" });
  store.append(entries(PYTHON[2], PYTHON[3], "INFO after"));
  assert.deepEqual(rows(store), ["ValueError: y", "INFO after"]);
  store.prepend(entries("ERROR root", PYTHON[0], PYTHON[1]));
  assert.deepEqual(rows(store), ["ERROR root x4/1", "ValueError: y", "INFO after"]);
  check(store);
});

test("folds: eviction keeps the count right, and the rest has a head", () => {
  const store = make({ cap: 1000 });
  store.append(Array.from({ length: 900 }, () => entry("same")));
  store.append(Array.from({ length: 5000 }, () => entry("same")));
  assert.deepEqual(rows(store), [`same x${store.count}`]);
  check(store);
  store.append([entry("ERROR boom"), ...Array.from({ length: 2000 }, (_, i) => entry(`\tat a.b(C.java:${i})`))]);
  assert.equal(rows(store).length, 1);
  assert.ok(rows(store)[0].endsWith(` x${store.count}/${store.count - 1}`), rows(store)[0]);
  check(store);
});

test("folds: an open fold shows all, also what joins it later, until it closes", () => {
  const store = make();
  store.append(entries("a", "a", "a"));
  const fold = foldOf(store.firstRecord());
  store.setOpen(fold, true);
  store.append(entries("a"));
  store.prepend(entries("b", "a"));
  assert.deepEqual(rows(store), ["b", "a x5", "a", "a", "a", "a"]);
  store.prepend(entries("b", "b"));
  store.setOpen(foldOf(store.firstRecord()), true);
  store.prepend(entries("b", "b", "b"));
  assert.equal(rows(store).length, 11, "a closed fold opens when it joins an open one");
  check(store);
  store.remeasure();
  check(store);
  store.clear();
  store.append(entries("a", "a", "a", "a", "a"));
  store.setOpen(foldOf(store.firstRecord()), true);
  store.refilter();
  apply(store);
  assert.deepEqual(rows(store), ["a x5", "a", "a", "a", "a"], "a filter leaves it open");
  store.setOpen(foldOf(store.firstRecord()), false);
  assert.deepEqual(rows(store), ["a x5"]);
  check(store);
  store.remeasure();
  check(store);
});

test("folds: places of folded entries are those of their heads", () => {
  const store = make();
  const all = entries("x", "a", "a", "a", "y");
  store.append(all);
  assert.deepEqual(store.locate(all[3].seq), { entry: all[1], top: 20 });
  assert.deepEqual(store.between(0, 1000).entries, [all[0], all[1], all[4]]);
  assert.equal(store.neighbour(all[1].seq, 1), all[4]);
  assert.equal(store.neighbour(all[4].seq, -1), all[1]);
  store.uncover(all[3]);
  assert.deepEqual(store.locate(all[3].seq), { entry: all[3], top: 60 });
});

test("folds: without the wish nothing folds, but levels stay", () => {
  const store = make({ traces: false, equal: false });
  store.append(entries(...JAVA, "a", "a"));
  assert.equal(rows(store).length, 7);
  Object.assign(store.wants, { traces: true, equal: true });
  store.refilter();
  apply(store);
  assert.deepEqual(rows(store), ["ERROR boom x5/2", "a x2"]);
});

/* Random work on one store. Folds are the same as in a store that gets what is left at once. */
test("folds: any order of work gives the same folds", () => {
  const lines = ["a", "a", "a", "b", "ERROR boom", ...JAVA.slice(1), ...PYTHON, "c"];
  for (let seed = 1; seed <= 60; seed++) {
    let at = seed;
    const random = (n) => Math.floor(((at = (at * 48271) % 2147483647) / 2147483647) * n);
    const hidden = new Set();
    const store = make({ cap: 400, passes: (item) => !hidden.has(item.message) });
    const lot = () => {
      const made = [];
      while (made.length < 90) {
        const from = random(lines.length);
        made.push(...lines.slice(from, from + 1 + random(5)).flatMap((line) => entries(...Array(1 + random(3)).fill(line))));
      }
      return made;
    };
    for (let n = 0; n < 25; n++) {
      const what = random(7);
      if (what < 2) store.append(lot());
      if (what === 2) store.prepend(lot());
      if (what === 3) {
        const line = lines[random(lines.length)];
        if (!hidden.delete(line)) hidden.add(line);
        store.refilter(random(2) ? Infinity : store.nextSeq - random(400));
      }
      if (what === 4) {
        let left = random(4);
        store.filterSome(() => left-- > 0);
      }
      if (what === 5) store.setCap(300 + random(200));
      const some = store.locate(store.nextSeq - random(400))?.entry;
      if (what === 6 && some && foldOf(some)) store.setOpen(foldOf(some), random(2) === 0);
      check(store);
    }
    apply(store);
    check(store);
    for (const item of [...store.shownChunks()].flat()) if (foldOf(item)?.open) store.setOpen(foldOf(item), false);
    check(store);
    const seen = rows(store);
    store.refilter();
    apply(store);
    assert.deepEqual(seen, rows(store), `seed ${seed}`);
  }
});
