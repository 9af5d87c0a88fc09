// SPDX-License-Identifier: MIT
// @ts-check
/*
 * watch-notice: tells of watched records by notifications of the browser, while the page is hidden. It owns the
 * records that wait to be told, and the clock between two notifications. It may not know rules beside their texts.
 * Invariant: at most one notification in ten seconds, and none while the page is in sight.
 */
import { number } from "./dom.js";

const PAUSE = 10_000; // ms between two

/**
 * @param {number} count records
 * @param {string[]} texts of the rules
 */
export function noticeText(count, texts) {
  const records = count === 1 ? "1 record matches" : `${number(count)} records match`;
  return texts.length === 1 ? `${records} ${texts[0]}` : `${records} ${texts.length} watch rules: ${texts.join(", ")}`;
}

let unable = false; // the browser shows none for pages, as on some phones

/** Why the browser shows no notification of this page, or "". */
export function refusal() {
  if (!("Notification" in globalThis)) return "This browser has no notifications for this page. They need https.";
  if (unable) return "This browser shows no notifications of pages.";
  if (Notification.permission === "granted") return "";
  if (Notification.permission === "denied") return "The browser refuses notifications of this page. Its settings can allow them.";
  return "The browser does not allow notifications of this page yet. Switch them off and on to ask.";
}

/**
 * Asks the reader for the permission; only a click may lead here.
 * @returns {Promise<string>} why there is none, or ""
 */
export async function askPermission() {
  if ("Notification" in globalThis) await Notification.requestPermission();
  return refusal();
}

/**
 * @param {string} title
 * @param {string} body
 */
function showNotification(title, body) {
  if (refusal()) return;
  try {
    const notification = new Notification(title, { body, tag: "sselog-watch" });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
  } catch {
    unable = true;
  }
}

export class WatchNotice {
  /**
   * @param {object} options
   * @param {() => boolean} options.hidden whether the page is out of sight
   * @param {() => string} options.name of the log
   * @param {(title: string, body: string) => void} [options.show]
   * @param {() => number} [options.now] in ms
   */
  constructor({ hidden, name, show = showNotification, now = () => performance.now() }) {
    this.hidden = hidden;
    this.name = name;
    this.show = show;
    this.now = now;
    this.last = -Infinity; // time of the last one
    this.timer = 0;
    /** Records that wait, and the texts of their rules. @type {Set<object>} */
    this.records = new Set();
    /** @type {Set<string>} */
    this.texts = new Set();
  }

  /**
   * @param {string} text of the rule
   * @param {object[]} records
   */
  found(text, records) {
    if (!this.hidden()) return;
    records.forEach((record) => this.records.add(record));
    this.texts.add(text);
    this.timer ||= setTimeout(() => this.tell(), Math.max(0, this.last + PAUSE - this.now()));
  }

  tell() {
    this.timer = 0;
    if (this.hidden() && this.records.size) {
      this.last = this.now();
      this.show(this.name(), noticeText(this.records.size, [...this.texts]));
    }
    this.records.clear();
    this.texts.clear();
  }

  /** The reader sees the page. */
  seen() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.records.clear();
    this.texts.clear();
  }
}
