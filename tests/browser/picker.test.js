// SPDX-License-Identifier: MIT
/*
 * The picker: the logs of SSELOG_LOGS at the left of the page, or in a drawer on phones. They have ages and
 * errors, and the page shows those that the reader chooses.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { checkThemes } from "./axe.js";
import { json, openConsole, rowsAre, shows, state, until } from "./browser.js";
import { useSite } from "./site.js";

const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
const KEY = "stream:logs:test";
const LOGS = `web(Web_server)=${KEY} api=${KEY}:api @names=${KEY}:set:{log}`;

const line = (page, name) => page.locator(`#picker-list li[data-log="${name}"]`);
const box = (page, name) => line(page, name).locator("input");
const ticked = (page) => page.locator("#picker-list input:checked").evaluateAll((boxes) => boxes.map((one) => one.closest("li").dataset.log));
const search = (page) => page.evaluate(() => location.search);
const addressIs = (page, want) => until(async () => (await search(page)) === want, `the address ${want}`);
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.closest("li")?.dataset.log || document.activeElement.tagName);

/* Adds a record to a log by its key, written some ms ago. */
const addTo = (stack, key, data, ago = 0) =>
  stack.redis("XADD", key, ago ? `${Date.now() - ago}-0` : "*", "data", data);

const HOUR = 3_600_000;

/* The log web, which is the default one, with two errors now, and the log api of yesterday. */
async function fillLogs(stack) {
  await addTo(stack, KEY, json("ERROR", "web of long ago"), HOUR);
  await stack.addMany([json("ERROR", "web one"), json("CRITICAL", "web two"), json("INFO", "web three")]);
  await addTo(stack, `${KEY}:api`, json("ERROR", "api of yesterday"), 30 * HOUR);
}

const named = (page, name) => page.getByRole("checkbox", { name }).waitFor();

{
  const site = useSite({ SSELOG_LOGS: LOGS });

  test("the default log is ticked; each log tells its age and the errors of ten minutes", async () => {
    await fillLogs(site.stack);
    await site.stack.redis("SADD", "names", "jobs");
    const page = await site.open();
    await named(page, /^Web server, last record \d+ seconds? ago, 2 errors in ten minutes$/);
    await named(page, /^api, last record (yesterday|2 days ago), no errors in ten minutes$/);
    await named(page, /^jobs, no records, no errors in ten minutes$/);
    assert.deepEqual(await ticked(page), ["web"]);
    assert.equal(await search(page), "");
    await rowsAre(page, ["web of long ago", "web one", "web two", "web three"]);
    await checkThemes(page, "picker");
  });

  test("a click on a name shows only this log; its address, title and links name it, also when it is loaded again", async () => {
    await fillLogs(site.stack);
    const page = await site.open();
    await line(page, "api").getByRole("button", { name: "api: only this log" }).click();
    await rowsAre(page, ["api of yesterday"]);
    assert.deepEqual(await ticked(page), ["api"]);
    await addressIs(page, "?log=api");
    assert.equal(await page.locator("#title").textContent(), "api");
    assert.match(await page.locator("#rows a.time").getAttribute("href"), /\?log=api&at=\d+-\d+$/);
    await page.reload();
    await rowsAre(page, ["api of yesterday"]);
    await box(page, "api").click();
    await page.locator("#picker-note").filter({ hasText: "At least one log is shown." }).waitFor();
    assert.deepEqual(await ticked(page), ["api"]);
  });

  test("several logs are ticked: the page shows the records of all", async () => {
    await fillLogs(site.stack);
    const page = await site.open("?log=web");
    await box(page, "api").check();
    await addressIs(page, "?log=web&log=api");
    await shows(page, "api of yesterday");
    await shows(page, "web three");
    await addTo(site.stack, `${KEY}:api`, json("INFO", "api now"));
    await shows(page, "api now");
    assert.ok(await page.locator("#picker-all").isHidden(), "all are shown");
    await box(page, "web").uncheck();
    await rowsAre(page, ["api of yesterday", "api now"]);
    await page.getByRole("button", { name: "Show all" }).click();
    await addressIs(page, "?log=web&log=api");
    await shows(page, "web three");
    assert.equal(await focused(page), "picker-close");
  });

  test("many logs are found by a filter, and 16 of them can be shown", async () => {
    await site.stack.redis("SADD", "names", ...Array.from({ length: 20 }, (_, n) => `job${String(n).padStart(2, "0")}`));
    const chosen = Array.from({ length: 15 }, (_, n) => `log=job${String(n).padStart(2, "0")}`).join("&");
    const page = await site.open(`?${chosen}`);
    await page.locator("#picker-filter").fill("WEB ser");
    assert.equal(await page.locator("#picker-list li:visible").count(), 1);
    await page.locator("#picker-filter").fill("nothing");
    await page.locator("#picker-note").filter({ hasText: "No log is called so." }).waitFor();
    await page.locator("#picker-filter").press("Escape");
    assert.equal(await page.locator("#picker-list li:visible").count(), 22);
    await box(page, "job19").check();
    await page.locator("#picker-note").filter({ hasText: "At most 16 logs can be shown at once." }).waitFor();
    assert.ok(await box(page, "job18").isDisabled());
    await box(page, "job19").uncheck();
    assert.ok(await box(page, "job18").isEnabled());
  });

  long("a list that fails is told, and keeps what it has; a log that is no more stays ticked with a word", async () => {
    await fillLogs(site.stack);
    const page = await site.newPage();
    await page.goto(`${site.stack.url}/console.html?log=gone`);
    await line(page, "gone").filter({ hasText: "not among your logs" }).waitFor();
    await page.locator("#notice").filter({ hasText: "You may not read this log." }).waitFor();
    assert.deepEqual(await ticked(page), ["gone"]);
    await page.route("**/sselog/logs", (route) => route.fulfill({ status: 503, json: { error: "no Redis" } }));
    await box(page, "web").check();
    await box(page, "gone").click(); // its line goes
    await shows(page, "web three");
    await page.goto(`${site.stack.url}/console.html?log=web`);
    await state(page, "live"); // then it asks once more
    await page.locator("#picker-error").filter({ hasText: "The server does not list the logs: no Redis" }).waitFor();
    await shows(page, "web three");
    await page.unrouteAll();
    await page.locator("#picker-again").click();
    await named(page, /^api, /);
    assert.ok(await page.locator("#picker-error").isHidden());
  });

  long("a phone has a drawer, which gives the focus back; a wide page remembers that the list is folded", async () => {
    await fillLogs(site.stack);
    const page = await site.open("", await site.newContext(PHONE));
    await shows(page, "web three");
    await page.locator("#picker-open").tap();
    await named(page, /^Web server, .* 2 errors/);
    await checkThemes(page, "drawer");
    assert.equal(await focused(page), "web");
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#picker").isHidden());
    assert.equal(await focused(page), "picker-open");
    await page.locator("#picker-open").tap();
    await line(page, "api").locator(".only").tap();
    await rowsAre(page, ["api of yesterday"]);
    assert.ok(await page.locator("#picker").isHidden());
    await page.setViewportSize({ width: 1000, height: 700 });
    await page.locator("#picker-close").click();
    await addressIs(page, "?log=api");
    await page.reload();
    await shows(page, "api of yesterday");
    await page.locator("#picker-open").waitFor();
    assert.ok(await page.locator("#picker").isHidden());
    await page.keyboard.press("l");
    assert.equal(await focused(page), "api");
    await page.keyboard.press("Space");
    await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(page), "web");
  });
}

