// SPDX-License-Identifier: MIT
/*
 * store: the entries a page holds, the part of them that is shown, and how high that is.  Entries sit in
 * chunks, so that adding at either end, dropping the oldest and finding a height are short walks over a few
 * hundred sums, and a new filter can be applied chunk by chunk between frames.  No DOM, no clock of its own.
 *
 * Invariants: `seq` rises from chunk to chunk and within each; a chunk that waits for the filter shows
 * nothing and is 0 high; held entries never pass the cap, nor all their text WEIGHT.
 */

export const SIZE = 128; // entries of a chunk
export const WEIGHT = 128 * 1024 * 1024; // characters of payloads and messages

export const weightOf = ({ data = "", message = "" }) => data.length + message.length;

export class Store {
  /* passes(entry): shown or not. estimate(entry): height in px before it was measured. */
  constructor({ cap, passes, estimate, weight = WEIGHT }) {
    this.most = weight;
    this.cap = Math.max(SIZE, cap);
    this.passes = passes;
    this.estimate = estimate;
    this.nextSeq = 0;
    this.evicted = 0;
    this.clear();
  }

  clear() {
    this.chunks = [];
    this.stale = [];
    this.count = 0;
    this.weight = 0;
    this.shown = 0;
    this.height = 0;
    this.firstSeq = this.nextSeq;
  }

  /* Adds entries at the end; the oldest leave when there are too many. Returns how many left. */
  append(entries) {
    for (const entry of entries) {
      let chunk = this.chunks.at(-1);
      if (!chunk || chunk.all.length >= SIZE) this.chunks.push((chunk = newChunk()));
      entry.seq = this.nextSeq++;
      this.count++;
      chunk.all.push(entry);
      this.weigh(chunk, weightOf(entry));
      if (!chunk.stale) this.show(chunk, entry);
    }
    return this.evict();
  }

  show(chunk, entry) {
    if (!this.passes(entry)) return;
    entry.height = this.estimate(entry);
    chunk.shown.push(entry);
    chunk.height += entry.height;
    this.height += entry.height;
    this.shown++;
  }

  weigh(chunk, weight) {
    chunk.weight += weight;
    this.weight += weight;
  }

  /* How many chunks have to leave when these entries come; the newest stays. */
  leaving(entries = []) {
    let count = this.count + entries.length - this.cap;
    let weight = entries.reduce((sum, entry) => sum + weightOf(entry), this.weight - this.most);
    let chunks = 0;
    for (; (count > 0 || weight > 0) && chunks < this.chunks.length - 1; chunks++) {
      count -= this.chunks[chunks].all.length;
      weight -= this.chunks[chunks].weight;
    }
    return chunks;
  }

  evict() {
    const chunks = this.chunks.splice(0, this.leaving());
    for (const chunk of chunks) this.forget(chunk);
    if (chunks.length && this.stale.length) this.stale = this.stale.filter((chunk) => !chunks.includes(chunk));
    return chunks.reduce((sum, chunk) => sum + chunk.all.length, 0);
  }

  forget(chunk) {
    this.count -= chunk.all.length;
    this.weight -= chunk.weight;
    this.height -= chunk.height;
    this.shown -= chunk.shown.length;
    this.evicted += chunk.all.filter((entry) => !entry.marker).length;
  }

  /* Adds older entries (oldest first) at the beginning; as many of the newest of them as have room. Returns how
   * many. */
  prepend(entries) {
    let from = entries.length;
    let weight = this.weight;
    while (from > 0 && this.count + entries.length - from < this.cap && weight < this.most) weight += weightOf(entries[--from]);
    const fits = entries.slice(from);
    for (let end = fits.length; end > 0; end -= SIZE) {
      const part = fits.slice(Math.max(0, end - SIZE), end);
      this.firstSeq -= part.length;
      part.forEach((entry, i) => (entry.seq = this.firstSeq + i));
      const chunk = newChunk();
      chunk.all = part;
      this.count += part.length;
      part.forEach((entry) => this.weigh(chunk, weightOf(entry)));
      part.forEach((entry) => this.show(chunk, entry));
      this.chunks.unshift(chunk);
    }
    return fits.length;
  }

