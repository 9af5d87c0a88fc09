// SPDX-License-Identifier: MIT
/*
 * A stack, a context and a page for all tests of a file, because making them costs more than most tests.
 * Between two tests the log and the storage of the browser are emptied. After each test the console of the browser
 * must be free of errors.
 */
import fs from "node:fs/promises";
import { after, afterEach, before, beforeEach } from "node:test";
import { openBrowser, openConsole, openContext } from "./browser.js";
import { copyWithOneScript } from "./one-script.js";
import { startStack, WEB } from "./stack.js";

/* One browser and one copy of the page serve all files of a process, until the last of those that were declared ends. */
let users = 0;
let opened;
let copied;
const browser = () => (opened ??= openBrowser());
const pages = () => (copied ??= copyWithOneScript(WEB));

async function release() {
  if (--users) return;
  const [last, copy] = await Promise.all([opened, copied]);
  opened = copied = undefined;
  await last?.close();
  if (copy) await fs.rm(copy, { recursive: true });
}

/* For files that start their servers themselves: {browser}. */
export function useBrowser() {
  const hands = {};
  users++;
  before(async () => (hands.browser = await browser()));
  after(release);
  return hands;
}

class Site {
  constructor(options, more) {
    this.options = options;
    this.more = more;
    this.own = []; // contexts of the current test
  }

  async start() {
    this.stack = await startStack({ options: this.options, pages: await pages(), ...this.more });
    this.browser = await browser();
    this.home = await openContext(this.browser);
  }

  get context() {
    return this.home.context;
  }

  async begin() {
    await this.stack.reset();
    this.taken = false;
  }

  /* The first page of a test is the shared one; further pages belong to the test. */
  async newPage() {
    if (this.taken) return this.context.newPage();
    this.taken = true;
    return this.kept();
  }

  async kept() {
    if (!this.page || this.page.isClosed()) this.page = await this.context.newPage();
    return this.page;
  }

  /* A context that is closed after the test: for other options, initial scripts, or a network that fails. */
  async newContext(options) {
    this.own.push(await openContext(this.browser, options));
    return this.own.at(-1).context;
  }

  /* The console, live. */
  open(query = "", context = this) {
    return openConsole(context, this.stack, query);
  }

  /* An empty page of the same site. */
  async blank(body = "", context = this) {
    const page = await context.newPage();
    await page.route("**/blank.html", (route) => route.fulfill({ contentType: "text/html", body: `<!doctype html><title>blank</title>${body}` }));
    await page.goto(`${this.stack.url}/blank.html`);
    return page;
  }

  async clean() {
    for (const home of this.own.splice(0)) await home.close();
    const page = await this.kept();
    for (const other of this.context.pages()) if (other !== page) await other.close();
    for (const from of [page, this.context]) {
      await from.unrouteAll({ behavior: "ignoreErrors" });
      from.removeAllListeners("request");
    }
    if (!page.url().startsWith(this.stack.url)) await page.goto(`${this.stack.url}/ids.js`);
    await page.evaluate(() => localStorage.clear());
    await page.goto("about:blank");
    await this.context.clearCookies();
    await this.context.clearPermissions();
    this.home.clean();
  }

  async stop() {
    await this.home?.close();
    await this.stack?.stop();
  }
}

/* more: those of startStack() beside the options. */
export function useSite(options = {}, more = {}) {
  const site = new Site(options, more);
  users++;
  before(() => site.start());
  beforeEach(() => site.begin());
  afterEach(() => site.clean());
  after(() => site.stop().finally(release));
  return site;
}
