// SPDX-License-Identifier: MIT
// @ts-check
/*
 * line-runs: the runs of a message that is a line of a known form. Parts that are not shown are left out, and the status
 * of a response is coloured by its class. Pure.
 * Invariant: the texts of the runs joined are textOf() of the entry.
 */
import { saysLevel } from "./level.js";
import { lineOf } from "./parse-entry.js";
import { without } from "./shown-text.js";

/** @import { Run } from "./ansi.js" */
/** @import { Entry } from "./parse-entry.js" */
/** @import { Line, Span } from "./line.js" */

/**
 * @param {Run[]} runs
 * @param {Span[]} cuts in rising order
 */
function cutRuns(runs, cuts) {
  if (!cuts.length) return runs;
  let begin = 0; // of the run
  return runs.flatMap((run) => {
    const inside = cuts.map(([from, to]) => /** @type {Span} */ ([at(from - begin, run), at(to - begin, run)]));
    begin += run.text.length;
    const text = without(run.text, inside);
    return text ? [{ ...run, text }] : [];
  });
}

/**
 * @param {number} place
 * @param {Run} run
 */
const at = (place, run) => Math.max(0, Math.min(place, run.text.length));

/**
 * The runs with the status of a response at this place as a run of its own, if it tells a failure.
 * @param {Run[]} runs
 * @param {Span} place
 */
function colourStatus(runs, [from, to]) {
  let begin = 0;
  return runs.flatMap((run) => {
    const [a, b] = [at(from - begin, run), at(to - begin, run)];
    begin += run.text.length;
    const text = run.text.slice(a, b);
    if (!/^[45]\d\d$/.test(text)) return [run];
    const pieces = [
      { ...run, text: run.text.slice(0, a) },
      { ...run, text, status: text[0] },
      { ...run, text: run.text.slice(b) },
    ];
    return pieces.filter((piece) => piece.text);
  });
}

/**
 * Where the status is in what is shown.
 * @param {Line} line
 * @param {Span[]} cuts of the whole message
 * @returns {Span | undefined}
 */
function shownStatus({ status }, cuts) {
  if (!status) return undefined;
  const before = cuts.reduce((sum, [from, to]) => (to <= status[0] ? sum + to - from : sum), 0);
  return [status[0] - before, status[1] - before];
}

/**
 * @param {Run[]} runs of the entry's message
 * @param {Entry} entry
 */
export function lineRuns(runs, entry) {
  const line = lineOf(entry);
  if (!line) return runs;
  const shown = cutRuns(runs, entry.cuts ?? []);
  const status = shownStatus(line, line.cuts((level) => saysLevel(entry.severity, level)));
  return status ? colourStatus(shown, status) : shown;
}
