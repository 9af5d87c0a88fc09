// SPDX-License-Identifier: MIT
/*
 * console: the log page.  Wires the client (sselog.js), what arrives (feed.js), the entries held (store.js) and
 * the list (list.js) to the controls of console.html.
 */
import { LEVELS, OTHER, parseEntry } from "./parse-entry.js";
import { Ingest, SLICE } from "./ingest.js";
import { isSearched, parseQuery, passes } from "./filter.js";
import { isId, nextId } from "./ids.js";
import { Matcher } from "./matcher.js";
import { listenToShortcuts, showShortcuts } from "./shortcuts.js";
import { VirtualList } from "./virtual-list.js";
import { $, copy, number, once, toast } from "./dom.js";
import { element, makeRow } from "./row.js";
import { download } from "./download.js";
import { isAddress, linkTo, readPreferences, readURL, savePreferences, urlOf } from "./settings.js";
import { connect } from "./sselog.js";
import { Status } from "./status.js";
import { Store } from "./store.js";

const OLDER = 500; // records of one "load older"
const CONTEXT = 200; // records loaded before the one a link points at
const ROW = 20; // px of a line, as in console.css
const LOT = 400_000; // characters that the filter looks at in one turn

const CHIPS = { DEBUG: "Debug", INFO: "Info", WARNING: "Warn", ERROR: "Error", CRITICAL: "Crit", [OTHER]: "Other" };

const preferences = readPreferences();
const settings = readURL();
const view = { query: parseQuery(settings.query), utc: preferences.utc, linkTo, target: settings.at };
let connection = null;

/* ---------------------------------------------------------------- list */

let columns = 80;

/* Markers show always; entries as levels and text say. */
const store = new Store({
  cap: settings.cap || preferences.cap,
  passes: (entry) => entry.marker !== undefined || passes(entry, view.query, settings.levels),
  estimate(entry) {
    if (entry.marker) return ROW + 6;
    const lines = preferences.wrap ? Math.max(entry.lines, Math.ceil(Math.min(entry.size, 8192) / columns)) : entry.lines;
    return ROW * lines;
  },
});

const entryOf = new WeakMap();

const list = new VirtualList({
  box: $("log"),
  head: $("head"),
  canvas: $("canvas"),
  rows: $("rows"),
  store,
  makeRow(entry) {
    const node = makeRow(entry, view);
    entryOf.set(node, entry);
    return node;
  },
  onfollow: showFollow,
  ontop: () => loadOlder(),
});

function countColumns() {
  const probe = element("span", "text", "0".repeat(100));
  $("rows").append(probe);
  const width = probe.getBoundingClientRect().width / 100;
  probe.remove();
  columns = Math.max(20, Math.floor(($("log").clientWidth - 24 - 24 * width) / width));
}

/* The counts first: what the head says moves what is below it. */
const draw = once(() => {
  showCounts();
  list.draw();
});

/* ---------------------------------------------------------------- filter */

const matcher = new Matcher();

const impatient = new Set(); // calls for those who wait for the verdicts of a query that is no more

function setViewQuery(query) {
  view.query = query;
  impatient.forEach((go) => go());
}

/* The promise, or the next query. (A race with one promise that lasts would keep all that it was ever in.) */
function orNextQuery(promise) {
  return new Promise((done) => {
    impatient.add(done);
    promise.finally(() => (impatient.delete(done), done()));
  });
}

/* Resolves when the filter, as it then is, can tell of each of the entries whether it passes. */
async function searched(entries) {
  for (;;) {
    const { query } = view;
    const unknown = entries.filter((entry) => !isSearched(entry, query));
    if (!unknown.length) return;
    const match = matcher.match(unknown, query).catch((error) => giveUp(query, error.message));
    await orNextQuery(match);
  }
}

/* An expression that cannot be tried lets everything pass, as one out of form does. */
function giveUp(query, error) {
  if (view.query !== query) return;
  setViewQuery({ ...query, pattern: null, error });
  showQueryError(`not applied: ${error}`);
  refilter();
}

let filtering = false;

async function filterMore() {
  if (filtering) return;
  filtering = true;
  await searched(store.waiting(LOT));
  filtering = false;
  const start = performance.now();
  const mayTake = (entries) => performance.now() - start < SLICE && entries.every((entry) => isSearched(entry, view.query));
  if (store.filterSome(mayTake)) filterOn();
  showCounts();
  list.draw();
}

const filterOn = once(filterMore);

function refilter() {
  store.refilter(list.following ? Infinity : (list.anchor?.seq ?? Infinity));
  list.forget();
  filterOn();
}

/* ---------------------------------------------------------------- what arrives */

