// SPDX-License-Identifier: MIT
/*
 * shortcuts: keyboard shortcuts and the sheet that lists them. What they do is told by the page.
 */
import { $ } from "./dom.js";
import { element } from "./row.js";

/* keys: [[key, text, act], …]; one without act is handled by escape(target) or only listed. */
export function listenToShortcuts(keys, escape) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("help").open) return;
    const { key, target } = event;
    if (key === "Escape") {
      escape(target);
      return;
    }
    if (target.matches("input:not([type=checkbox]), select, textarea")) return;
    if (key === "Enter" && target.matches("button, a, summary, input")) return;
    const act = keys.find(([name]) => name === key)?.[2];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

export function showShortcuts(keys) {
  for (const [key, text] of keys) {
    const name = element("dt");
    name.append(element("kbd", "", key));
    $("keys").append(name, element("dd", "", text));
  }
}
