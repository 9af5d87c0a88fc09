// SPDX-License-Identifier: MIT
/*
 * Wrong uses of the package. The compiler has to find each of them: one that it takes is an error here.
 */
import { connect } from "sselog";

const url = "/sselog/stream";
const client = connect({ url });

// @ts-expect-error no options
connect();
// @ts-expect-error no url
connect({});
// @ts-expect-error an unknown option
connect({ url, onrecord() {} });
// @ts-expect-error a text is no number
connect({ url, history: "10" });
// @ts-expect-error null is no id
connect({ url, after: localStorage.getItem("id") });
// @ts-expect-error a token is a text
connect({ url, token: () => 5 });
// @ts-expect-error data is a text
connect({ url, onrecords: (records) => records[0].data.level });
// @ts-expect-error no such state
connect({ url, onstate: (state) => state === "open" });
// @ts-expect-error facts may be absent
connect({ url, onstate: (_state, detail) => detail.wait.toFixed() });
// @ts-expect-error read only
client.lastId = "1-0";
// @ts-expect-error history() is a promise
client.history().records;
// @ts-expect-error no such method
client.stop();
