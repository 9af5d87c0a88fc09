// SPDX-License-Identifier: MIT
// @ts-check
/*
 * strip: draws the volume strip and listens to it: a click or Enter is a bucket, a drag or Shift with the arrows is a
 * range. It owns the bucket that the reader is at. It may not know the list, nor how the counts come. Columns are paths
 * of SVG, which take their colours from the style sheet and their size from the page.
 * Invariant: the reader is at a time and not at a bucket, so that counts may come and move meanwhile.
 */
import { $, once } from "./dom.js";
import { ALL_LEVELS } from "./level.js";
import { bucketAt, bucketText, captionText, pathsOf, sumOf, timesOf } from "./strip-buckets.js";
import { whenText } from "./time-range.js";

/** @import { BoundedSpan, Clock } from "./time-range.js" */
/** @import { Volume } from "./strip-buckets.js" */

const HEIGHT = 22; // px of the columns, as in reader.css
const DRAG = 5; // px of a movement that is a drag
const PER_BUCKET = 5; // px at least
const FAR = 10; // buckets of a step with Page Up and Page Down
const NS = "http://www.w3.org/2000/svg";

/** Where the reader is, and where a selection began, in ms since 1970. @typedef {{at: number, anchor: number}} Place */

export class Strip {
  /**
   * @param {object} options
   * @param {() => {volume: Volume | null, absent: boolean, asking: boolean, failure: string}} options.counts
   * @param {() => {clock: Clock, levels: Set<string>}} options.view
   * @param {(bucket: BoundedSpan & {errors: number}) => void} options.onjump
   * @param {(span: BoundedSpan) => void} options.onrange
   * @param {() => void} options.onleave the keyboard leaves it
   */
  constructor({ counts, view, onjump, onrange, onleave }) {
    this.counts = counts;
    this.view = view;
    this.onjump = onjump;
    this.onrange = onrange;
    this.onleave = onleave;
    this.bars = $("strip-bars");
    /** @type {Place | null} */
    this.place = null;
    /** @type {{x: number, moved: boolean} | null} */
    this.press = null;
    this.draw = once(() => this.drawNow());
    this.paths = this.makePaths();
    this.listen();
  }

  /** How many buckets there is room for. */
  get room() {
    return Math.max(24, Math.min(120, Math.floor(this.bars.clientWidth / PER_BUCKET)));
  }

  makePaths() {
    const make = (/** @type {string} */ name) => {
      const node = document.createElementNS(NS, name);
      $("strip-svg").append(node);
      return node;
    };
    this.selection = make("rect");
    this.selection.setAttribute("class", "selection");
    this.selection.setAttribute("height", String(HEIGHT));
    return ALL_LEVELS.map((level) => {
      const path = make("path");
      path.setAttribute("class", `level-${level}`);
      return path;
    });
  }

