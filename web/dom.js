// SPDX-License-Identifier: MIT
/*
 * dom: small things that every part of the console uses: elements by id, numbers as text, turns of work.
 */

export const $ = (id) => document.getElementById(id);

export const number = new Intl.NumberFormat("en").format;

/* Runs work in the next frame, or soon where no frames are drawn (a hidden page, a window that is covered). */
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

/* Puts text into the clipboard; false: this browser does not let us. The old way is for pages without TLS. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const give = (event) => (event.clipboardData.setData("text/plain", text), event.preventDefault());
    document.addEventListener("copy", give);
    const done = document.execCommand("copy");
    document.removeEventListener("copy", give);
    return done;
  }
}

let toastTimer = 0;
export function toast(text) {
  $("toast").textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => ($("toast").textContent = ""), 4000);
}
