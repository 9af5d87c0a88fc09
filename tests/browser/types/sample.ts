// SPDX-License-Identifier: MIT
/*
 * A program that uses all of the package: it has to compile.
 */
import { connect, type Client, type ConnectOptions, type Detail, type LogRecord, type Page, type State } from "sselog";
import "sselog/classic";
import { SselogLog } from "sselog/log";

const options: ConnectOptions = {
  url: new URL("https://example.org/sselog/stream?level=warning"),
  token: async () => "token",
  historyUrl: "https://example.org/older",
  credentials: true,
  history: 100,
  after: "1700000000000-0",
  share: "mine",
  silence: 30_000,
  locks: false,
  onrecords: (records) => records.forEach(show),
  onstate: say,
};

function show({ id, event, data, fields }: LogRecord): string {
  return [id, event ?? "", data, fields?.host ?? ""].join(" ");
}

function say(state: State, { reason, status, attempt, wait, every, source, lost, after, next }: Detail): string {
  const numbers = [status, attempt, wait, every, lost ?? undefined].map((n) => n?.toFixed());
  return [state, reason, after, next, source, ...numbers].join(" ");
}

const client: Client = connect(options);
client.retry();
const older: Promise<Page> = client.history({ before: client.lastId, limit: 10 });
older.then(({ records, more, first }) => console.log(records.map(show), more && client.history({ before: first })));
const flags: boolean[] = [client.leading, client.reached !== "", client.complete, client.closed, client.state === "wrong"];
client.close();
console.log(flags);

connect({ url: "/sselog/stream", token: true, share: false, onrecords() {} });
connect({ url: "/sselog/stream", token: "/token", after: "" });

sselog.connect(options).close();
sselog.ready.then((loaded) => loaded.connect(options));
const element = document.createElement("div");
element.addEventListener("sselog-records", ({ detail }) => detail.map(show));
element.addEventListener("sselog-state", ({ detail }) => say(detail.state, detail));
element.sselog?.retry();

const list: SselogLog = document.createElement("sselog-log");
list.addEventListener("sselog-state", ({ detail }) => say(detail.state, detail));
console.log(list instanceof SselogLog, list.sselog?.lastId);
