// SPDX-License-Identifier: MIT
// @ts-check
/*
 * console: the log page, console.html. This file only connects the modules; each has its own state, and none of
 * them knows this file. The modules, of which each uses only those above or beside it:
 *
 *    ids                     ids of records
 *    ansi                    escape sequences of terminals
 *    parse-entry             an entry: a record as the page keeps it
 *    filter                  which entries pass, and what matches in them
 *    matcher                 tries expressions of the reader in a worker (matcher-worker)
 *    requests                plain requests for history and tokens
 *    reconnecting-source     the stream, with its attempts to reconnect
 *    tabs                    tabs that share a stream
 *    sselog                  the client, which other pages embed too (also by sselog-classic)
 *    dom                     elements and turns of work
 *    settings, shortcuts     address and preferences; keys and their help
 *    store                   the entries held, and their heights
 *    row, row-height         the node of a row; its height before it is drawn
 *    virtual-list            draws the rows in sight
 *    download                a file of the entries shown
 *    ingest                  the queue between connection and store, and the pause
 *    filter-session          the filter that applies now
 *    older-history           older records, on demand
 *    arrivals, status        what is new; the state of the connection
 *    controls, row-actions   what the reader does, with the page and with single rows
 *    keymap                  which key does what
 *    log-session             the connection to one log
 *
 * A record goes from sselog by log-session and ingest to the store, and virtual-list draws it.
 */
import { Arrivals } from "./arrivals.js";
import { Controls } from "./controls.js";
import { $, once, toast } from "./dom.js";
import { download } from "./download.js";
import { FilterSession } from "./filter-session.js";
import { Ingest } from "./ingest.js";
import { keymap } from "./keymap.js";
import { LogSession } from "./log-session.js";
import { OlderHistory } from "./older-history.js";
import { RowActions } from "./row-actions.js";
import { RowHeight } from "./row-height.js";
import { makeRow } from "./row.js";
import { isAddress, linkTo, readPreferences, readURL } from "./settings.js";
import { listShortcuts, listenToShortcuts, showHelp } from "./shortcuts.js";
import { Status } from "./status.js";
import { Store } from "./store.js";
import { VirtualList } from "./virtual-list.js";

/** @import { Item } from "./parse-entry.js" */

const preferences = readPreferences();
const settings = readURL();

/* ---------------------------------------------------------------- modules */

const rowHeight = new RowHeight($("log"), $("rows"), preferences);

/** @type {Store} */
const store = new Store({
  cap: settings.cap || preferences.cap,
  passes: (item) => filter.passes(item),
  estimate: (item) => rowHeight.estimate(item),
});

const view = {
  linkTo,
  get query() {
    return filter.query;
  },
  get utc() {
    return preferences.utc;
  },
  get target() {
    return settings.at;
  },
};

/** @type {VirtualList} */
const list = new VirtualList({
  box: $("log"),
  head: $("head"),
  canvas: $("canvas"),
  rows: $("rows"),
  store,
  makeRow: (item) => makeRow(item, view),
  onfollow: showFollow,
  ontop: () => older.load(),
});

/** @type {FilterSession} */
const filter = new FilterSession({
  store,
  levels: settings.levels,
  from: () => (list.following ? Infinity : (list.anchor?.seq ?? Infinity)),
  onstale: () => list.forget(),
  onprogress: drawNow,
  onerror: (text) => controls.showQueryError(text),
});

const searched = (/** @type {Item[]} */ items) => filter.searched(items);

const ingest = new Ingest({ store, searched, mayAdd, taken, changed: showPause });
const status = new Status((kind, message) => ingest.mark(kind, message));
const arrivals = new Arrivals($("log"), $("follow"));

const older = new OlderHistory({
  store,
  list,
  ingest,
  searched,
  filteredByServer: () => settings.server && filter.active,
  onloaded: () => draw(),
});