{
  const site = useSite({ SSELOG_LOGS: `api=${KEY}:api worker=${KEY}:worker` });

  long("where no log is the default one, the reader is asked to choose, and meanwhile sees what has no name", async () => {
    await addTo(site.stack, `${KEY}:api`, "of api");
    const page = await site.open("", await site.newContext(PHONE));
    await page.locator("#picker-note").filter({ hasText: /^Choose a log\.$/ }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#head-text").filter({ hasText: "Choose a log: the one without a name has no records" }).waitFor();
    await site.stack.add("of nobody");
    const wide = await site.open();
    await shows(wide, "of nobody");
    await wide.locator("#picker-note").filter({ hasText: "Until then the page shows" }).waitFor();
    await box(wide, "api").check();
    await rowsAre(wide, ["of api"]);
    assert.equal(await wide.locator("#picker-note").textContent(), "");
    const unnamed = (url) => /\/(stream|history)$/.test(url.pathname) && !url.searchParams.has("log");
    await wide.route(unnamed, (route) => route.fulfill({ status: 403, json: { error: "not allowed" } }));
    await wide.goto(`${site.stack.url}/console.html`);
    await state(wide, "no log chosen");
    await wide.locator("#head-text").filter({ hasText: "Choose a log: you have none without a name" }).waitFor();
    assert.ok(await wide.locator("#notice").isHidden());
  });
}

{
  const site = useSite({ SSELOG_LOGS: `api=${KEY}:api` });

  test("with one log there is nothing to choose", async () => {
    await site.stack.add("the record");
    const listed = [];
    const page = await site.newPage();
    page.on("response", (response) => response.url().endsWith("/sselog/logs") && listed.push(response.status()));
    await openConsole({ newPage: async () => page }, site.stack);
    await shows(page, "the record");
    await until(() => listed.length, "the list of logs");
    assert.ok(await page.locator("#picker-open").isHidden());
    assert.ok(await page.locator("#picker").isHidden());
  });
}
