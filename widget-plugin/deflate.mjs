// About how many bits deflate (RFC 1951) makes of bytes that follow others: matches in the 32 KiB before them, found as zlib
// finds them, and what each literal, length and distance costs in the Huffman code of the whole. One code is taken for all
// blocks; it says which of two ways to write a function packs better, not how large a file becomes.

const WINDOW = 1 << 15;
const [SHORTEST, LONGEST] = [3, 258];
/** How many places with the same three bytes are tried, and the length that is long enough not to try the next byte. */
const [TRIED, LONG] = [64, 64];
const HASHES = 1 << 15;

/** The least value of each code, and how many bits follow it (RFC 1951, 3.2.5). */
function codes(count, least, extra) {
  const all = [];
  for (let code = 0; code < count; code++) {
    all.push({ least, extra: extra(code) });
    least += 1 << extra(code);
  }
  return all;
}
const LENGTHS = codes(28, SHORTEST, (code) => Math.max(0, (code >> 2) - 1)).concat({ least: LONGEST, extra: 0 });
const DISTANCES = codes(30, 1, (code) => Math.max(0, (code >> 1) - 1));

/** The code of each value. */
function table(codes, most, Type) {
  const all = new Type(most + 1);
  codes.forEach(({ least }, code) => all.fill(code, least));
  return all;
}
const LENGTH_OF = table(LENGTHS, LONGEST, Uint8Array);
const DISTANCE_OF = table(DISTANCES, WINDOW, Uint8Array);

/** What each symbol costs, in bits. */
export class Prices {
  /** Like those of the fixed code. */
  constructor() {
    this.literals = new Float64Array(256).fill(8);
    this.lengths = Float64Array.from(LENGTHS, ({ extra }) => 7 + extra);
    this.distances = Float64Array.from(DISTANCES, ({ extra }) => 5 + extra);
  }

  /** Those of a code made for texts in which symbols are as frequent as in these. */
  static of(texts) {
    const counts = { literals: new Uint32Array(256), lengths: new Uint32Array(LENGTHS.length), distances: new Uint32Array(DISTANCES.length) };
    const deflate = new Deflate(texts.reduce((sum, { length }) => sum + length, 0), new Prices(), counts);
    for (const text of texts) deflate.add(text);
    const sum = (counted) => counted.reduce((all, count) => all + count, 0);
    // Half an occurrence for what has none.
    const price = (count, all) => Math.log2((all + 1) / (count + 0.5));
    const symbols = sum(counts.literals) + sum(counts.lengths);
    const prices = new Prices();
    counts.literals.forEach((count, n) => (prices.literals[n] = price(count, symbols)));
    counts.lengths.forEach((count, n) => (prices.lengths[n] = price(count, symbols) + LENGTHS[n].extra));
    const matches = sum(counts.distances);
    counts.distances.forEach((count, n) => (prices.distances[n] = price(count, matches) + DISTANCES[n].extra));
    return prices;
  }
}

/** What has been packed so far. */
export class Deflate {
  #bytes;
  #end = 0;
  /** The last place of each hash, and for each place the one before it with the same hash; -1 is none. */
  #last = new Int32Array(HASHES).fill(-1);
  #before;
  #prices;
  #counts;
  /** Hashes and their last places as they were before what is only tried. */
  #undo;
  #distance = 0;

  /** For so many bytes in all. */
  constructor(capacity, prices, counts) {
    // Behind the end is what is tried.
    this.#bytes = new Uint8Array(2 * capacity);
    this.#before = new Int32Array(2 * capacity);
    this.#prices = prices;
    this.#counts = counts;
  }

  /** What these bytes would cost now, in bits. */
  cost(bytes) {
    this.#undo = [];
    const bits = this.#pack(bytes);
    for (let n = this.#undo.length - 2; n >= 0; n -= 2) this.#last[this.#undo[n]] = this.#undo[n + 1];
    this.#undo = undefined;
    return bits;
  }

  /** Packs these bytes, and says what they cost, in bits. */
  add(bytes) {
    const bits = this.#pack(bytes);
    this.#end += bytes.length;
    return bits;
  }

  #pack(bytes) {
    this.#bytes.set(bytes, this.#end);
    const end = this.#end + bytes.length;
    const { literals, lengths, distances } = this.#prices;
    let bits = 0;
    let at = this.#end;
    let length = this.#longest(at, end);
    while (at < end) {
      const distance = this.#distance;
      if (length < SHORTEST || length < LONG) {
        // zlib takes a match only where the next byte has no longer one.
        this.#remember(at, end);
        const next = this.#longest(at + 1, end);
        if (length < SHORTEST || next > length) {
          const literal = this.#bytes[at++];
          bits += literals[literal];
          if (this.#counts) this.#counts.literals[literal]++;
          length = next;
          continue;
        }
      } else {
        this.#remember(at, end);
      }
      const [coded, far] = [LENGTH_OF[length], DISTANCE_OF[distance]];
      bits += lengths[coded] + distances[far];
      if (this.#counts) {
        this.#counts.lengths[coded]++;
        this.#counts.distances[far]++;
      }
      for (let n = 1; n < length; n++) this.#remember(at + n, end);
      at += length;
      length = this.#longest(at, end);
    }
    return bits;
  }

  #hash(at) {
    const bytes = this.#bytes;
    return ((bytes[at] * 0x9e5f) ^ (bytes[at + 1] * 0x1f35) ^ (bytes[at + 2] * 0x3d1)) & (HASHES - 1);
  }

  #remember(at, end) {
    if (at + SHORTEST > end) return;
    const hash = this.#hash(at);
    this.#undo?.push(hash, this.#last[hash]);
    this.#before[at] = this.#last[hash];
    this.#last[hash] = at;
  }

  /** The longest match at a place, 0 if there is none; its distance stands in `#distance`. */
  #longest(at, end) {
    if (at + SHORTEST > end) return 0;
    const bytes = this.#bytes;
    const most = Math.min(LONGEST, end - at);
    let longest = 0;
    let from = this.#last[this.#hash(at)];
    for (let tried = 0; from >= 0 && at - from <= WINDOW && tried < TRIED; tried++, from = this.#before[from]) {
      if (longest > 0 && bytes[from + longest] !== bytes[at + longest]) continue;
      let length = 0;
      while (length < most && bytes[from + length] === bytes[at + length]) length++;
      // Three bytes from far away are dearer than three literals.
      if (length > longest && length >= SHORTEST && (length > SHORTEST || at - from < 4096)) {
        longest = length;
        this.#distance = at - from;
        if (length === most) break;
      }
    }
    return longest;
  }
}
