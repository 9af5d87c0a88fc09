// SPDX-License-Identifier: MIT
/*
 * page: small things that every part of the console uses: elements by id, numbers as text, turns of work.
 */

export const $ = (id) => document.getElementById(id);

export const number = new Intl.NumberFormat("en").format;

/* Runs work in the next frame, or soon where no frames are drawn. */
function nextTurn(work) {
  if (document.visibilityState === "visible") requestAnimationFrame(work);
  else setTimeout(work, 100);
}

/* A function that has work done once in the next turn, however often it is called before; pace() says how many
 * ms to wait first. */
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

let toastTimer = 0;
export function toast(text) {
  $("toast").textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => ($("toast").textContent = ""), 4000);
}
