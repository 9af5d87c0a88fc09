// SPDX-License-Identifier: MIT
// @ts-check
/*
 * dom: small helpers for every part of the console: elements, numbers as text, the clipboard, turns of work.
 * It may not know what the page shows.
 */

/** ms of work in one turn: less than a frame, so that the page stays responsive. */
export const SLICE = 10;

/**
 * Elements of console.html that are more than an HTMLElement.
 * @typedef {Record<"query" | "server" | "picker-filter" | "wrap" | "utc" | "own" | "fold-traces" | "fold-equal" | "watch-text", HTMLInputElement> & {
 *   cap: HTMLSelectElement, menu: HTMLDetailsElement, help: HTMLDialogElement, login: HTMLAnchorElement,
 *   watch: HTMLDialogElement, "watch-colour": HTMLSelectElement,
 *   offer: HTMLDialogElement, "offer-text": HTMLTextAreaElement,
 * }} Special
 */

/**
 * The element with this id; console.html has it.
 * @template {string} Id
 * @param {Id} id
 * @returns {Id extends keyof Special ? Special[Id] : HTMLElement}
 */
export const $ = (id) => /** @type {any} */ (document.getElementById(id));

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} [className]
 * @param {string} [text]
 */
export function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/**
 * Writes a text, unless it stands there: screen readers read each change aloud.
 * @param {HTMLElement} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A number as text, with commas between thousands. */
export const number = new Intl.NumberFormat("en").format;

/**
 * Runs work in the next frame. A hidden page or a covered window draws no frames: there a timer runs it.
 * @param {() => void} work
 */
function nextTurn(work) {
  const visible = document.visibilityState === "visible";
  const run = () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    work();
  };
  const frame = visible ? requestAnimationFrame(run) : 0;
  const timer = setTimeout(run, visible ? 250 : 100);
}

/**
 * Returns a function that runs work once in the next turn, however often it is called before that.
 * @param {() => void} work
 * @param {() => number} [pace] how many ms to wait first
 */
export function once(work, pace = () => 0) {
  let due = false;
  const run = () => {
    due = false;
    work();
  };
  return () => {
    if (due) return;
    due = true;
    const wait = pace();
    if (wait) setTimeout(() => nextTurn(run), wait);
    else nextTurn(run);
  };
}

/**
 * Copies text to the clipboard; false: the browser refuses. Pages without TLS have no navigator.clipboard, so the
 * deprecated execCommand serves them.
 * @param {string} text
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const give = (/** @type {ClipboardEvent} */ event) => {
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
    };
    document.addEventListener("copy", give);
    const done = document.execCommand("copy");
    document.removeEventListener("copy", give);
    return done;
  }
}

/**
 * Shows a text for the reader to copy by hand, where the browser keeps scripts from the clipboard.
 * @param {string} title
 * @param {string} text
 */
export function offerText(title, text) {
  if (!toastPlace) {
    prompt(title, text); // a page that only embeds the list has no dialog for it
    return;
  }
  $("offer-title").textContent = title;
  $("offer-text").value = text;
  $("offer").showModal();
  $("offer-text").select();
}

let toastTimer = 0;
/** @type {HTMLElement | null} */
let toastPlace = null;

/**
 * Chooses the node for short messages. A page that only embeds the list shows none.
 * @param {HTMLElement} node
 */
export const showToastsIn = (node) => (toastPlace = node);

/**
 * Shows a short message at the bottom of the page, for four seconds or as long as is said, maybe with a button.
 * @param {string} text
 * @param {{label: string, act: () => void, ms: number}} [action]
 */
export function toast(text, action) {
  const place = toastPlace;
  if (!place) return;
  place.textContent = text;
  if (action) {
    const button = element("button", "", action.label);
    button.type = "button";
    button.addEventListener("click", action.act);
    place.append(" ", button);
  }
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (place.textContent = ""), action?.ms ?? 4000);
}
