// SPDX-License-Identifier: MIT
/*
 * Watch rules on the page: their dialog, marks, counts and the title, links with rules, and notifications.
 */
import assert from "node:assert/strict";
import { long, short as test } from "./amount.js";
import { checkThemes } from "./axe.js";
import { json, row, shows, until } from "./browser.js";
import { useSite } from "./site.js";

const site = useSite();
const PHONE = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

const dialog = (page) => page.getByRole("dialog", { name: "Watch rules" });
const marks = (page, text) => row(page, text).locator(".watch-mark").allTextContents();
const kept = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("sselog.watch") ?? "[]").map(({ text }) => text));

async function openDialog(page) {
  await page.locator("#menu > summary").click();
  await page.getByRole("button", { name: /^Watch rules/ }).click();
}

async function addRule(page, text, colour = "red") {
  await page.getByLabel("New rule", { exact: true }).fill(text);
  await page.getByLabel("Colour of the new rule").selectOption(colour);
  await dialog(page).getByRole("button", { name: "Add" }).click();
}

const look = (page, visibilityState) =>
  page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visibilityState);

/* Notifications that the page can see; the browser would show none here. */
const fakeNotifications = (context, answer) =>
  context.addInitScript((given) => {
    window.told = [];
    window.asked = 0;
    window.Notification = class {
      static permission = "default";
      static async requestPermission() {
        window.asked++;
        return (this.permission = given);
      }
      constructor(title, { body }) {
        window.told.push(`${title}: ${body}`);
      }
    };
  }, answer);

const hits = (page, n) => dialog(page).locator(".watch-hits").nth(n);
const count = (page, n, text) => hits(page, n).filter({ hasText: text }).waitFor();

test("rules mark rows, count what arrives, and are kept, edited, switched off and removed", async () => {
  await site.stack.addMany([json("INFO", "old timeout"), json("INFO", "fine")]);
  const page = await site.open();
  await shows(page, "fine");
  await page.locator("#log").focus();
  await page.keyboard.press("r");
  await addRule(page, "timeout", "blue");
  await addRule(page, "/tim\\w+ \\d+/", "green");
  await site.stack.addMany([json("INFO", "timeout 17"), json("ERROR", "boom")]);
  await count(page, 0, /^1 new$/);
  await count(page, 1, /^1 new$/);
  assert.deepEqual(await marks(page, "old timeout"), ["timeout"], "rows in sight are marked, and not counted");
  assert.deepEqual(await marks(page, "timeout 17"), ["timeout", "/tim\\w+ \\d+/"]);
  assert.deepEqual(await marks(page, "boom"), []);
  assert.equal(await row(page, "timeout 17").getAttribute("aria-description"), "watched: timeout, /tim\\w+ \\d+/");
  await page.getByLabel("Rule", { exact: true }).first().fill("boom");
  await page.keyboard.press("Enter");
  await until(async () => (await marks(page, "boom")).join() === "boom", "the edited rule holds");
  await page.getByLabel("/tim\\w+ \\d+/ is on").uncheck();
  assert.deepEqual(await marks(page, "timeout 17"), []);
  await page.keyboard.press("Escape");
  await page.reload();
  await shows(page, "boom");
  assert.deepEqual(await marks(page, "boom"), ["boom"]);
  await openDialog(page);
  await dialog(page).getByRole("button", { name: "Remove boom" }).click();
  assert.deepEqual(await marks(page, "boom"), []);
  assert.deepEqual(await kept(page), ["/tim\\w+ \\d+/"]);
});

test("wrong rules are refused at once, and an expression that takes for ever is given up while the page goes on", async () => {
  await site.stack.addMany([json("INFO", "first")]);
  const page = await site.open();
  await openDialog(page);
  for (const [text, error] of [["/(/", /is not complete/], ["level=loud", /is no level/], ["", /needs a term/]]) {
    await addRule(page, text);
    await page.locator("#watch-error").filter({ hasText: error }).waitFor();
    assert.equal(await page.getByLabel("New rule", { exact: true }).getAttribute("aria-invalid"), "true");
  }
  assert.equal(await dialog(page).locator(".watch-rule").count(), 0);
  await addRule(page, "/^(a+)+$/");
  await addRule(page, "second");
  await site.stack.addMany([`${"a".repeat(60)}!`, json("INFO", "second")]);
  await count(page, 1, /^1 new$/);
  await shows(page, "second");
  await dialog(page).locator(".watch-rule .error").filter({ hasText: "not applied: it takes too long" }).waitFor();
  await count(page, 0, /off/);
  await page.getByLabel("Rule", { exact: true }).nth(1).fill("level=loud");
  await page.keyboard.press("Tab");
  await dialog(page).locator(".watch-rule .error").filter({ hasText: "is no level" }).waitFor();
  assert.deepEqual(await kept(page), ["/^(a+)+$/", "second"]);
});