let unseen = 0; // arrived while not following

const ingest = new Ingest({ store, searched, mayAdd, taken, changed: showPause });
const status = new Status((kind, message) => ingest.mark(kind, message));

function taken(count, gone) {
  announce(count);
  if (gone) reached("", true);
  if (!list.following) unseen += count;
  showCounts();
  list.draw();
  showFollow(list.following);
}

/* The oldest must not leave while someone reads just them. */
function mayAdd(entries) {
  const read = !list.following && list.anchor && store.chunkOf(list.anchor.seq) < store.leaving(entries);
  if (read) toast("Paused: what you look at would leave the page");
  return !read;
}

/* What arrives slowly at the end is read aloud; a flood, and rows that scrolling brings, are not. */
let recent = 0;
let calmTimer = 0;

function announce(arrived) {
  recent += arrived;
  setLoud(list.following && recent <= 5);
  clearTimeout(calmTimer);
  calmTimer = setTimeout(() => {
    recent = 0;
    setLoud(list.following);
  }, 1000);
}

function setLoud(loud) {
  const value = loud ? "polite" : "off";
  if ($("log").getAttribute("aria-live") !== value) $("log").setAttribute("aria-live", value);
}

function showPause() {
  $("pause").setAttribute("aria-pressed", String(ingest.paused));
  $("pause").textContent = ingest.paused ? `Resume (${number(ingest.waiting)})` : "Pause";
}

function showFollow(following) {
  if (!following) setLoud(false);
  if (following) unseen = 0;
  if (following && settings.at) leaveRecord();
  $("follow").hidden = following;
  $("follow").textContent = unseen ? `↓ Follow (${number(unseen)} new)` : "↓ Follow";
}

/* The one that the address named. */
function leaveRecord() {
  settings.at = view.target = "";
  saveURL();
}

function showCounts() {
  const filtered = store.shown < store.count;
  $("counts").textContent = filtered ? `${number(store.shown)} of ${number(store.count)}` : number(store.count);
  showHead();
}

/* ---------------------------------------------------------------- older records */

let atStart = false; // the log has none older than the page
let olderEnd = ""; // where the next older page ends, where that is not at the first record (a filter)
let loading = false;

/* How far back in the log the page has come. */
function reached(first, more) {
  olderEnd = first ?? "";
  atStart = !more;
}

function showHead() {
  const text = headText();
  if ($("head-text").textContent !== text) $("head-text").textContent = text;
  $("older").hidden = loading || atStart || store.full;
}

function headText() {
  if (loading) return "Loading older records …";
  if (atStart && !store.count && !ingest.queue.length) return settings.server && isFiltered() ? "Nothing in the log passes the filter" : "Nothing here yet";
  if (store.count && !store.shown && !store.stale.length) return "Nothing on this page passes the filter";
  if (store.evicted) return `${number(store.evicted)} older records have left this page, which holds ${number(store.cap)}`;
  if (atStart) return "Beginning of the log";
  return store.full ? `This page holds ${number(store.count)} records, as many as it may; older ones stay in the log` : "";
}

const isFiltered = () => view.query.pattern !== null || settings.levels.size <= LEVELS.length;

async function loadOlder() {
  const newest = connection?.lastId;
  const before = olderEnd || (store.firstRecord() ?? ingest.first)?.id || (isId(newest) ? nextId(newest) : "");
  if (loading || atStart || store.full || !before) return;
  await prependBefore(before, OLDER).catch((error) => toast(`Older records could not be loaded: ${error.message}`));
}

async function prependBefore(before, limit) {
  const from = connection;
  loading = true;
  showHead();
  try {
    const { records, more, first } = await from.history({ before, limit });
    if (from !== connection) return [];
    const entries = records.map(parseEntry);
    await searched(entries);
    if (from !== connection) return [];
    if (!list.following && !list.anchor) list.dropAnchor(list.box.scrollTop);
    const fits = store.prepend(entries);
    reached(fits === entries.length ? first : "", more || fits < entries.length);
    return entries;
  } finally {
    loading = false;
    draw();
  }
}

/* ---------------------------------------------------------------- connection */

function streamURL() {
  const url = new URL(settings.stream, location.href);
  if (settings.server) {
    const least = LEVELS.find((level) => settings.levels.has(level));
    if (least && least !== LEVELS[0]) url.searchParams.set("level", least);
    if (view.query.pattern && !view.query.regular && !view.query.inverse) url.searchParams.set("q", view.query.text);
  }
  return url.href;
}

function forgetAll() {
  store.clear();
  store.evicted = 0;
  ingest.clear();
  unseen = 0;
  reached("", true);
}

