// SPDX-License-Identifier: MIT
/*
 * download: what is shown, made into a file that the browser downloads; chunk by chunk, so that the page goes on.
 */
import { asJSON, asText } from "./parse-entry.js";
import { element } from "./row.js";

const CHUNKS = 8; // made in one turn
const KEPT = 10_000; // ms until the file's memory is given back

const KINDS = {
  text: {
    suffix: "txt",
    type: "text/plain;charset=utf-8",
    line: (entry, view) => (entry.marker ? `-- ${entry.message} --\n` : asText(entry, view)),
  },
  json: {
    suffix: "jsonl",
    type: "application/jsonl",
    line: (entry) => (entry.marker ? "" : asJSON(entry)),
  },
};

export async function download(kind, store, view) {
  const { suffix, type, line } = KINDS[kind];
  const parts = [];
  for (const shown of [...store.shownChunks()]) {
    parts.push(shown.map((entry) => line(entry, view)).join(""));
    if (parts.length % CHUNKS === 0) await new Promise((done) => setTimeout(done, 0));
  }
  const link = element("a");
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = `log-${new Date().toISOString().slice(0, 19).replace(/:/g, "")}.${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}
