// SPDX-License-Identifier: MIT
// @ts-check
/*
 * console: the log page, console.html, which loads it as console-bundle.js (`make bundle`). This file makes the parts and
 * connects them: it has no state and decides nothing. No part knows this file. The top of each file says what the part does; each uses only parts above or
 * beside it:
 *
 *    text         ids, cursor, sgr, ansi, links, contrast, fields, pairs, line with line-table, level with level-table, own-time,
 *                 times, trace, shown-text, parse-entry, filter, pattern, query, matcher with matcher-worker, level-set,
 *                 server-filter, query-edit, hidden-hint, empty-text, columns, watch-rules
 *    connection   callback, client-ids, options, event-parser, requests, merge-pages, history-request,
 *                 volume-request, catch-up, live-order, history-poll, reconnecting-source, search-request, tabs, elements,
 *                 sselog (the client, which other pages embed too)
 *    page         dom, log-choice, log-names, settings, shortcuts, popup
 *    list         folds, folded-chunks, store, reach, paint, line-runs, fold-button, trace-fold, field-list, message, row, row-height,
 *                 day-line, virtual-list, download, column-cells, watch-mark
 *    time         time-range, strip-buckets, volume-feed, strip, range-control, range-choice, ranges
 *    flow         ingest, filter-session, older-history, place with place-window, clearing, kept-place, log-session
 *    search       search-text, search, hit-list, hit-context
 *    reader       arrivals, counts, badge, title, status, level-chips, controls, copy-rows, row-actions, pointer,
 *                 match-steps, field-menu, column-head, context, watch-search, watch-notice, watch-store, watch,
 *                 watch-sheet, keymap, picker with picker-text, picker-lines, log-facts
 *    other pages  log-list, log-style, sselog-log: the list without this file
 *
 * A record goes from sselog by log-session and ingest to the store, and virtual-list draws it.
 */
import { Arrivals } from "./arrivals.js";
import { CURRENT } from "./badge.js";
import { Clearing } from "./clearing.js";
import { ColumnHead } from "./column-head.js";
import { Context, contextButton } from "./context.js";
import { Controls } from "./controls.js";
import { CopyRows } from "./copy-rows.js";
import { Counts } from "./counts.js";
import { DayLines } from "./day-line.js";
import { refOf } from "./cursor.js";
import { $, once, showToastsIn } from "./dom.js";
import { download } from "./download.js";
import { isSearch } from "./filter.js";
import { FieldMenu } from "./field-menu.js";
import { FilterSession } from "./filter-session.js";
import { showFold } from "./fold-button.js";
import { HitContext } from "./hit-context.js";
import { Ingest } from "./ingest.js";
import { keptPlace } from "./kept-place.js";
import { keymap } from "./keymap.js";
import { isAll } from "./level-set.js";
import { LogSession } from "./log-session.js";
import { settle } from "./message.js";
import { MatchSteps } from "./match-steps.js";
import { OlderHistory } from "./older-history.js";
import { parseEntry } from "./parse-entry.js";
import { Place, ROOM } from "./place.js";
import { goalOf } from "./place-window.js";
import { Picker } from "./picker.js";
import { Pointer } from "./pointer.js";
import { Ranges } from "./ranges.js";
import { withTerm } from "./query-edit.js";
import { RowActions } from "./row-actions.js";
import { RowHeight } from "./row-height.js";
import { makeRow, spacersFor } from "./row.js";
import { Requests } from "./requests.js";
import { isAddress, linkTo, readPreferences, readURL, savePreferences } from "./settings.js";
import { listShortcuts, listenToShortcuts, showHelp } from "./shortcuts.js";
import { Status } from "./status.js";
import { Store } from "./store.js";
import { Title } from "./title.js";
import { VirtualList } from "./virtual-list.js";
import { WatchNotice } from "./watch-notice.js";
import { WatchSheet } from "./watch-sheet.js";
import { WatchStore } from "./watch-store.js";
import { Watch } from "./watch.js";

/** @import { Entry } from "./parse-entry.js" */


const preferences = readPreferences();
const settings = readURL(preferences.utc);
const linkOf = (/** @type {string} */ ref) => linkTo(ref, settings);

/* ---------------------------------------------------------------- the list */

const columns = new ColumnHead({
  node: $("columns"),
  names: () => settings.cols,
  onchange: (names) => controls.setColumns(names),
  onwide: once(() => measureRows()),
});