const session = new LogSession(settings, () => filter.query, {
  onrestart() {
    list.setFollowing(true);
    controls.leaveRecord();
  },
  onreset() {
    older.connection = null;
    forgetAll();
    status.clear();
    list.anchor = null;
    list.redraw();
  },
  onopen(connection, at) {
    older.connection = connection;
    if (at) ingest.hold(older.open(at)); // records after it would leave no room for it
  },
  onrecords: (records) => ingest.push(records),
  onstate: (state, detail) => status.changed(state, detail),
  oncomplete() {
    if (store.evicted) return;
    older.reached("", false);
    draw();
  },
});

const actions = new RowActions({ list, store, linkTo });

const controls = new Controls(settings, preferences, {
  onquery(text) {
    filter.setText(text);
    filter.refilter();
    session.filterChanged();
  },
  onlevels() {
    filter.refilter();
    session.filterChanged();
  },
  onserver: () => session.restartSoon(),
  onwrap() {
    rowHeight.measure();
    if (!list.following) list.dropAnchor(list.box.scrollTop);
    store.remeasure();
    list.redraw();
  },
  onutc: () => list.redraw(),
  oncap(cap) {
    store.cap = cap;
    if (store.append([])) older.reached("", true);
    draw();
  },
  onpause: () => ingest.pause(!ingest.paused),
  onfollow: follow,
  onolder() {
    list.setFollowing(false);
    older.load();
  },
  onretry: () => session.retry(),
  onclear: clear,
  ondownload: downloadShown,
  onhelp: help,
});

/* ---------------------------------------------------------------- drawing */

/* The text in the head changes its height, so it comes before the list. */
function drawNow() {
  controls.showCounts(store.shown, store.count);
  older.show();
  list.draw();
}

/** Draws in the next turn. */
const draw = once(drawNow);

/** @param {boolean} following */
function showFollow(following) {
  arrivals.follow(following);
  if (following && settings.at) controls.leaveRecord();
}

function showPause() {
  controls.showPause(ingest.paused, ingest.waiting);
}

/* ---------------------------------------------------------------- from ingest */

/**
 * The oldest entries may not leave the page while they are in sight.
 * @param {Item[]} items
 */
function mayAdd(items) {
  const inSight = !list.following && list.anchor && store.chunkOf(list.anchor.seq) < store.leaving(items);
  if (inSight) toast("Paused: what you look at would leave the page");
  return !inSight;
}

/**
 * @param {number} count records that came
 * @param {number} gone records that left
 */
function taken(count, gone) {
  arrivals.taken(count);
  if (gone) older.reached("", true);
  drawNow();
  showFollow(list.following);
}

/* ---------------------------------------------------------------- actions of several modules */

function forgetAll() {
  store.clear();
  store.evicted = 0;
  ingest.clear();
  arrivals.clear();
  older.reached("", true);
}

function clear() {
  forgetAll();
  showPause();
  list.anchor = null;
  list.setFollowing(true);
  list.forget();
  drawNow();
}

function follow() {
  list.setFollowing(true);
  draw();
}

/**
 * Waits until the filter was applied to all entries: before that it is not known which are shown.
 * @param {"text" | "json"} kind
 */
async function downloadShown(kind) {
  while (store.stale.length) await new Promise((done) => setTimeout(done, 20));
  await download(kind, store, view);
}

function help() {
  controls.closeMenu();
  const item = actions.focused();
  showHelp(() => ((item && list.nodes.get(item)) ?? list.box).focus({ preventScroll: true }));
}

/* ---------------------------------------------------------------- keys and events of the page */

function listen() {
  const shortcuts = keymap(controls, actions, () => {
    list.box.scrollTop = 0;
    older.load();
  });
  listenToShortcuts(shortcuts, (target) => controls.escape(target));
  listShortcuts(shortcuts);
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (selection && !selection.isCollapsed && $("rows").contains(selection.anchorNode)) list.setFollowing(false);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    ingest.drain();
    draw();
  });
  globalThis.addEventListener("resize", () => rowHeight.measure());
}

listen();
const streamPath = isAddress(settings.stream) ? new URL(settings.stream, location.href).pathname : "";
controls.showTitle(streamPath.replace(/\/stream$/, "") || "Log");
filter.setText(settings.query);
controls.showAll(store.cap);
session.start();
