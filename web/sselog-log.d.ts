// SPDX-License-Identifier: MIT
/* Types of sselog-log.js, which defines the element <sselog-log>. */
import type { Client } from "./sselog.js";

/** The list of a log's records. Attributes: url, history, query, token, cap, label, nowrap, utc. */
export class SselogLog extends HTMLElement {
  /** The client, while the element is in a document. */
  sselog?: Client;
}

declare global {
  interface HTMLElementTagNameMap {
    "sselog-log": SselogLog;
  }
}