const rowHeight = new RowHeight($("log"), $("rows"), preferences, columns);

/** @param {number} cap */
const makeStore = (cap) =>
  new Store({
    cap,
    passes: (item) => filter.passes(item),
    estimate: (item) => rowHeight.estimate(item),
    folding: () => ({ traces: preferences.foldTraces && !isSearch(filter.query), equal: preferences.foldEqual }),
  });

/** @type {Store} */
const store = makeStore(settings.cap || preferences.cap);

const view = {
  linkTo: linkOf,
  menu: true,
  get query() {
    return matches.active && !filter.query.terms.length ? matches.search.query : filter.query;
  },
  get utc() {
    return preferences.utc;
  },
  get own() {
    return settings.own;
  },
  /** @returns {"short" | false} whether the time column has the date */
  get date() {
    return days.dates && "short";
  },
  get target() {
    return settings.at;
  },
  get marks() {
    return session.marks;
  },
  get traces() {
    return preferences.foldTraces;
  },
  get wrap() {
    return preferences.wrap;
  },
  get columns() {
    return rowHeight.columns;
  },
  get cols() {
    return settings.cols;
  },
  cells: (/** @type {Entry} */ entry) => columns.cellsOf(entry),
};

const days = new DayLines(store, view, $("head-day"));

/** @type {VirtualList} */
const list = new VirtualList({
  box: $("log"),
  head: $("head"),
  canvas: $("canvas"),
  rows: $("rows"),
  store,
  makeRow(item) {
    filter.searchFields(item);
    return pointer.mark(item, watch.mark(item, makeRow(item, view)));
  },
  settle,
  showFold(row, item) {
    if (!item.marker) showFold(row, item, view);
  },
  days,
  onfollow: showFollow,
  ontop: loadOlder,
  onbottom: () => place.load("newer"),
  onwidth: () => rowHeight.measure(),
});

const filtered = () => filter.active;

/** @type {Pointer} */
const pointer = new Pointer({ list, tool: (item) => (filtered() && !item.marker ? contextButton() : null) });
const steps = new MatchSteps({ list, store, pointer, filtered });

/** @type {FilterSession} */
const filter = new FilterSession({
  store,
  levels: settings.levels,
  from: () => list.firstSeq,
  onstale: () => list.forget(),
  onprogress: drawNow,
  onfields: (entry) => actions.renew(entry),
  onerror(text) {
    controls.showQueryError(text);
    session.showPlace();
  },
});

/* ---------------------------------------------------------------- from the connection to the store */

/** @type {Ingest} */
const ingest = new Ingest({
  store,
  searched: (items) => filter.searched(items),
  mayAdd: (items) => place.active || !list.wouldLose(items),
  parse,
  taken(items, gone) {
    ranges.volume.came(items);
    const { news, errors } = title.newsIn(items);
    arrivals.taken(items.length, news.length, errors.length);
    watch.came(news);
    title.came(items, (item) => filter.passes(item));
    if (gone) older.reach.recordsLeft();
    if (place.active) draw();
    else drawNow();
    showFollow(list.following);
  },
  changed: once(() => showPause()),
});

const older = new OlderHistory({
  store,
  list,
  ingest,
  searched: (items) => filter.searched(items),
  logs: () => session.logs,
  situation: () => ({
    state: session.state,
    status: session.status,
    query: filter.query.terms.length > 0,
    levels: !isAll(settings.levels),
    server: session.applied !== "",
    pending: session.pending,
    cleared: clearing.cleared,
    choosing: picker.choosing,
    several: settings.logs.length > 1,
    utc: preferences.utc,
    since: session.since,
  }),
  onadded: () => clearing.drop(),
  onloaded: () => draw(),
});

/** @type {Place} */
const place = new Place({
  store,
  spare: makeStore(Math.min(store.cap, ROOM)),
  list,
  ingest,
  pointer,
  parse,
  searched: (items) => filter.searched(items),
  situation: () => ({ server: session.applied !== "", utc: preferences.utc }),
  onopen(goal) {
    clearing.drop();
    older.suspend();
    controls.leaveRecord(ranges.nameOf(goal));
    showFollow(false);
  },
  onfill() {
    days.clear();
    list.forget();
  },
  onlive() {
    ranges.choice.left();
    older.resume(session.connection);
    if (CURRENT.includes(session.state)) older.begin();
    if (!list.following) controls.leaveRecord();
    days.clear();
    filter.refilter();
  },
  onchange: () => draw(),
});

