// SPDX-License-Identifier: MIT
// @ts-check
/*
 * store: the entries that the page holds, those of them that are shown, and their heights. Entries sit in chunks.
 * To add at either end, to drop the oldest or to find a height, a short walk over the chunks suffices. A new filter
 * is applied chunk by chunk between frames. folds.js says which neighbours share a row. It may not know the DOM or a
 * clock.
 *
 * Invariants: `seq` rises from chunk to chunk and within each. A chunk that waits for the filter shows nothing and
 * has no height. There are at most `cap` entries. Their text has at most `most` characters, or fills one chunk.
 * An item that is folded under another is shown and counted as such, with the height 0.
 */
import { FoldedChunks } from "./folded-chunks.js";
import { foldOf, follow, isFolded, leave } from "./folds.js";

/** @import { Chunk } from "./folded-chunks.js" */
/** @import { Folding } from "./folds.js" */
/** @import { Entry, Item } from "./parse-entry.js" */

export const SIZE = 128; // entries of a chunk
const WEIGHT = 128 * 1024 * 1024; // characters of payloads and messages

/**
 * The content of a store, and the numbers that are kept free for entries that may follow it.
 * @typedef {{chunks: Chunk[], evicted: number, nextSeq: number}} Taken
 */

/**
 * Characters that an entry, a marker or a record keeps in memory.
 * @param {{data?: string, message?: string}} item
 */
export const weightOf = ({ data = "", message = "" }) => data.length + message.length;

export class Store extends FoldedChunks {
  /**
   * @param {object} options
   * @param {number} options.cap most entries
   * @param {(item: Item) => boolean} options.passes whether the filter shows it
   * @param {(item: Item) => number} options.estimate height in px before it is measured
   * @param {() => Folding} [options.folding] which folds the reader wants now
   * @param {number} [options.weight] most characters
   */
  constructor({ cap, passes, estimate, folding = () => ({ traces: false, equal: false }), weight = WEIGHT }) {
    super(estimate, folding);
    this.most = weight; // characters
    this.cap = Math.max(SIZE, cap);
    this.passes = passes;
    this.nextSeq = 0;
    this.evicted = 0; // records that left because of the cap
    /** Chunks that wait for the filter, the next one last. @type {Chunk[]} */
    this.stale = [];
    this.count = 0;
    /** Records of each level. @type {Record<string, number>} */
    this.levels = {};
    this.weight = 0;
    this.shown = 0;
    this.shownRecords = 0; // without markers
    this.firstSeq = 0;
  }

  /** Number of records, without markers. */
  get records() {
    return Object.values(this.levels).reduce((sum, count) => sum + count, 0);
  }

  /**
   * @param {number} cap most entries
   * @returns {number} how many left
   */
  setCap(cap) {
    this.cap = cap;
    return this.evict();
  }

  /**
   * All entries, for restore(). clear() follows.
   * @param {number} room how many entries may come between these and the next ones
   * @returns {Taken}
   */
  take(room) {
    const { chunks, evicted, nextSeq } = this;
    this.nextSeq += room;
    return { chunks, evicted, nextSeq };
  }

  /**
   * Puts entries that were taken before those that came since. All wait for the filter then.
   * @param {Taken} taken
   * @param {Item[]} entries that follow them, as many as there is room for
   */
  restore({ chunks, evicted, nextSeq }, entries) {
    const back = [...chunks];
    for (let at = 0; at < entries.length; at += SIZE) {
      const part = entries.slice(at, at + SIZE);
      part.forEach((entry, i) => (entry.seq = nextSeq + at + i));
      back.push({ ...newChunk(), all: part });
    }
    for (const chunk of back) {
      chunk.weight = 0;
      for (const entry of chunk.all) {
        this.tally(entry, 1);
        this.weigh(chunk, weightOf(entry));
      }
    }
    this.chunks = [...back, ...this.chunks];
    this.firstSeq = this.chunks[0]?.all[0].seq ?? this.nextSeq;
    this.refilter();
    this.evict();
    this.evicted += evicted;
  }