function start() {
  connection?.close(); // hands over what it still had, before all is cleared
  forgetAll();
  status.clear();
  if (!isAddress(settings.stream)) {
    status.changed("unavailable", { reason: `${settings.stream} is no address` });
    return;
  }
  const at = isId(settings.at) ? settings.at : "";
  list.anchor = null;
  list.redraw();
  connection = connect({
    url: streamURL(),
    token: settings.token,
    after: at || undefined,
    onrecords: (records) => ingest.push(records),
    onstate,
  });
  if (at) ingest.hold(openAt(at)); // what follows it would leave no room for it
}

let told = null; // the connection whose history is known to be all there is

function onstate(state, detail) {
  if (connection?.complete && told !== connection && !store.evicted) {
    told = connection;
    reached("", false);
    draw();
  }
  status.changed(state, detail);
}

async function openAt(id) {
  list.setFollowing(false);
  try {
    const entries = await prependBefore(nextId(id), CONTEXT);
    const entry = entries.at(-1);
    if (entry?.id !== id) toast("That record is no longer in the log");
    if (entry) list.reveal(entry, { centre: true })?.focus({ preventScroll: true });
  } catch {
    // the state of the connection tells
  }
}

/* ---------------------------------------------------------------- controls */

/* Not at each key: browsers allow only so many changes of the address in a while. */
let urlTimer = 0;
function saveURL() {
  clearTimeout(urlTimer);
  urlTimer = setTimeout(() => history.replaceState(null, "", urlOf(settings)), 250);
}

let restartTimer = 0;
function restartForServer() {
  clearTimeout(restartTimer);
  restartTimer = setTimeout(() => {
    list.setFollowing(true);
    leaveRecord();
    start();
  }, 400);
}

function readQuery(text) {
  settings.query = text;
  setViewQuery(parseQuery(text));
  const { error } = view.query;
  showQueryError(error ? `not a regular expression: ${error.replace(/^.*: /, "")}` : "");
}

function showQueryError(text) {
  $("query-error").textContent = text;
  $("query").setAttribute("aria-invalid", String(text !== ""));
}

function setQuery(text) {
  readQuery(text);
  saveURL();
  refilter();
  if (settings.server) restartForServer();
}

function setLevel(level, on) {
  if (on) settings.levels.add(level);
  else settings.levels.delete(level);
  showLevels();
  saveURL();
  refilter();
  if (settings.server) restartForServer();
}

function setServer(on) {
  settings.server = on;
  $("server").checked = on;
  saveURL();
  restartForServer();
}

function showLevels() {
  for (const button of $("levels").children) {
    button.setAttribute("aria-pressed", String(settings.levels.has(button.dataset.level)));
  }
}

function setWrap(on) {
  preferences.wrap = on;
  savePreferences(preferences);
  $("wrap").checked = on;
  $("log").classList.toggle("wrap", on);
  countColumns();
  if (!list.following) list.dropAnchor(list.box.scrollTop);
  store.remeasure();
  list.redraw();
}

function setUtc(on) {
  preferences.utc = view.utc = on;
  savePreferences(preferences);
  $("utc").checked = on;
  list.redraw();
}

function setCap(cap) {
  preferences.cap = cap;
  savePreferences(preferences);
  store.cap = cap;
  if (store.append([])) reached("", true);
  draw();
}

function clear() {
  forgetAll();
  showPause();
  list.anchor = null;
  list.setFollowing(true);
  list.redraw();
  showCounts();
}

async function copyLink(id) {
  const link = linkTo(id);
  if (await copy(link)) toast("Link copied");
  else prompt("Link to this record:", link);
}

/* What is shown is known when the filter has been applied to all. */
async function downloadShown(kind) {
  while (store.stale.length) await new Promise((done) => setTimeout(done, 20));
  await download(kind, store, view);
}

/* The browser gives the focus back, unless its row has been built anew meanwhile. */
function showHelp() {
  closeMenu();
  const entry = focusedEntry();
  const lost = () => document.activeElement === document.body;
  const back = () => lost() && (list.nodes.get(entry) ?? $("log")).focus({ preventScroll: true });
  $("help").addEventListener("close", back, { once: true });
  $("help").showModal();
}

function follow() {
  list.setFollowing(true);
  draw();
}

/* ---------------------------------------------------------------- rows and keys */

const rowAt = (node) => node?.closest?.(".row");
const focusedEntry = () => entryOf.get(rowAt(document.activeElement));

function toggleFields(entry) {
  if (entry.marker || (!entry.structured && !entry.event && !entry.id)) return;
  entry.open = !entry.open;
  renewFocused(entry);
}

