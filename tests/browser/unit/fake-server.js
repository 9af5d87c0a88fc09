// SPDX-License-Identifier: MIT
/*
 * The client without a browser and without a server: a test fires the events of each stream, answers the requests, and
 * moves the clock.
 */
import { connect } from "../../../web/sselog.js";

export const server = {};
globalThis.location = { href: "http://h/" };

globalThis.fetch = async (address) => {
  const url = new URL(address);
  server.asked.push(url);
  const { status = 200, ...body } = server.answer(url);
  if (!status) throw new TypeError("Failed to fetch");
  return Response.json(body, { status });
};

globalThis.EventSource = class extends EventTarget {
  static CLOSED = 2;
  constructor(url) {
    super();
    this.url = new URL(url);
    this.readyState = 0;
    server.streams.push(this);
  }
  close() {
    this.readyState = 2;
  }
  say(type, data = {}, lastEventId = "") {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }
  opens() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  record(n) {
    this.say("message", { data: `line ${n}` }, `${n}-0`);
  }
  /* The browser comes back by itself, or not, as after a status other than 200. */
  breaks(forGood = false) {
    this.readyState = forGood ? 2 : 0;
    this.dispatchEvent(new Event("error"));
  }
  /* A whole answer. */
  answers({ records = [], every = 3000, token } = {}) {
    this.opens();
    records.forEach((n) => this.record(n));
    this.say("live", { replayed: records.length });
    if (token) this.say("token", { token, expires_in: 60 });
    this.say("end", { reason: "poll", every });
    this.breaks();
  }
};

export const record = (n) => ({ id: `${n}-0`, data: `line ${n}` });
export const newest = () => ({ records: [record(1)], more: false, first: "1-0" });
export const NOTHING = { records: [], more: false };
export const turn = () => new Promise(setImmediate);

/* Before each test. */
export const forget = () => Object.assign(server, { asked: [], streams: [], answer: newest });

/* A connected client, whose clock is the test's. */
export async function client(t, options = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 0.5);
  const at = { got: [], states: [], all: [] };
  at.connection = connect({
    url: "http://h/sselog/stream",
    share: false,
    onrecords: (records) => records.forEach(({ data }) => [at.got, at.all].forEach((list) => list.push(data))),
    onstate(state, detail) {
      at.states.push({ state, ...detail });
      at.all.push(state);
    },
    ...options,
  });
  t.after(() => at.connection.close());
  at.pass = async (ms) => {
    await turn();
    t.mock.timers.tick(ms);
    for (let i = 0; i < 5; i++) await turn();
  };
  at.stream = () => server.streams.at(-1);
  at.told = () => at.states.splice(0).map(({ state, every }) => (every ? `${state} ${every}` : state));
  await at.pass(0);
  await at.pass(0);
  return at;
}

/* The requests to a neighbour of the stream. */
export const asked = (name) => server.asked.filter(({ pathname }) => pathname.endsWith(`/${name}`));