const clearing = new Clearing({
  store,
  ingest,
  place: () => list.rememberPlace(),
  onclear() {
    forgetRecords();
    list.clear();
    drawNow();
  },
  onback() {
    filter.refilter();
    showPause();
    drawNow();
  },
});

/** @type {LogSession} */
const session = new LogSession(settings, filtered, {
  since: () => ranges.choice.since,
  onrestart(at) {
    place.keep();
    list.setFollowing(true);
    controls.leaveRecord(at);
  },
  onreset() {
    clearing.drop();
    place.reset();
    place.connect(null);
    older.connect(null);
    forgetRecords();
    ranges.volume.reset();
    status.clear();
    title.clear();
    list.clear();
    measureTimes();
  },
  onopen(connection, at) {
    older.connect(connection);
    place.connect(connection);
    if (!ranges.open(goalOf(at), place.kept !== null)) place.again();
  },
  onrecords(records) {
    ranges.volume.deliver(records);
    status.came(records);
    ingest.push(records);
  },
  onplace: (text) => controls.showPlace(text),
  onstate(state, detail) {
    status.changed(state, detail);
    if (state === "gap") ranges.volume.renew();
    if (CURRENT.includes(state)) {
      title.current(session.connection?.lastId ?? "");
      place.retry();
      older.begin();
      ranges.volume.refresh();
    }
    picker.stateChanged(CURRENT.includes(state));
    draw();
  },
  oncomplete() {
    older.reach.complete();
    draw();
  },
});

/* ---------------------------------------------------------------- what the reader sees and does */

const counts = new Counts($("counts"), $("counts-heard"));
const arrivals = new Arrivals($("log"), $("follow"));
const title = new Title(() => document.visibilityState === "hidden");
const status = new Status(
  (kind, message) => ingest.mark(kind, message),
  (state) => title.tell($("title").textContent ?? "", state),
);
const notice = new WatchNotice({ hidden: () => document.visibilityState === "hidden", name: () => title.name });

/** @type {Watch} */
const watch = new Watch({
  store: new WatchStore(),
  title,
  notice,
  rowOf: (item) => list.nodes.get(item),
  onrules() {
    sheet.show();
    list.redraw();
  },
  onmarks: () => draw(),
  oncounts: () => sheet.drawCounts(),
});
const sheet = new WatchSheet(watch);

const copies = new CopyRows({ list, store, view });
const actions = new RowActions({ list, store, linkTo: linkOf, copies });

/** @type {Ranges} */
const ranges = new Ranges({
  settings,
  preferences,
  live: () => (CURRENT.includes(session.state) ? place.live : null),
  ask: (question) => session.volume(question),
  firstError: (span) => session.firstError(span),
  onplace: (goal) => place.open(goal),
  onchoice: () => matches.renew(),
  onlive() {
    follow();
    session.rangeChanged();
  },
  onleave: () => $("log").focus(),
});

const controls = new Controls(settings, preferences, {
  onfilter(text, at) {
    const leaves = !text && isAll(settings.levels);
    const held = leaves && !at && pointer.hold();
    if (text !== filter.text) filter.setText(text);
    filter.refilter();
    ranges.strip.draw();
    counts.asked();
    session.filterChanged(held && pointer.item && !pointer.item.marker ? refOf(pointer.item) : at);
  },
  onmatch: (direction) => steps.go(direction, { focus: false }),
  onsearch: () => matches.start(),
  oncolumns: showColumns,
  onserver: () => session.filterChanged(),
  onwrap: measureRows,
  onutc() {
    showTimes();
    ranges.choice.zoneChanged();
  },
  onown: showTimes,
  onfold: () => filter.refilter(),
  oncap(cap) {
    if (place.live.setCap(cap)) older.reach.recordsLeft();
    draw();
  },
  onpause() {
    if (ingest.pausedBy === "page") follow();
    else if (ingest.paused) ingest.resume();
    else ingest.pause("reader");
  },
  onfollow: follow,
  onolder() {
    list.setFollowing(false);
    loadOlder();
  },
  onretry: () => session.retry(),
  onclear() {
    place.leave();
    clearing.clear();
  },
  async ondownload(kind) {
    await filter.applied();
    await download(kind, store, view);
  },
  onwatch() {
    controls.closeMenu();
    sheet.open();
  },
  onhelp() {
    controls.closeMenu();
    showHelp(actions.rememberFocus());
  },
});