test("a link brings rules, which replace those kept only on request", async () => {
  await site.stack.addMany([json("ERROR", "boom", { user: "bob" }), json("INFO", "fine")]);
  const page = await site.open();
  await openDialog(page);
  await addRule(page, "mine");
  const other = await site.open("?watch=cyan:user=bob&watch=red:/(/");
  await shows(other, "fine");
  assert.deepEqual(await marks(other, "boom"), ["user=bob"]);
  assert.ok(await row(other, "boom").evaluate((node) => node.classList.contains("watch-cyan")));
  await openDialog(other);
  await dialog(other).getByText("These rules came with the link and are not kept.").waitFor();
  await addRule(other, "more");
  assert.deepEqual(await kept(other), ["mine"]);
  await site.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.stack.url });
  await dialog(other).getByRole("button", { name: "Copy a link with these rules" }).click();
  await until(async () => new URL(await other.evaluate(() => navigator.clipboard.readText())).searchParams.getAll("watch").join(" ") === "cyan:user=bob red:more", "the link");
  await dialog(other).getByRole("button", { name: "Keep them in place of my 1" }).click();
  assert.deepEqual(await kept(other), ["user=bob", "/(/", "more"]);
  assert.equal(await other.evaluate(() => new URL(location.href).searchParams.has("watch")), false);
  await dialog(page).getByRole("button", { name: "Remove user=bob" }).waitFor(); // the other page follows
});

test("notifications come after a click and a permission only, while the page is hidden; the title counts", async () => {
  const context = await site.newContext();
  await fakeNotifications(context, "granted");
  const page = await site.open("?watch=red:boom", context);
  await openDialog(page);
  assert.equal(await page.getByLabel("notify of boom").isChecked(), false);
  await page.getByLabel("notify of boom").check();
  await until(() => page.evaluate(() => window.asked === 1), "the browser is asked");
  await site.stack.addMany([json("ERROR", "boom 1")]);
  await count(page, 0, /^1 new$/);
  assert.deepEqual(await page.evaluate(() => window.told), [], "nothing while the page is seen");
  await look(page, "hidden");
  await site.stack.addMany([json("ERROR", "boom 2"), json("INFO", "boom 3"), json("INFO", "fine")]);
  await until(async () => (await page.title()) === "(3, 1 error, 2 watched) /sselog", () => page.title());
  await until(() => page.evaluate(() => window.told.length === 1), "a notification");
  await site.stack.addMany([json("ERROR", "boom 4")]);
  await count(page, 0, /^4 new$/);
  const told = await page.evaluate(() => window.told);
  assert.deepEqual(told, ["/sselog: 2 records match boom"]);
  await look(page, "visible");
  assert.equal(await page.title(), "/sselog");
});

long("a browser that refuses notifications or storage: the dialog says so; axe is content, also on a phone", async () => {
  const context = await site.newContext(PHONE);
  await fakeNotifications(context, "denied");
  await context.addInitScript(() => Object.defineProperty(window, "localStorage", { get: () => { throw new Error("blocked"); } }));
  await site.stack.addMany([json("ERROR", "boom"), json("INFO", "fine")]);
  const page = await site.open("", context);
  await openDialog(page);
  for (const [i, colour] of ["red", "yellow", "green", "blue", "magenta", "cyan"].entries()) await addRule(page, `${"boom ".repeat(i)}boom`, colour);
  await dialog(page).getByText("This browser keeps nothing for this page").waitFor();
  await page.getByLabel("notify of boom", { exact: true }).click();
  await dialog(page).getByText("The browser refuses notifications").waitFor();
  assert.equal(await page.getByLabel("notify of boom", { exact: true }).isChecked(), false);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await checkThemes(page, "dialog");
  await page.keyboard.press("Escape");
  assert.deepEqual(await marks(page, "boom"), ["boom", "boom boom", "boom boom boom", "+3"]);
  await checkThemes(page, "marks");
});
