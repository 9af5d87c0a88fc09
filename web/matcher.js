// SPDX-License-Identifier: MIT
/*
 * matcher: a reader's own expression, tried in a worker with a limit of time. Some expressions take years on
 * some texts ("catastrophic backtracking") and nothing can stop them in the thread that they run in; a worker
 * can be ended.
 */
import { textsOf } from "./filter.js";

const BUDGET = 2000; // ms for one question
const START = 20_000; // ms for the worker to be loaded
const TICKS = 20; // in which either is counted

export class Matcher {
  constructor(budget = BUDGET) {
    this.budget = budget;
    this.last = Promise.resolve();
  }

  /* Gives each entry the query's verdict; one question at a time. Rejects when it takes too long. */
  match(entries, query) {
    const turn = this.last.then(async () => {
      const spans = await this.ask(query.pattern, entries.map(textsOf));
      entries.forEach((entry, i) => (entry.match = { query, spans: spans[i] }));
    });
    this.last = turn.catch(() => {});
    return turn;
  }

  async ask(pattern, texts) {
    if (!this.worker) await this.start();
    const answer = this.answer(this.budget, "it takes too long");
    this.worker.postMessage({ pattern, texts });
    return answer;
  }

  start() {
    this.worker = new Worker(new URL("./matcher-worker.js", import.meta.url), { type: "module" });
    return this.answer(START, "it cannot be tried here");
  }

  /* The limit passes in ticks: a machine that stops for longer, as when its lid is closed, stops the worker too, and
   * takes one of them. */
  answer(limit, failure) {
    const { worker } = this;
    return new Promise((done, fail) => {
      let left = TICKS;
      let timer;
      const give = (settle, value) => {
        clearTimeout(timer);
        worker.onmessage = worker.onerror = null;
        settle(value);
      };
      const tick = () => {
        if (left-- > 0) timer = setTimeout(tick, limit / TICKS);
        else (this.stop(), give(fail, new Error(failure)));
      };
      tick();
      worker.onmessage = ({ data }) => give(done, data);
      worker.onerror = () => (this.stop(), give(fail, new Error("it cannot be tried here")));
    });
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
  }
}