  listen() {
    const { bars } = this;
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ handler) => bars.addEventListener(type, handler);
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", () => this.leave());
    on("pointerleave", () => this.press || this.leave());
    on("keydown", (event) => this.key(event));
    on("focus", () => this.focus());
    on("blur", () => this.leave());
    new ResizeObserver(this.draw).observe(bars);
  }

  /* ----- drawing */

  drawNow() {
    const { volume, absent } = this.counts();
    const { clock, levels } = this.view();
    $("strip").hidden = absent;
    const buckets = volume?.buckets.length ?? 0;
    $("strip-svg").setAttribute("viewBox", `0 0 ${Math.max(1, buckets)} ${HEIGHT}`);
    const paths = volume ? pathsOf(volume, HEIGHT, (level) => levels.has(level)) : {};
    ALL_LEVELS.forEach((level, i) => this.paths[i].setAttribute("d", paths[level] ?? ""));
    $("strip").classList.toggle("estimated", volume?.approx === true);
    write("strip-from", volume ? whenText(volume.from, clock) : "");
    write("strip-to", volume ? whenText(volume.to, clock) : "");
    write("strip-caption", this.caption(clock));
    this.drawPlace(volume);
  }

  /** @param {Clock} clock */
  caption(clock) {
    const { volume, asking, failure } = this.counts();
    if (failure) return volume ? `Not up to date: ${failure}` : `No counts: ${failure}`;
    return volume ? captionText(volume, clock) : asking ? "Counting …" : "";
  }

  /** @param {Volume | null} volume */
  drawPlace(volume = this.counts().volume) {
    const chosen = volume?.buckets.length ? this.chosen(volume) : null;
    this.selection?.setAttribute("x", String(chosen?.first ?? 0));
    this.selection?.setAttribute("width", String(chosen ? chosen.last - chosen.first + 1 : 0));
    this.drawValue(volume, chosen);
    const text = volume && chosen ? bucketText(volume, chosen.first, chosen.last, this.view().clock) : "";
    $("strip-tip").hidden = text === "";
    write("strip-tip", text);
    if (volume && chosen) this.placeTip((chosen.first + chosen.last + 1) / 2 / volume.buckets.length);
  }

  /**
   * The words of a screen reader for the bucket, or for all.
   * @param {Volume | null} volume
   * @param {{first: number, last: number} | null} chosen
   */
  drawValue(volume, chosen) {
    const last = Math.max(0, (volume?.buckets.length ?? 0) - 1);
    const { bars } = this;
    bars.ariaValueMax = String(last);
    bars.ariaValueNow = String(chosen?.last ?? last);
    const [from, to] = chosen ? [chosen.first, chosen.last] : [0, last];
    bars.ariaValueText = volume?.buckets.length ? bucketText(volume, from, to, this.view().clock) : ($("strip-caption").textContent ?? "");
  }

  /** @param {number} part of the width */
  placeTip(part) {
    const tip = $("strip-tip");
    const most = this.bars.clientWidth - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(most, part * this.bars.clientWidth - tip.offsetWidth / 2))}px`;
  }

  /* ----- the place of the reader */

  /**
   * The buckets from the anchor to the place.
   * @param {Volume} volume
   */
  chosen(volume) {
    if (!this.place) return null;
    const [one, other] = [this.place.at, this.place.anchor].map((ms) => bucketAt(volume, (ms - volume.from) / volume.width / volume.buckets.length));
    return { first: Math.min(one, other), last: Math.max(one, other) };
  }

  /**
   * @param {number} at ms since 1970
   * @param {boolean} extend the selection goes on to there
   */
  go(at, extend) {
    this.place = { at, anchor: extend && this.place ? this.place.anchor : at };
    this.drawPlace();
  }

  leave() {
    this.press = null;
    this.place = null;
    this.drawPlace();
  }

  focus() {
    const { volume } = this.counts();
    if (volume?.buckets.length && !this.place) this.go(volume.to - 1, false);
  }

  /** The selection is a range, one bucket is a place to jump to. @param {boolean} jump */
  choose(jump) {
    const { volume } = this.counts();
    const chosen = volume?.buckets.length ? this.chosen(volume) : null;
    if (!volume || !chosen || !this.place) return;
    this.place.anchor = this.place.at;
    const span = timesOf(volume, chosen.first, chosen.last);
    if (jump) this.onjump({ ...span, errors: sumOf(volume, chosen.first, chosen.last).errors });
    else this.onrange(span);
  }

  /* ----- mouse and touch */

  /** The time under the pointer, or null. @param {PointerEvent} event */
  timeUnder({ clientX }) {
    const { volume } = this.counts();
    const { left, width } = this.bars.getBoundingClientRect();
    if (!volume?.buckets.length || !width) return null;
    return volume.from + (bucketAt(volume, (clientX - left) / width) + 0.5) * volume.width;
  }

  /** @param {PointerEvent} event */
  down(event) {
    const at = this.timeUnder(event);
    if (event.button !== 0 || at === null) return;
    this.bars.setPointerCapture(event.pointerId);
    this.press = { x: event.clientX, moved: false };
    this.go(at, false);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const at = this.timeUnder(event);
    if (at === null) return;
    if (this.press) this.press.moved ||= Math.abs(event.clientX - this.press.x) >= DRAG;
    if (this.press || event.pointerType === "mouse") this.go(at, this.press?.moved === true);
  }

  /** @param {PointerEvent} event */
  up(event) {
    const { press } = this;
    if (!press) return;
    this.press = null;
    const at = this.timeUnder(event);
    if (at !== null && press.moved) this.go(at, true);
    this.choose(!press.moved);
    if (event.pointerType !== "mouse") this.leave();
  }

  /* ----- keyboard */

  /** @param {KeyboardEvent} event */
  key(event) {
    const { volume } = this.counts();
    if (event.ctrlKey || event.metaKey || event.altKey || !volume?.buckets.length) return;
    const at = this.place?.at ?? volume.to - 1;
    const step = STEPS[event.key]?.(volume, at);
    if (step !== undefined) this.go(Math.max(volume.from, Math.min(volume.to - 1, step)), event.shiftKey);
    else if (event.key === "Enter") this.choose(this.place?.at === this.place?.anchor);
    else if (event.key === "Escape") this.escape();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Escape ends a selection, or leaves the strip. */
  escape() {
    const selects = this.place && this.place.at !== this.place.anchor;
    if (selects || this.press) this.go(this.place?.at ?? 0, false);
    else this.onleave();
    this.press = null;
  }
}

/** Keys that go to another time. @type {Record<string, (volume: Volume, at: number) => number>} */
const STEPS = {
  ArrowLeft: ({ width }, at) => at - width,
  ArrowRight: ({ width }, at) => at + width,
  ArrowDown: ({ width }, at) => at - width,
  ArrowUp: ({ width }, at) => at + width,
  PageDown: ({ width }, at) => at - FAR * width,
  PageUp: ({ width }, at) => at + FAR * width,
  Home: ({ from }) => from,
  End: ({ to }) => to - 1,
};

/**
 * Writes a text, unless it stands there.
 * @param {"strip-from" | "strip-to" | "strip-caption" | "strip-tip"} id
 * @param {string} text
 */
function write(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}
