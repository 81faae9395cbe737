// Writes a module so that gzip makes less of it, without changing what it does: locals of one type are numbered so that the
// same steps become the same bytes.

import { readFileSync, writeFileSync } from "node:fs";
import { Deflate, Prices } from "./deflate.mjs";
import { readFunctions, writeFunction } from "./instructions.mjs";

/** How many bytes are tried at most for a function, and how often its length if that is more. */
const [TRIED, TIMES] = [300_000, 60];

/** The locals by type, those first that are named most often: a number below 128 is one byte. */
function byUse({ parameters, locals, code }) {
  const uses = locals.map(() => 0);
  for (const { local } of code) if (local >= parameters) uses[local - parameters]++;
  const types = [...new Set(locals)];
  const place = (local) => types.indexOf(locals[local]);
  return locals.map((_, n) => n).sort((a, b) => place(a) - place(b) || uses[b] - uses[a] || a - b);
}

/** A function with its locals in a better order, found by exchanging two of a type as long as that helps. */
function renumbered(packed, own) {
  let order = byUse(own);
  let body = writeFunction(own, order);
  let cost = packed.cost(body);
  let left = Math.max(TRIED, TIMES * body.length);
  for (let better = true; better; ) {
    better = false;
    for (let a = 0; a < order.length; a++) {
      for (let b = a + 1; b < order.length; b++) {
        if (own.locals[order[a]] !== own.locals[order[b]]) continue;
        if ((left -= body.length) < 0) return body;
        const exchanged = order.with(a, order[b]).with(b, order[a]);
        const other = writeFunction(own, exchanged);
        const price = packed.cost(other);
        if (price < cost) [order, body, cost, better] = [exchanged, other, price, true];
      }
    }
  }
  return body;
}

/** Packs the module in a file. */
export function pack(file) {
  const { functions, write } = readFunctions(readFileSync(file));
  const first = functions.map((own) => writeFunction(own, byUse(own)));
  const packed = new Deflate(first.reduce((sum, { length }) => sum + length, 0), Prices.of(first));
  const bodies = functions.map((own) => {
    const body = renumbered(packed, own);
    packed.add(body);
    return body;
  });
  writeFileSync(file, write(bodies));
}
