// SPDX-License-Identifier: MIT
/*
 * judge: a reader's own expression, tried in a worker with a limit of time. Some expressions take years on
 * some texts ("catastrophic backtracking") and nothing can stop them in the thread that they run in; a worker
 * can be ended.
 */
import { textsOf } from "./filter.js";

const BUDGET = 2000; // ms for one question
const START = 20_000; // ms for the worker to be loaded

export class Judge {
  constructor(budget = BUDGET) {
    this.budget = budget;
    this.last = Promise.resolve();
  }

  /* Gives each entry the query's verdict; one question at a time. Rejects when it takes too long. */
  judge(entries, query) {
    const turn = this.last.then(async () => {
      const spans = await this.ask(query.pattern, entries.map(textsOf));
      entries.forEach((entry, i) => (entry.verdict = { query, spans: spans[i] }));
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
    this.worker = new Worker(new URL("./judge-worker.js", import.meta.url), { type: "module" });
    return this.answer(START, "it cannot be tried here");
  }

  answer(limit, failure) {
    const { worker } = this;
    return new Promise((done, fail) => {
      const give = (settle, value) => {
        clearTimeout(timer);
        worker.onmessage = worker.onerror = null;
        settle(value);
      };
      const timer = setTimeout(() => (this.stop(), give(fail, new Error(failure))), limit);
      worker.onmessage = ({ data }) => give(done, data);
      worker.onerror = () => (this.stop(), give(fail, new Error("it cannot be tried here")));
    });
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
  }
}
