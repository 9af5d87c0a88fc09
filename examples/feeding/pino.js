// SPDX-License-Identifier: MIT
// pino: a logger whose lines `sselog send` passes on as they are.
//
//     node app.js | sselog send -l stream:logs:alice
//
// pino's own numbers mean something else to other programs (30 is a warning for Python), so the level is a word.
// While Redis is away, the pipe fills, and then the program waits. If it must not, let systemd's journal be between.
import { hostname } from "node:os";
import pino from "pino";

const options = {
  level: process.env.LOG_LEVEL ?? "info",
  messageKey: "message",
  base: { host: hostname() },
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
};
// With sync, lines are written in their order, and none is left when the program ends.
export const logger = pino(options, pino.destination({ dest: 1, sync: true }));
