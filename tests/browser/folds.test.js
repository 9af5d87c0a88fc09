// SPDX-License-Identifier: MIT
/*
 * Folds in the console: stack traces in one record and in several, equal records, and long ones. Each test begins with
 * an empty log.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { download, held, json, numbered, row, rows, rowsAre, shows, texts, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

const FRAMES = numbered(0, 14, (n) => `\tat com.shop.Orders.step${n}(Orders.java:${n + 10})`);
const JAVA = ["ERROR java.lang.IllegalStateException: order is gone", ...FRAMES];
const PYTHON = ["Traceback (most recent call last):", '  File "/app/a.py", line 3, in find', "    raise ValueError(7)", "ValueError: 7"];

const fold = (page, text) => row(page, text).locator("button.fold").first();
const isOpen = (page, text, open = true) => row(page, text).locator(`button.fold[aria-expanded=${open}]`).first().waitFor();
const height = async (page, text) => Math.round((await row(page, text).first().boundingBox()).height);
const click = (page, id) => page.evaluate((name) => document.getElementById(name).click(), id);

/* The texts of the rows, with those of the buttons that fold them. */
const folded = (page) =>
  page.locator("#rows .row").evaluateAll((nodes) =>
    nodes.map((n) => [...n.querySelectorAll(".fold")].map((b) => (b.dataset.text ?? b.textContent).slice(2)).concat(n.querySelector(".text, .marker-text").textContent).join(" | ")));

async function foldedAre(page, want) {
  let seen;
  await until(async () => (seen = (await folded(page)).join("\n")) === want.join("\n"), () => `rows ${want.join(" / ")}: ${seen}`);
}

test("a stack trace in one record folds to its first line; the button, e and Enter open and close it", async () => {
  await site.stack.addMany(["before", json("ERROR", JAVA.join("\n")), "after"]);
  const page = await site.open();
  await foldedAre(page, ["before", `14 frames | ${JAVA[0]}`, "after"]);
  await isOpen(page, "order is gone", false);
  assert.equal(await height(page, "order is gone"), 20);
  assert.equal(await fold(page, "order is gone").getAttribute("aria-label"), "14 frames");
  await fold(page, "order is gone").click();
  await isOpen(page, "order is gone");
  await page.locator("button.rest").click(); // fifteen lines are more than twelve
  assert.deepEqual(await rows(page), ["before", JAVA.join("\n"), "after"]);
  assert.equal(await height(page, "order is gone"), 300);
  await page.keyboard.press("e");
  await rowsAre(page, ["before", JAVA[0], "after"]);
  await page.keyboard.press("Enter");
  await rowsAre(page, ["before", JAVA.join("\n"), "after"]);
  await page.keyboard.press("Enter");
  await page.locator(".fields").waitFor();
  await page.keyboard.press("Enter");
  await rowsAre(page, ["before", JAVA[0], "after"]);
  assert.equal(await page.locator(".fields").count(), 0);
});

test("the error of a traceback stays in sight, in one record and in several", async () => {
  await site.stack.add(`ERROR:root:failed\n${PYTHON.join("\n")}`);
  await site.stack.addMany(PYTHON);
  const page = await site.open();
  await foldedAre(page, ["1 frame | root:failed\nValueError: 7", `1 frame | ${PYTHON[0]}`, "ValueError: 7"]);
  await fold(page, "root").click();
  await rowsAre(page, [`root:failed\n${PYTHON.join("\n")}`, PYTHON[0], "ValueError: 7"]);
});

test("a trace that comes as one record for each line folds live under its first, with its level", async () => {
  const page = await site.open();
  await site.stack.addMany(["start", JAVA[0]]);
  await shows(page, "order is gone");
  for (const line of FRAMES.slice(0, 3)) await site.stack.add(line);
  await foldedAre(page, ["start", `3 frames | ${JAVA[0]}`]);
  await site.stack.addMany(FRAMES.slice(3));
  await foldedAre(page, ["start", `14 frames | ${JAVA[0]}`]);
  assert.match(await page.locator("#counts").textContent(), /^16\b/, "each is a record");
  await page.keyboard.press("6"); // hides those without a level
  await foldedAre(page, [`14 frames | ${JAVA[0]}`]);
  await fold(page, "order is gone").click();
  await rowsAre(page, JAVA);
  assert.equal(await page.locator("#rows .row.level-ERROR").count(), 15);
  assert.equal(await page.locator("#rows .row.member").count(), 14);
  await row(page, "step7").click();
  await row(page, "step7").focus();
  await page.keyboard.press("e");
  await foldedAre(page, [`14 frames | ${JAVA[0]}`]);
  assert.equal(await row(page, "order is gone").evaluate((n) => n === document.activeElement), true);
  assert.deepEqual(await texts(page), JAVA, "a file has all lines");
});

