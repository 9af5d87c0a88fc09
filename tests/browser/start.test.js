// SPDX-License-Identifier: MIT
/*
 * The start of the console takes few trips to the server. perf/start.js measures the time on a slow line.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { numbered, shows } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();

/* Page, style, script, list of logs, history. */
const NEEDED = [/^console\.html$/, /^console\.css$/, /^console[a-z-]*\.js$/, /^logs/, /^history\?limit=200$/];

test("records are shown after five requests, before there is a stream; the rest of 1,000 follows when it is live", async () => {
  await site.stack.addMany(numbered(0, 1500));
  const page = await site.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url().replace(/^.*\//, "")));
  let open;
  const opened = new Promise((done) => (open = done));
  await page.route("**/sselog/stream?*", async (route) => (await opened, route.continue()));
  await page.goto(`${site.stack.url}/console.html`);
  await shows(page, "line 1499");
  assert.equal(await page.locator("#state-text").textContent(), "connecting");
  const before = asked.filter((name) => !name.startsWith("stream?") && !name.startsWith("data:"));
  for (const needed of NEEDED) assert.equal(before.filter((name) => needed.test(name)).length, 1, `${needed}: ${before}`);
  assert.equal(before.length, NEEDED.length, `${before}`);
  await page.locator("#counts").filter({ hasText: /^200$/ }).waitFor();
  open();
  await page.locator("#counts").filter({ hasText: /^1,000$/ }).waitFor();
  assert.equal(await page.locator("#head-text").textContent(), "");
});