function renewFocused(entry) {
  const focused = list.nodes.get(entry)?.contains(document.activeElement);
  if (!list.following && !list.anchor) list.dropAnchor(list.box.scrollTop);
  list.renew(entry);
  if (focused) list.nodes.get(entry)?.focus({ preventScroll: true });
}

function step(direction) {
  const from = focusedEntry();
  const y = list.box.scrollTop - list.headHeight;
  const seen = store.between(y, y + list.viewHeight).entries;
  const next = from ? store.neighbour(from.seq, direction) : direction > 0 ? seen[0] : seen.at(-1);
  if (!next) return;
  list.setFollowing(false);
  list.reveal(next)?.focus({ preventScroll: true });
}

function act(action, entry) {
  if (action === "link") copyLink(entry.id);
  if (action === "fields") toggleFields(entry);
  if (action === "whole") {
    entry.whole = true;
    renewFocused(entry);
  }
}

const levelKeys = [...LEVELS, OTHER].map((level, i) => [
  String(i + 1),
  level === OTHER ? "show or hide records without a level" : `show or hide ${level}`,
  () => setLevel(level, !settings.levels.has(level)),
]);

const SHORTCUTS = [
  ["/", "go to the filter", () => ($("query").focus(), $("query").select())],
  ["Escape", "leave the filter, or empty it", null],
  ["p", "pause and resume", () => ingest.pause(!ingest.paused)],
  ["f", "follow: to the end, and stay there", follow],
  ["End", "the same", follow],
  ["Home", "to the beginning", () => ((list.box.scrollTop = 0), loadOlder())],
  ["j", "next record", () => step(1)],
  ["k", "record before", () => step(-1)],
  ["Enter", "fields of the record", () => focusedEntry() && toggleFields(focusedEntry())],
  ["c", "copy a link to the record", () => focusedEntry()?.id && copyLink(focusedEntry().id)],
  ...levelKeys,
  ["s", "filter on the server", () => setServer(!settings.server)],
  ["w", "wrap long lines", () => setWrap(!preferences.wrap)],
  ["u", "times in UTC", () => setUtc(!preferences.utc)],
  ["d", "download what is shown as text", () => downloadShown("text")],
  ["x", "clear the page", clear],
  ["?", "this help", showHelp],
];

function closeMenu() {
  if ($("menu").contains(document.activeElement)) $("menu").firstElementChild.focus();
  $("menu").open = false;
}

function escape(target) {
  if ($("menu").open) closeMenu();
  else if (target === $("query") && target.value) (($("query").value = ""), setQuery(""));
  else $("log").focus();
}

function wire() {
  const on = (id, type, handler) => $(id).addEventListener(type, handler);
  for (const level of [...LEVELS, OTHER]) {
    const chip = element("button", `level-${level}`, CHIPS[level]);
    chip.type = "button";
    chip.dataset.level = level;
    chip.addEventListener("click", () => setLevel(level, !settings.levels.has(level)));
    $("levels").append(chip);
  }
  on("query", "input", () => setQuery($("query").value));
  on("server", "change", () => setServer($("server").checked));
  on("wrap", "change", () => setWrap($("wrap").checked));
  on("utc", "change", () => setUtc($("utc").checked));
  on("cap", "change", () => setCap(Number($("cap").value)));
  on("pause", "click", () => ingest.pause(!ingest.paused));
  on("follow", "click", follow);
  on("older", "click", () => (list.setFollowing(false), loadOlder()));
  on("retry", "click", () => connection?.retry());
  on("clear", "click", clear);
  on("save-text", "click", () => downloadShown("text"));
  on("save-json", "click", () => downloadShown("json"));
  on("help-open", "click", showHelp);
  on("rows", "click", (event) => {
    const node = event.target.closest("[data-action]");
    if (!node || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act(node.dataset.action, entryOf.get(rowAt(node)));
  });
  listenToShortcuts(SHORTCUTS, escape);
  document.addEventListener("click", (event) => {
    if (!$("menu").contains(event.target) || event.target.matches(".sheet button")) $("menu").open = false;
  });
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!selection.isCollapsed && $("rows").contains(selection.anchorNode)) list.setFollowing(false);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && (ingest.drain(), draw()));
  globalThis.addEventListener("resize", countColumns);
}

wire();
showShortcuts(SHORTCUTS);
showLevels();
const streamPath = isAddress(settings.stream) ? new URL(settings.stream, location.href).pathname : "";
$("title").textContent = streamPath.replace(/\/stream$/, "") || "Log";
$("query").value = settings.query;
$("server").checked = settings.server;
$("cap").value = String(store.cap);
readQuery(settings.query);
setWrap(preferences.wrap);
setUtc(preferences.utc);
start();
