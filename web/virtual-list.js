// SPDX-License-Identifier: MIT
/*
 * virtual-list: the window onto a store.  Only rows in sight (and a few beside) are in the document; heights not
 * yet measured are estimated, and when a measurement differs what the reader looks at stays where it is.
 * While following, that is the end; else the first row in sight (the anchor).
 * Knows nothing of records: makeRow(entry) builds the node of one.
 */

const MARGIN = 400; // px of rows kept ready above and below
const NEAR_TOP = 200; // px from the top at which older records are wanted

export class VirtualList {
  /* onfollow(following) and ontop() are told; head is the element above the first row. */
  constructor({ box, head, canvas, rows, store, makeRow, onfollow, ontop }) {
    Object.assign(this, { box, head, canvas, rows, store, makeRow, onfollow, ontop });
    this.nodes = new Map(); // entry to its node
    this.following = true;
    this.anchor = null; // {seq, offset}: first entry in sight, px of it above the edge
    this.refocus = null; // entry whose row had the focus when rows were taken away
    this.placed = 0; // scrollTop as set here: less than that is the reader's doing
    this.wantsOlder = false; // scrolled up to near the top
    box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.resized()).observe(box);
  }

  get viewHeight() {
    return this.box.clientHeight;
  }

  scrolled() {
    if (this.noticeScroll()) this.draw();
  }

  /* What the reader scrolled since the last drawing; true when that was anything. A drawing may come before the
   * event that tells of it, and would undo it. A box that grew moves what it shows by itself: that is no scrolling. */
  noticeScroll() {
    const top = this.box.scrollTop;
    const most = this.box.scrollHeight - this.viewHeight;
    const before = Math.min(this.placed, most);
    if (Math.abs(top - before) < 2) return false;
    const up = top < before;
    this.placed = top;
    if (up) this.setFollowing(false);
    else if (top >= most - 4) this.setFollowing(true);
    if (!this.following) this.dropAnchor(top);
    this.wantsOlder = up && top < NEAR_TOP;
    return true;
  }

  resized() {
    const width = this.box.clientWidth;
    if (width !== this.width) {
      this.width = width;
      this.store.remeasure();
    }
    this.draw();
  }

  setFollowing(following) {
    if (following === this.following) return;
    this.following = following;
    this.placed = this.box.scrollTop;
    if (following) this.anchor = null;
    else this.dropAnchor(this.box.scrollTop);
    this.onfollow(following);
    if (following) this.draw();
  }

  /* Remembers what is first in sight at this scrollTop. */
  dropAnchor(top) {
    const y = top - this.headHeight;
    const { entries, top: first } = this.store.between(y, y + 1);
    this.anchor = entries.length ? { seq: entries[0].seq, offset: y - first } : null;
  }

  get headHeight() {
    return this.head.offsetHeight;
  }

  /* All rows go, to be built anew; the focus returns to its row if that does. */
  forget() {
    for (const [entry, node] of this.nodes) {
      if (node.contains(document.activeElement)) {
        this.refocus = entry;
        this.box.focus({ preventScroll: true });
      }
      node.remove();
    }
    this.nodes.clear();
  }

  returnFocus() {
    if (document.activeElement !== this.box) this.refocus = null;
    const node = this.nodes.get(this.refocus);
    if (!node) return;
    this.refocus = null;
    node.focus({ preventScroll: true });
  }

  /* Rows are built anew: what they look like changed. */
  redraw() {
    this.forget();
    this.draw();
  }

  /* An entry looks different: its row is built anew. */
  renew(entry) {
    this.nodes.get(entry)?.remove();
    this.nodes.delete(entry);
    this.draw();
  }

  /* Measuring can move the edge, which brings other rows in sight: thrice is enough in practice. */
  draw() {
    this.noticeScroll();
    for (let round = 0; round < 3; round++) {
      const top = this.place();
      this.fill(top);
      if (!this.measure()) break;
    }
    this.place();
    if (!this.wantsOlder) return;
    this.wantsOlder = false;
    this.ontop();
  }

  /* Gives the canvas its height and the box its scrollTop. Returns the latter. */
  place() {
    const head = this.headHeight;
    const height = Math.ceil(this.store.height);
    if (height !== this.canvasHeight) {
      this.canvasHeight = height;
      this.canvas.style.height = `${height}px`;
    }
    let top = this.box.scrollTop;
    if (this.following) {
      top = Math.max(0, head + height - this.viewHeight);
    } else if (this.anchor) {
      const found = this.store.locate(this.anchor.seq);
      if (found) top = head + found.top + (found.entry.seq === this.anchor.seq ? this.anchor.offset : 0);
    }
    if (Math.abs(top - this.box.scrollTop) >= 1) this.box.scrollTop = top;
    this.placed = this.box.scrollTop;
    return this.placed;
  }

  fill(scrollTop) {
    const y = scrollTop - this.headHeight;
    const { entries, top } = this.store.between(y - MARGIN, y + this.viewHeight + MARGIN);
    const wanted = new Set(entries);
    for (const [entry, node] of this.nodes) {
      if (wanted.has(entry)) continue;
      if (node.contains(document.activeElement)) this.box.focus({ preventScroll: true });
      node.remove();
      this.nodes.delete(entry);
    }
    let place = this.rows.firstChild;
    for (const entry of entries) {
      let node = this.nodes.get(entry);
      if (!node) {
        node = this.makeRow(entry);
        this.nodes.set(entry, node);
      }
      if (node === place) place = place.nextSibling;
      else this.rows.insertBefore(node, place);
    }
    if (this.rowsTop !== top) {
      this.rowsTop = top;
      this.rows.style.top = `${top}px`;
    }
    this.returnFocus();
  }

  /* True when a height was not as thought. */
  measure() {
    let changed = false;
    for (const [entry, node] of this.nodes) {
      const height = node.getBoundingClientRect().height;
      if (Math.abs(height - entry.height) < 0.5) continue;
      this.store.setHeight(entry, height);
      changed = true;
    }
    return changed;
  }

  /* Scrolls so that the entry is in sight; returns its node. */
  reveal(entry, { centre = false } = {}) {
    const found = this.store.locate(entry.seq);
    if (!found || found.entry !== entry) return null;
    this.placed = this.box.scrollTop; // what was scrolled before is over
    const y = this.box.scrollTop - this.headHeight;
    const below = found.top + entry.height > y + this.viewHeight;
    if (centre || found.top < y || below) {
      this.setFollowing(false);
      let offset = 0;
      if (centre) offset = -(this.viewHeight - entry.height) / 3;
      else if (below) offset = Math.min(0, entry.height - this.viewHeight + 4);
      this.anchor = { seq: entry.seq, offset };
      this.draw();
    }
    return this.nodes.get(entry) ?? null;
  }
}
