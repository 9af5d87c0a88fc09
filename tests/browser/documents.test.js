// SPDX-License-Identifier: MIT
/*
 * docs/client.md: each of its examples in Chromium, against the real stack. The long form has them as built, too.
 */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { long, short as test } from "./amount.js";
import { numbered, until } from "./browser.js";
import { bundleExamples, examples } from "./examples.js";
import { useSite } from "./site.js";

const files = await examples();

test("each example of the document is run", () => {
  const run = ["element.html", "list.html", "module.html", "several.js", "search.js", "resume.html", "tokens.js", "useLog.jsx", "Log.jsx", "useLog.js", "Log.vue", "typed.ts"];
  assert.deepEqual([...files.keys()], run);
});

const items = (page) => page.locator("li").allTextContents();
const itemsAre = (page, want) => until(async () => (await items(page)).join("|") === want.join("|"), () => `items ${want}`);
const says = (page, text) => page.locator("p").filter({ hasText: text }).waitFor();

/* A page with this HTML, or another origin's page with it. */
async function open(site, body, origin = site.stack.url) {
  const page = await site.context.newPage();
  await page.route("**/example.html", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(`${origin}/example.html`);
  return page;
}

/* A page with the bundle of a program. */
async function openBundle(site, program, { development = false, origin = undefined } = {}) {
  const script = await bundleExamples(program, development);
  const page = await open(site, '<!doctype html><title>x</title><div id="app"></div>', origin);
  await page.addScriptTag({ content: script });
  return page;
}

describe("pages and components", () => {
  const site = useSite();
  const viewersAre = (n) => until(async () => (await site.stack.viewers()) === n, `${n} viewers`);

  test("a plain script", async () => {
    await site.stack.addMany(numbered(0, 3));
    const page = await open(site, files.get("element.html"));
    await says(page, "live");
    await site.stack.add("<b>live</b>");
    await itemsAre(page, [...numbered(0, 3), "<b>live</b>"]);
  });

  test("the element: only records that pass, in its own list", async () => {
    await site.stack.addMany(['{"level":"info","msg":"fine"}', '{"level":"error","msg":"broken"}']);
    const page = await open(site, files.get("list.html"));
    await page.locator("sselog-log .row").filter({ hasText: "broken" }).waitFor();
    assert.equal(await page.locator("sselog-log .row").count(), 1);
  });

  test("a module, and older records", async () => {
    await site.stack.addMany(numbered(0, 15));
    const page = await open(site, files.get("module.html"));
    await says(page, "live");
    await itemsAre(page, numbered(5, 15));
    await page.locator("#older").click();
    await itemsAre(page, numbered(0, 15));
    assert.ok(await page.locator("#older").isHidden());
    await site.stack.add("live");
    await itemsAre(page, [...numbered(0, 15), "live"]);
  });

  test("resume: a page that is opened again gets what came meanwhile, or is told of the gap", async () => {
    await site.stack.addMany(numbered(0, 3));
    const page = await open(site, files.get("resume.html"));
    await itemsAre(page, numbered(0, 3));
    await page.goto("about:blank");
    await site.stack.addMany(numbered(3, 5));
    await page.goBack();
    await itemsAre(page, numbered(3, 5));
    await page.goto("about:blank");
    await site.stack.addMany(numbered(5, 9));
    await site.stack.trim(1);
    await page.goBack();
    await itemsAre(page, ["line 8"]);
    assert.match(await page.locator("ul").textContent(), /^3 records are missing here/);
  });

  /* Each shows a component, changes its address, and takes it away. */
  const COMPONENTS = {
    React: `
      import { StrictMode } from "react";
      import { createRoot } from "react-dom/client";
      import { Log } from "./Log.jsx";
      const root = createRoot(document.getElementById("app"));
      window.show = (url) => root.render(<StrictMode>{url && <Log url={url} />}</StrictMode>);
      show("/sselog/stream");`,
    Vue: `
      import { createApp, h, shallowRef } from "vue";
      import Log from "./Log.vue";
      const at = shallowRef("/sselog/stream");
      window.show = (url) => (at.value = url);
      createApp(() => at.value && h(Log, { url: at.value })).mount("#app");`,
  };

  for (const [name, program] of Object.entries(COMPONENTS)) {
    for (const development of [true, false]) {
      (development ? test : long)(`${name}, ${development ? "in development" : "as built"}: records once, another address, cleanup`, async () => {
        await site.stack.addMany(["pear", "apple"]);
        const page = await openBundle(site, program, { development });
        await says(page, "live");
        await site.stack.add("apple live");
        await itemsAre(page, ["pear", "apple", "apple live"]);
        await viewersAre(1);
        await page.evaluate(() => window.show("/sselog/stream?q=apple"));
        await itemsAre(page, ["apple", "apple live"]);
        await page.evaluate(() => window.show(""));
        await viewersAre(0);
        assert.deepEqual(await items(page), []);
      });
    }
  }

  test("React's StrictMode: the first client of two asks for nothing", async () => {
    const page = await open(site, '<!doctype html><div id="app"></div>');
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.addScriptTag({ content: await bundleExamples(COMPONENTS.React, true) });
    await says(page, "live");
    assert.deepEqual(asked, ["/sselog/history", "/sselog/stream"]);
  });

  test("TypeScript", async () => {
    await site.stack.addMany(['{"level":"info"}', '{"level":"error"}']);
    const program = 'import { errors } from "./typed.ts"; window.got = []; errors("/sselog/stream", (record) => got.push(record.data));';
    const page = await openBundle(site, program);
    await until(() => page.evaluate(() => window.got.length), "a record");
    assert.deepEqual(await page.evaluate(() => window.got), ['{"level":"error"}']);
  });
});

describe("several logs", () => {
  const site = useSite({ SSELOG_LOGS: "web(Shop)=logs:web api=logs:api" });

  test("records of each have its name, and a search looks at both", async () => {
    await site.stack.redis("XADD", "logs:web", "*", "data", '{"level":"error","msg":"card declined"}');
    await site.stack.redis("XADD", "logs:api", "*", "data", "[error] card declined");
    await site.stack.redis("XADD", "logs:api", "*", "data", "[info] card declined");
    const printed = [];
    site.context.on("console", (message) => printed.push(message.text()));
    const prints = (text) => until(() => printed.some((line) => line.includes(text)), () => `${text} in ${printed}`);
    await openBundle(site, files.get("several.js"));
    for (const text of ["web: Shop,api: api", '"msg":"card declined"}', "[info] card declined"]) await prints(text);
    printed.length = 0;
    await openBundle(site, files.get("search.js"));
    await prints("done");
    assert.deepEqual(printed.filter((line) => line.includes("declined")).map((line) => line.slice(0, 4)).sort(), ["api ", "web "]);
  });
});

describe("another origin, with tokens", () => {
  const ORIGIN = "http://localhost:1"; // no server: the test answers
  const site = useSite({ SSELOG_AUTH: "token cookie", SSELOG_CORS: ORIGIN });

  test("each request has a token of the page's own server", async () => {
    await site.context.grantPermissions(["local-network-access"], { origin: ORIGIN }); // which the server of this test is in
    await site.stack.signIn();
    await site.stack.add("line 0");
    const url = `${site.stack.url}/sselog`;
    await site.context.route(`${ORIGIN}/my/log-token`, async (route) => {
      const answer = await fetch(`${url}/token`, { method: "POST", headers: { Cookie: "session=s1", "Content-Length": "0" } });
      await route.fulfill({ body: (await answer.json()).token });
    });
    const printed = [];
    site.context.on("console", (message) => printed.push(message.text()));
    const code = files.get("tokens.js").replaceAll("https://logs.example.org/sselog", url);
    await openBundle(site, code, { origin: ORIGIN });
    await until(() => printed.includes("line 0"), "history");
    await until(async () => (await site.stack.viewers()) === 1, "a stream");
    await site.stack.add("live");
    await until(() => printed.includes("live"), "a live record");
  });
});
