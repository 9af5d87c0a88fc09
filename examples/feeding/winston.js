// SPDX-License-Identifier: MIT
// winston: a logger whose lines `sselog send` passes on as they are.
//
//     node app.js | sselog send -l stream:logs:alice
//
// Three levels of winston's default set get names that other programs know too.
import { hostname } from "node:os";
import winston from "winston";

const { combine, errors, json } = winston.format;
const NAMES = { http: "info", verbose: "debug", silly: "trace" };

const forSselog = winston.format((info) => ({
  ...info, // with the symbols
  time: new Date().toISOString(),
  level: NAMES[info.level] ?? info.level,
  host: hostname(),
}));

export const logger = winston.createLogger({
  level: process.env.LOG_LEVEL ?? "info",
  format: combine(errors({ stack: true }), forSselog(), json()),
  transports: [new winston.transports.Console()],
});
