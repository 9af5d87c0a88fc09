// SPDX-License-Identifier: MIT
/*
 * The console behind each web server, with the example files and the page that are shipped. Page, scripts and worker
 * have the right types under their Content-Security-Policy, and the stream is live. lighttpd serves all other tests,
 * where the page is one script.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { openContext, rowsAre, shows, state } from "./browser.js";
import { startServer } from "./example.js";
import { useBrowser } from "./site.js";

const hands = useBrowser();

const SERVERS = [
  ["lighttpd", "lighttpd", "/"],
  ["Apache with mod_fcgid", "fcgid", "/log/"],
  ["Apache with mod_proxy_fcgi", "proxy_fcgi", "/log"],
  ["nginx", "nginx", "/"],
];

for (const [name, kind, mount] of SERVERS) {
  (kind === "fcgid" ? long : test)(`${name}: the page is shown and live`, async () => {
    const server = await startServer(kind);
    try {
      const home = await openContext(hands.browser);
      await server.add("from history");
      const page = await home.newPage();
      const wrong = [];
      // 503: Redis was slow, and the page tries again
      page.on("response", (response) => response.status() >= 400 && response.status() !== 503 && wrong.push(`${response.status()} ${response.url()}`));
      await page.goto(server.url + mount);
      await state(page, "live");
      await shows(page, "from history");
      await server.add("as it comes");
      await shows(page, "as it comes");
      await page.locator("#query").fill("/^as/"); // needs the worker
      await rowsAre(page, ["as it comes"]);
      assert.equal(await page.locator("#log").evaluate((log) => getComputedStyle(log).position), "absolute", "the style sheet has the right type");
      assert.deepEqual(wrong, []);
      await home.close();
    } finally {
      await server.stop();
    }
  });
}