  get full() {
    return this.count + SIZE > this.cap || this.weight >= this.most;
  }

  /* ----- filter */

  /* All chunks wait for the new filter: those from the one that holds seq to the newest first. */
  refilter(seq = Infinity) {
    this.height = 0;
    this.shown = 0;
    for (const chunk of this.chunks) {
      chunk.stale = true;
      chunk.shown = [];
      chunk.height = 0;
    }
    const from = Math.max(0, this.chunkOf(seq));
    this.stale = [...this.chunks.slice(0, from), ...this.chunks.slice(from).reverse()];
    if (seq === Infinity) this.stale = [...this.chunks];
  }

  /* Entries that wait for the filter, of the chunks that are next; about so many characters. */
  waiting(characters) {
    const entries = [];
    for (let i = this.stale.length - 1; i >= 0 && characters > 0; i--) {
      for (const entry of this.stale[i].all) {
        entries.push(entry);
        characters -= 100 + (entry.size ?? 0);
      }
    }
    return entries;
  }

  /* Filters waiting chunks as long as mayTake(entries of the next one). Returns whether any is left. */
  filterSome(mayTake) {
    while (this.stale.length && mayTake(this.stale.at(-1).all)) {
      const chunk = this.stale.pop();
      chunk.stale = false;
      for (const entry of chunk.all) this.show(chunk, entry);
    }
    return this.stale.length > 0;
  }

  /* ----- heights and places */

  /* New estimates for all that is shown: the width changed. */
  remeasure() {
    this.height = 0;
    for (const chunk of this.chunks) {
      chunk.height = 0;
      for (const entry of chunk.shown) chunk.height += entry.height = this.estimate(entry);
      this.height += chunk.height;
    }
  }

  setHeight(entry, height) {
    const chunk = this.chunks[this.chunkOf(entry.seq)];
    if (!chunk) return;
    chunk.height += height - entry.height;
    this.height += height - entry.height;
    entry.height = height;
  }

  /* Index of the chunk whose range holds seq; -1 for what is older than all. */
  chunkOf(seq) {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.chunks[middle].all[0].seq <= seq) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /* The first shown entry at seq or after it with the height above: {entry, top}; else the last; else null. */
  locate(seq) {
    let top = 0;
    let last = null;
    for (const chunk of this.chunks) {
      const end = chunk.all.at(-1).seq;
      if (end < seq || chunk.shown.length === 0) {
        top += chunk.height;
        if (chunk.shown.length) last = chunk.shown.at(-1);
        continue;
      }
      for (const entry of chunk.shown) {
        if (entry.seq >= seq) return { entry, top };
        top += entry.height;
        last = entry;
      }
    }
    return last && { entry: last, top: top - last.height };
  }

  /* Shown entries that lie between two heights: {entries, top of the first}. */
  between(from, to) {
    const entries = [];
    let top = 0;
    let first = 0;
    for (const chunk of this.chunks) {
      if (top + chunk.height <= from) {
        top += chunk.height;
        continue;
      }
      for (const entry of chunk.shown) {
        if (top + entry.height > from) {
          if (!entries.length) first = top;
          entries.push(entry);
        }
        top += entry.height;
        if (top >= to) return { entries, top: first };
      }
    }
    return { entries, top: first };
  }

  /* The shown entry before (-1) or after (1) seq, or null. */
  neighbour(seq, step) {
    let at = Math.max(0, this.chunkOf(seq));
    for (; at >= 0 && at < this.chunks.length; at += step) {
      const { shown } = this.chunks[at];
      const found = step > 0 ? shown.find((e) => e.seq > seq) : shown.findLast((e) => e.seq < seq);
      if (found) return found;
    }
    return null;
  }

  firstRecord() {
    for (const chunk of this.chunks) for (const entry of chunk.all) if (entry.id) return entry;
    return null;
  }

  *shownChunks() {
    for (const chunk of this.chunks) yield chunk.shown;
  }
}

function newChunk() {
  return { all: [], shown: [], height: 0, weight: 0, stale: false };
}
