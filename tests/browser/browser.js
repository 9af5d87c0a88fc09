// SPDX-License-Identifier: MIT
/*
 * A headless Chromium for the tests, and helpers to read the list of the console. Pages report what must never
 * happen: an error message, a violation of the Content-Security-Policy, an uncaught exception.
 */
import assert from "node:assert/strict";
import { createRequire } from "node:module";

// As a module it would be parsed once more, for the names that it exports.
const { chromium } = createRequire(import.meta.url)("playwright-core");
export const DEADLINE = 60_000; // ms; a machine under load may stop anything for many seconds

const EXPECTED = /Failed to load resource|ERR_CONNECTION|net::ERR|ERR_INCOMPLETE_CHUNKED|MIME type/; // from outages that the tests cause

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    timeout: 2 * DEADLINE,
    // A signal ends this process at once, and the browser ends with it. Playwright would go on with the tests.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

/* A new context. clean() and close() assert that nothing forbidden happened in any of its pages. */
export async function openContext(browser, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
  context.setDefaultTimeout(DEADLINE);
  const wrong = [];
  context.on("console", (message) => message.type() === "error" && !EXPECTED.test(message.text()) && wrong.push(message.text()));
  context.on("weberror", (error) => wrong.push(String(error.error())));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`));
    window.toasts = [];
    document.addEventListener("readystatechange", () => {
      const toast = document.readyState === "interactive" && document.getElementById("toast");
      if (toast) new MutationObserver(() => window.toasts.push(toast.textContent)).observe(toast, { childList: true });
    });
  });
  const clean = () => assert.deepEqual(wrong.splice(0), [], "no errors on the console");
  return {
    context,
    clean,
    newPage: () => context.newPage(),
    async close() {
      await context.close();
      clean();
    },
  };
}

/* Opens the console and waits until it is live, or at the place that the address names. */
export async function openConsole(context, stack, query = "") {
  const page = await context.newPage();
  await page.goto(`${stack.url}/console.html${query}`);
  await state(page, /[?&]at=/.test(query) ? "at \\d\\d:\\d\\d.*" : "live");
  return page;
}

export const state = (page, text) => page.locator("#state-text").filter({ hasText: new RegExp(`^${text}$`) }).waitFor();

const textsIn = (page, selector) => page.locator(`#rows ${selector}`).evaluateAll((nodes) => nodes.map((n) => n.querySelector(".text, .marker-text").textContent));

/* Texts of the rows in the document, markers among them. */
export const rowsAndMarkers = (page) => textsIn(page, ".row");

/* The same without markers of outages that no test asked for: under load Redis may be slower than its deadline. */
export const rows = (page) => textsIn(page, ".row:not(.marker-lost, .marker-reconnect)");

export const row = (page, text) => page.locator("#rows .row").filter({ hasText: text });

/* Waits until exactly these rows are in the document. */
export async function rowsAre(page, want) {
  let seen;
  await until(async () => (seen = (await rows(page)).join("\n")) === want.join("\n"), () => `rows ${want.join(" | ")}: ${seen}`);
}

/* Waits until the page has shown a toast with this text; a toast is gone after some seconds. */
export const says = (page, text) => until(() => page.evaluate((want) => window.toasts.some((toast) => toast.includes(want)), text), text);

/* Waits until a row with the text is in the document. */
export const shows = (page, text) => row(page, text).first().waitFor();

export const json = (level, message, more = {}) => JSON.stringify({ level, message, ...more });

export const numbered = (from, to, text = (n) => `line ${n}`) => Array.from({ length: to - from }, (_, i) => text(from + i));

export const scrollTo = (page, top) => page.locator("#log").evaluate((log, y) => log.scrollTo(0, y), top);

/* All records that the page holds and shows, in order and without markers, from its own download. */
export async function held(page) {
  const text = await download(page, "save-json");
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

/* The payloads of the same. */
export const texts = async (page) => (await held(page)).map((record) => record.data);

export async function download(page, button) {
  const arrives = page.waitForEvent("download");
  await page.evaluate((id) => document.getElementById(id).click(), button);
  const stream = await (await arrives).createReadStream();
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

/* Waits until probe() is true, and fails with `what` after the deadline. what: a text, or a function that makes it. */
export async function until(probe, what, deadline = DEADLINE) {
  const end = Date.now() + deadline;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) assert.fail(`timed out waiting for: ${typeof what === "function" ? what() : what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