  /**
   * Exchanges all that is held, with its limits.
   * @param {Store} other a store for the same list
   */
  swap(other) {
    const mine = { ...this };
    Object.assign(this, other);
    Object.assign(other, mine);
  }

  clear() {
    this.evicted = 0;
    this.chunks = [];
    this.stale = [];
    this.changed.clear();
    this.count = 0;
    this.levels = {};
    this.weight = 0;
    this.shown = 0;
    this.shownRecords = 0;
    this.height = 0;
    this.firstSeq = this.nextSeq;
  }

  /**
   * Adds entries at the end; the oldest leave when there are too many.
   * @param {Item[]} entries
   * @returns {number} how many left
   */
  append(entries) {
    for (const entry of entries) {
      let chunk = this.chunks.at(-1);
      const before = chunk?.all.at(-1);
      if (follow(before, entry)) this.setApart(/** @type {Entry} */ (before));
      if (!chunk || chunk.all.length >= SIZE) this.chunks.push((chunk = newChunk()));
      entry.seq = this.nextSeq++;
      chunk.all.push(entry);
      this.tally(entry, 1);
      this.weigh(chunk, weightOf(entry));
      if (!chunk.stale) this.show(chunk, entry);
    }
    return this.evict();
  }

  /**
   * Shows an entry of the chunk, after those before it, if the filter lets it pass.
   * @param {Chunk} chunk
   * @param {Item} entry
   */
  show(chunk, entry) {
    if (!entry.marker) entry.fold = undefined;
    if (!this.passes(entry)) return;
    const before = chunk.shown.at(-1) ?? this.shownFrom(this.chunkOf(entry.seq) - 1, -1);
    entry.height = this.estimate(entry);
    chunk.shown.push(entry);
    chunk.height += entry.height;
    this.height += entry.height;
    this.shown++;
    if (!entry.marker) this.shownRecords++;
    if (before) this.join(before, entry);
  }

  /** @param {Chunk} chunk */
  showAll(chunk) {
    chunk.stale = false;
    for (const entry of chunk.all) this.show(chunk, entry);
    const at = this.chunkOf(chunk.all[0].seq);
    const before = chunk.shown.at(-1) ?? this.shownFrom(at - 1, -1);
    const after = this.shownFrom(at + 1, 1);
    if (before && after) this.join(before, after);
  }

  /**
   * @param {Item} entry
   * @param {1 | -1} step
   */
  tally(entry, step) {
    this.count += step;
    if (!entry.marker) this.levels[entry.level] = (this.levels[entry.level] ?? 0) + step;
  }

  /**
   * @param {Chunk} chunk
   * @param {number} weight
   */
  weigh(chunk, weight) {
    chunk.weight += weight;
    this.weight += weight;
  }

