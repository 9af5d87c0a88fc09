// SPDX-License-Identifier: MIT
/*
 * The network between the browser and a web server. It can be cut, which both ends notice, and it can freeze, which
 * nobody notices: connections stay open and nothing passes.
 */
import net from "node:net";

export class Cable {
  constructor(port) {
    this.open = new Set();
    this.frozen = false;
    this.server = net.createServer((near) => {
      const far = net.connect(port, "127.0.0.1");
      for (const [one, other] of [[near, far], [far, near]]) {
        this.open.add(one);
        one.on("data", (part) => this.frozen || other.write(part));
        one.on("end", () => this.frozen || other.end());
        one.on("error", () => {}).on("close", () => (this.open.delete(one), other.destroy()));
      }
    });
  }

  listen() {
    return new Promise((done) => this.server.listen(0, "127.0.0.1", () => done(this.server.address().port)));
  }

  cut() {
    this.open.forEach((socket) => socket.resetAndDestroy());
  }

  /* Bytes sent meanwhile are lost, so connections of that time stay dead afterwards. */
  freeze(frozen) {
    this.frozen = frozen;
  }

  close() {
    this.cut();
    this.server.close();
  }
}