test("a record of another writer ends a trace", async () => {
  await site.stack.addMany([JAVA[0], FRAMES[0], FRAMES[1], "GET /orders 200", FRAMES[2]]);
  const page = await site.open();
  await foldedAre(page, [`2 frames | ${JAVA[0]}`, "GET /orders 200", FRAMES[2]]);
});

test("a search shows the match in a trace, in one record and in several", async () => {
  await site.stack.addMany([json("ERROR", `one record\n${FRAMES.join("\n")}`), ...JAVA, "after"]);
  const page = await site.open();
  await foldedAre(page, ["14 frames | one record", `14 frames | ${JAVA[0]}`, "after"]);
  for (const query of ["step9(", "/step9\\(/"]) {
    await page.locator("#query").fill(query);
    await rowsAre(page, [`one record\n${FRAMES.join("\n")}`, FRAMES[9]]);
    assert.deepEqual(await page.locator("#rows mark").allTextContents(), ["step9(", "step9("]);
  }
  await page.locator("#query").fill("/one|gone/");
  await rowsAre(page, ["one record", JAVA[0]]);
  await page.locator("#query").fill("");
  await foldedAre(page, ["14 frames | one record", `14 frames | ${JAVA[0]}`, "after"]);
});

test("equal neighbours fold and are counted live; a click opens all", async () => {
  const page = await site.open();
  const ids = [];
  for (let n = 0; n < 3; n++) ids.push(await site.stack.add("disk is full"));
  await foldedAre(page, ["× 3 | disk is full"]);
  await site.stack.addMany(Array(17).fill("disk is full"));
  await foldedAre(page, ["× 20 | disk is full"]);
  const all = await held(page);
  assert.equal(all.length, 20);
  assert.equal((await row(page, "disk").locator("a.time").getAttribute("href")).includes(all[0].id), true, "the first time");
  const last = await page.evaluate((ms) => new Date(ms).toTimeString().slice(0, 8), Number(all[19].id.split("-")[0]));
  for (const name of ["title", "aria-label"]) assert.ok((await fold(page, "disk").getAttribute(name)).includes(`20 equal records, the last one at ${last}`), name);
  await site.stack.addMany(["other", "disk is full"]);
  await foldedAre(page, ["× 20 | disk is full", "other", "disk is full"]);
  assert.equal((await download(page, "save-text")).match(/disk is full\n/g).length, 21);
  await fold(page, "disk").click();
  await until(async () => (await rows(page)).length === 22, "all are shown");
  await fold(page, "disk").click();
  await foldedAre(page, ["× 20 | disk is full", "other", "disk is full"]);
});

test("rows that are copied bring all records that are folded", async () => {
  await site.stack.addMany(["before", "same", "same", ...JAVA]);
  const page = await site.open("", await site.newContext({ permissions: ["clipboard-read", "clipboard-write"] }));
  await foldedAre(page, ["before", "× 2 | same", `14 frames | ${JAVA[0]}`]);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.evaluate(() => {
    const shown = document.querySelectorAll("#rows .text");
    getSelection().setBaseAndExtent(shown[0], 0, shown[2], 1);
    document.execCommand("copy");
  });
  await until(async () => (await clipboard()).split("\n").filter(Boolean).length === 18, "all lines");
  assert.match(await clipboard(), /before\n.* same\n.* same\n.*order is gone\n(?:.*step\d+.*\n){14}$/);
  await row(page, "order").locator("button.fold").focus();
  await page.keyboard.press("y");
  await until(async () => (await clipboard()).split("\n").length === 15, "the records of the row");
});

test("a fold grows without another row being built or moved, and the button stays", async () => {
  await site.stack.addMany([...numbered(0, 5), "same", "same"]);
  const page = await site.open();
  await foldedAre(page, [...numbered(0, 5), "× 2 | same"]);
  await page.evaluate(() => {
    window.built = 0;
    new MutationObserver((list) => (window.built += list.length)).observe(document.getElementById("rows"), { childList: true });
    window.button = document.querySelector(".fold");
  });
  await site.stack.addMany(Array(500).fill("same"));
  await foldedAre(page, [...numbered(0, 5), "× 502 | same"]);
  assert.deepEqual(await page.evaluate(() => [window.built, window.button.isConnected]), [0, true]);
  assert.equal(await height(page, "same"), 20);
});