  /**
   * How many chunks leave when these entries come. The newest chunk stays.
   * @param {Item[]} [entries]
   */
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
    if (chunks.length) this.setFirst();
    return chunks.reduce((sum, chunk) => sum + chunk.all.length, 0);
  }

  /** @param {Chunk} chunk */
  release(chunk) {
    this.hide(chunk);
    chunk.all.forEach((entry) => this.tally(entry, -1));
    this.weight -= chunk.weight;
  }

  /** @param {Chunk} chunk */
  forget(chunk) {
    this.release(chunk);
    this.evicted += chunk.all.filter((entry) => !entry.marker).length;
  }

  /**
   * The chunk shows nothing. Those before it show nothing either.
   * @param {Chunk} chunk
   */
  hide(chunk) {
    for (const item of chunk.shown) {
      leave(item);
      this.changed.delete(item);
    }
    this.height -= chunk.height;
    this.shown -= chunk.shown.length;
    this.shownRecords -= chunk.shown.filter((entry) => !entry.marker).length;
    chunk.shown = [];
    chunk.height = 0;
  }

  /**
   * Makes room for older entries: the newest chunks leave, and the oldest one stays.
   * @param {number} count how many are to come
   * @returns {number} how many left
   */
  dropNewest(count) {
    const before = this.count;
    while (this.chunks.length > 1 && this.count + count > this.cap) {
      const chunk = /** @type {Chunk} */ (this.chunks.pop());
      this.stale = this.stale.filter((one) => one !== chunk);
      this.release(chunk);
    }
    if (this.count < before) this.setLast();
    return before - this.count;
  }

  /**
   * Adds older entries at the beginning, as many of the newest of them as there is room for.
   * @param {Item[]} entries oldest first
   * @returns {number} how many were added
   */
  prepend(entries) {
    let from = entries.length;
    let weight = this.weight;
    while (from > 0 && this.count + entries.length - from < this.cap && weight < this.most) weight += weightOf(entries[--from]);
    const fits = entries.slice(from);
    fits.forEach((entry, i) => follow(fits[i - 1], entry));
    const again = this.continueTrace(fits.at(-1));
    for (let end = fits.length; end > 0; end -= SIZE) again.push(this.addFirst(fits.slice(Math.max(0, end - SIZE), end)));
    for (const chunk of again) this.showAll(chunk);
    this.evicted = Math.max(0, this.evicted - fits.length); // those that left are the first to come back
    return fits.length;
  }

  /**
   * @param {Item[]} part
   * @returns {Chunk}
   */
  addFirst(part) {
    this.firstSeq -= part.length;
    part.forEach((entry, i) => (entry.seq = this.firstSeq + i));
    const chunk = { ...newChunk(), all: part, stale: true };
    part.forEach((entry) => this.tally(entry, 1));
    part.forEach((entry) => this.weigh(chunk, weightOf(entry)));
    this.chunks.unshift(chunk);
    return chunk;
  }

  /**
   * Takes the first entries that continue the trace of an older one into it, which changes their levels.
   * @param {Item | undefined} older the entry before all
   * @returns {Chunk[]} those to show again, the newest first
   */
  continueTrace(older) {
    const last = this.lastOfTrace(older);
    const end = last ? this.chunkOf(last.seq) + 1 : 0;
    const again = this.chunks.slice(0, end).filter((chunk) => !chunk.stale);
    for (const chunk of again) this.hide(chunk);
    for (const chunk of again) chunk.stale = true;
    if (end) this.setFirst(end);
    return again.reverse();
  }

  /**
   * Takes the entries that continue the trace of an older one into it, and returns the last of them.
   * @param {Item | undefined} older
   */
  lastOfTrace(older) {
    let last;
    for (const chunk of this.chunks) {
      for (const entry of chunk.all) {
        this.tally(entry, -1);
        const joined = follow(last ?? older, entry);
        this.tally(entry, 1);
        if (!joined) return last;
        last = entry;
      }
    }
    return last;
  }

  /** Whether there is no room for older entries. */
  get full() {
    return this.count + SIZE > this.cap || this.weight >= this.most;
  }

  /* ----- filter */

  /**
   * All chunks wait for the new filter. Those from seq on are filtered first, in order, and then those before it.
   * With Infinity, the newest come first.
   * @param {number} [seq]
   */
  refilter(seq = Infinity) {
    this.height = 0;
    this.shown = 0;
    this.changed.clear();
    this.shownRecords = 0;
    for (const chunk of this.chunks) {
      chunk.stale = true;
      chunk.shown = [];
      chunk.height = 0;
    }
    const from = Math.max(0, this.chunkOf(seq));
    this.stale = [...this.chunks.slice(0, from), ...this.chunks.slice(from).reverse()];
    if (seq === Infinity) this.stale = [...this.chunks];
  }

  /**
   * Entries of the chunks that are filtered next.
   * @param {number} characters about how much text
   */
  waiting(characters) {
    /** @type {Item[]} */
    const entries = [];
    for (let i = this.stale.length - 1; i >= 0 && characters > 0; i--) {
      for (const entry of this.stale[i].all) {
        entries.push(entry);
        characters -= 100 + (entry.size ?? 0);
      }
    }
    return entries;
  }

  /**
   * Filters chunks that wait, as long as mayTake allows the next one.
   * @param {(entries: Item[]) => boolean} mayTake
   * @returns {boolean} whether any chunk is left
   */
  filterSome(mayTake) {
    for (let chunk; (chunk = this.stale.at(-1)) && mayTake(chunk.all); ) {
      this.stale.pop();
      this.showAll(chunk);
    }
    return this.stale.length > 0;
  }

  /* ----- heights and places */

  /** Estimates all heights again, after a change of the width. */
  remeasure() {
    this.height = 0;
    for (const chunk of this.chunks) {
      chunk.height = 0;
      for (const entry of chunk.shown) chunk.height += entry.height = isFolded(entry) ? 0 : this.estimate(entry);
      this.height += chunk.height;
    }
  }

  /**
   * The first shown entry at seq or after it, or else the last one, with the height above it. An entry that is folded
   * is at its head.
   * @param {number} seq
   * @returns {{entry: Item, top: number} | null} null when nothing is shown
   */
  locate(seq) {
    let top = 0;
    /** @type {Item | undefined} */
    let last;
    for (const chunk of this.chunks) {
      const end = chunk.all[chunk.all.length - 1].seq;
      if (end < seq || chunk.shown.length === 0) {
        top += chunk.height;
        if (chunk.shown.length) last = chunk.shown.at(-1);
        continue;
      }
      for (const entry of chunk.shown) {
        if (entry.seq >= seq) return this.atHead(entry, top);
        top += entry.height;
        last = entry;
      }
    }
    return last ? this.atHead(last, top - last.height) : null;
  }

  /**
   * @param {Item} entry
   * @param {number} top
   * @returns {{entry: Item, top: number} | null}
   */
  atHead(entry, top) {
    const fold = foldOf(entry);
    return fold && isFolded(entry) ? this.locate(fold.head.seq) : { entry, top };
  }

  /**
   * The shown entries between two heights, and the top of the first of them.
   * @param {number} from px
   * @param {number} to px
   */
  between(from, to) {
    /** @type {Item[]} */
    const entries = [];
    let top = 0;
    let first = 0;
    for (const chunk of this.chunks) {
      if (chunk.height === 0 || top + chunk.height <= from) {
        top += chunk.height;
        continue;
      }
      for (const entry of chunk.shown) {
        if (top + entry.height > from && !isFolded(entry)) {
          if (!entries.length) first = top;
          entries.push(entry);
        }
        top += entry.height;
        if (top >= to) return { entries, top: first };
      }
    }
    return { entries, top: first };
  }

  /**
   * The entry that has a row before (-1) or after (1) seq, or null.
   * @param {number} seq
   * @param {1 | -1} step
   */
  neighbour(seq, step) {
    let at = Math.max(0, this.chunkOf(seq));
    for (; at >= 0 && at < this.chunks.length; at += step) {
      const { shown, height } = this.chunks[at];
      if (!height) continue;
      const found = step > 0 ? shown.find((e) => e.seq > seq && !isFolded(e)) : shown.findLast((e) => e.seq < seq && !isFolded(e));
      if (found) return found;
    }
    return null;
  }

  /** The oldest entry that has an id, or null. */
  firstRecord() {
    for (const chunk of this.chunks) for (const entry of chunk.all) if (entry.id) return entry;
    return null;
  }

  /** The newest entry that has an id, or null. */
  lastRecord() {
    for (let at = this.chunks.length - 1; at >= 0; at--) {
      const found = this.chunks[at].all.findLast((entry) => entry.id);
      if (found) return found;
    }
    return null;
  }

  *shownChunks() {
    for (const chunk of this.chunks) yield chunk.shown;
  }
}

/** @returns {Chunk} */
function newChunk() {
  return { all: [], shown: [], height: 0, weight: 0, stale: false };
}