new FieldMenu({
  list,
  onterm(term) {
    pointer.hold();
    controls.writeQuery(withTerm(settings.query, term));
  },
  isColumn: (name) => columns.has(name),
  oncolumn: (name) => columns.toggle(name),
});
const picker = new Picker(settings, preferences, {
  onchoose(logs) {
    const at = keptPlace(store, list.firstSeq, settings.logs, logs);
    controls.setLogs(logs);
    session.logsChanged(at);
    matches.renew();
  },
  onfold: () => savePreferences(preferences),
  onknown() {
    status.choose({ choosing: picker.choosing, several: settings.logs.length > 1 });
    draw();
  },
  nothing: () => !store.count && (session.state === "denied" || CURRENT.includes(session.state)),
}, isAddress(settings.stream) ? new Requests({ url: settings.stream, token: settings.token }) : null);
const context = new Context({
  list,
  pointer,
  controls,
  filtered,
  onback(at) {
    if (!ranges.open(goalOf(at), false)) place.leave();
  },
});

/** @type {HitContext} */
const matches = new HitContext({
  controls,
  filter,
  place,
  view: {
    get utc() {
      return preferences.utc;
    },
    get own() {
      return settings.own;
    },
    get marks() {
      return session.marks;
    },
  },
  parse,
  connection: () => session.connection,
  bounds: () => ranges.choice.bounds ?? { from: ranges.choice.since },
  around: () => ranges.choice.bounds ?? {},
});

const shortcuts = keymap(controls, actions, {
  toOlder() {
    list.scrollToTop();
    loadOlder();
  },
  toMatch: (direction) => (matches.active ? matches.hits.step(direction) : steps.go(direction)),
  toContext: () => context.show(),
  toUndo: () => clearing.undo(),
  toLogs: () => picker.enter(),
});
listenToShortcuts(shortcuts, (target) => picker.escape(target) || matches.escape(target) || controls.escape(target));
listShortcuts(shortcuts);

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  title.seen();
  notice.seen();
  status.show();
  ingest.drain();
  draw();
});

/* ---------------------------------------------------------------- what several of them cause */

/* The text in the head changes its height, so it comes before the list. */
function drawNow() {
  counts.show(store.shown, store.count);
  controls.chips.count(store.levels);
  if (place.active) place.show();
  else older.show();
  days.showHead();
  status.place(place.label(), arrivals.news);
  ranges.placed(place.active);
  list.draw();
  if (days.changed()) measureTimes();
}

/** The page shows other times. */
function showTimes() {
  days.clear();
  days.changed();
  days.showHead();
  measureTimes();
}

/** The times have another length, so that rows have other heights. */
function measureTimes() {
  rowHeight.showTimes(view);
  showColumns();
}

/** The page has other columns, or their head stands elsewhere. */
function showColumns() {
  columns.show(spacersFor(view));
  measureRows();
}

/** Rows have other heights. */
function measureRows() {
  rowHeight.measure();
  list.remeasure();
}

/** Draws in the next turn. */
const draw = once(drawNow);

/** Loads what is before the first row. */
function loadOlder() {
  if (place.active) place.load("older");
  else older.load();
}

/** @param {import("./requests.js").LogRecord} record */
function parse(record) {
  return parseEntry(record, session.connection?.statusLevel);
}

/** Goes to the end and stays there. */
function follow() {
  place.leave();
  pointer.set(null);
  list.setFollowing(true);
  draw();
}

/**
 * A list that follows shows all that comes, so the pause ends that the page made to keep a record in sight.
 * @param {boolean} following
 */
function showFollow(following) {
  arrivals.follow(following);
  if (!following) return;
  controls.leaveRecord();
  if (ingest.pausedBy === "page") ingest.resume();
}

function showPause() {
  const { paused, waiting } = ingest;
  controls.showPause(paused, waiting);
  status.pause(paused, waiting);
}

function forgetRecords() {
  pointer.set(null);
  store.clear();
  days.clear();
  ingest.clear();
  arrivals.clear();
  older.reach.recordsLeft();
}

/* ---------------------------------------------------------------- start */

showToastsIn($("toast"));
filter.setText(settings.query);
controls.showAll(store.cap);
ranges.start();
status.start();
session.start();
picker.start();