test("filters, eviction and a link keep the fold right", async () => {
  const host = (n) => json("INFO", "same", { n });
  const ids = [];
  for (let n = 0; n < 6; n++) ids.push(await site.stack.add(host(n)));
  await site.stack.addMany(Array.from({ length: 394 }, (_, n) => host(n + 6)));
  const page = await site.open("?cap=256");
  await until(async () => /^× (1|2)\d\d \| same$/.test((await folded(page)).join()), "as many as are held");
  const count = Number(/\d+/.exec((await folded(page))[0])[0]);
  assert.match(await page.locator("#counts").textContent(), new RegExp(`^${count}\\b`));
  await page.locator("#query").fill('"n":39');
  await until(async () => /^× 1[01] \| same$/.test((await folded(page)).join()), "those that pass");
  await page.close();
  const linked = await site.open(`?at=${ids[3]}`);
  await linked.locator("#rows .row.target").waitFor();
  assert.equal(await linked.locator("#rows .row.target a.time").getAttribute("href").then((href) => href.includes(ids[3])), true);
  assert.equal(await linked.locator("#rows .row.target").evaluate((n) => n === document.activeElement), true);
});

test("folds are switched off and on in the menu, and remembered", async () => {
  await site.stack.addMany([...JAVA, "a", "a"]);
  const page = await site.open();
  await foldedAre(page, [`14 frames | ${JAVA[0]}`, "× 2 | a"]);
  await click(page, "fold-traces");
  await foldedAre(page, [...JAVA, "× 2 | a"]);
  await click(page, "fold-equal");
  await foldedAre(page, [...JAVA, "a", "a"]);
  await page.reload();
  await foldedAre(page, [...JAVA, "a", "a"]);
  await click(page, "fold-traces");
  await click(page, "fold-equal");
  await foldedAre(page, [`14 frames | ${JAVA[0]}`, "× 2 | a"]);
});

test("a long record ends after twelve lines; the button, e and Enter show all", async () => {
  const many = numbered(0, 43).join("\n");
  await site.stack.addMany(["before", many, numbered(0, 12).join("\n"), "word ".repeat(1000), "short ".repeat(150), "after"]);
  const page = await site.open("", await site.newContext({ viewport: { width: 900, height: 1800 } }));
  await shows(page, "after");
  const rest = (text) => row(page, text).locator("button.rest");
  assert.deepEqual(await page.locator("button.rest").allTextContents(), ["… show all 43 lines", "… show all 5000 characters"]);
  assert.equal(await height(page, "line 42"), 260);
  assert.equal(await row(page, "line 11").last().evaluate((n) => n.getBoundingClientRect().height), 240, "twelve lines are not cut");
  assert.equal(await height(page, "word"), 260);
  await rest("line 42").click();
  assert.equal(await height(page, "line 42"), 43 * 20);
  const canvas = () => page.evaluate(() => {
    const nodes = [...document.querySelectorAll("#rows .row")];
    return (document.getElementById("canvas").offsetHeight - nodes.reduce((sum, n) => sum + n.getBoundingClientRect().height, 0));
  });
  assert.equal(await canvas(), 0, "the list knows the heights");
  await page.keyboard.press("e");
  assert.equal(await height(page, "line 42"), 260);
  await page.keyboard.press("Enter");
  assert.equal(await height(page, "line 42"), 43 * 20);
  await page.keyboard.press("Enter");
  await page.keyboard.press("w");
  await until(async () => (await page.locator("button.rest").allTextContents()).join() === "… show all 43 lines", "without wrapping only lines count");
  assert.equal(await height(page, "word"), 20);
  await page.keyboard.press("w");
  await page.setViewportSize({ width: 400, height: 1800 });
  await until(async () => (await page.locator("button.rest").count()) === 3, "a narrow page cuts more of them");
});

test("a stack trace in a field folds, and a match of an expression in a field is marked and opens it", async () => {
  await site.stack.add(json("ERROR", "boom", { err: { stack: `Error: gone\n${FRAMES.join("\n")}` }, pod: "web-3" }));
  const page = await site.open();
  await shows(page, "boom");
  await page.locator("#rows button.more").click();
  const stack = page.locator(".fields dd").filter({ hasText: "gone" });
  assert.equal(await stack.textContent(), '{\n  "stack": "Error: gone"\n}');
  await page.locator("#query").fill("/web-./ /step7/");
  const marks = page.locator(".fields mark");
  await until(async () => (await marks.allTextContents()).join() === "step7,web-3", "marks in fields");
  assert.equal(await page.locator("#rows .hint").textContent(), "in payload");
  await stack.locator("button.fold-frames").click();
  await until(async () => (await marks.allTextContents()).join() === "web-3", "the trace is closed");
});
