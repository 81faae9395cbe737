// How values cross between JavaScript and the engine: as one string of numbers, each with a `;` after it, and of
// texts, each with the number of its UTF-16 units before it. The engine's side is `askwell::crossing`.
//
// A shape puts a value into that form (`put`, which throws for a value of another form) and takes it back (`take`).
// `none` stands for a field that is left out or `null`; a field whose shape has none must be there.

/** Why a value is not of its shape: where, and what is expected there. It never repeats the value. */
export class Mismatch extends Error {}

export function expected(what) {
  throw new Mismatch(`expected ${what}`);
}

/** What the engine gave, part after part. */
export class Parts {
  constructor(given) {
    this.given = given;
    this.at = 0;
  }
  number() {
    let number = 0;
    // Digits, up to what is none: the `;`.
    for (let code; (code = this.given.charCodeAt(this.at++)) < 58; ) number = number * 10 + code - 48;
    return number;
  }
  text() {
    const length = this.number();
    return this.given.slice(this.at, (this.at += length));
  }
}

export const whole = (max, none) => ({
  none,
  put: (value) =>
    Number.isInteger(value) && value >= 0 && value <= max ? `${value};` : expected(`a whole number from 0 to ${max}`),
  take: (parts) => parts.number(),
});

export const text = {
  put: (value) => (typeof value === "string" ? `${value.length};${value}` : expected("a string")),
  take: (parts) => parts.text(),
};

export const flag = (none) => ({
  none,
  put: (value) => (typeof value === "boolean" ? `${+value};` : expected("true or false")),
  take: (parts) => parts.number() > 0,
});

/** One of these names. */
export const choice = (names) => ({
  put: (value) => (names.includes(value) ? `${names.indexOf(value)};` : expected(`one of ${names.join(", ")}`)),
  take: (parts) => names[parts.number()],
});

export const list = (item, none = []) => ({
  none,
  put: (value) => (Array.isArray(value) ? `${value.length};${value.map(item.put).join("")}` : expected("an array")),
  take(parts) {
    const items = [];
    for (let count = parts.number(); count > 0; count -= 1) items.push(item.take(parts));
    return items;
  },
});

export const pair = (first, second) => ({
  put: (value) =>
    Array.isArray(value) && value.length === 2 ? first.put(value[0]) + second.put(value[1]) : expected("an array of two"),
  take: (parts) => [first.take(parts), second.take(parts)],
});

/** The shape, or `null`. */
export const maybe = (shape) => ({
  none: null,
  put: (value) => (value === null ? "0;" : `1;${shape.put(value)}`),
  take: (parts) => (parts.number() ? shape.take(parts) : null),
});

/** The shape in a field that is left out where it says nothing: `null`, `false`, an empty list. */
export const some = (shape) => ({
  ...shape,
  spare: (value) => value === null || value === false || (Array.isArray(value) && value.length === 0),
});

/** An object with these fields, in their order. Others are refused where it is `strict`, else passed over. */
export const record = (fields, strict) => {
  // Read and written with every key press.
  const all = Object.entries(fields);
  return {
    put(value) {
      const given = value?.toJSON ? value.toJSON() : value;
      if (given === null || typeof given !== "object" || Array.isArray(given)) expected("an object");
      let put = "";
      let at;
      try {
        if (strict) {
          for (at in given) if (given[at] !== undefined && !Object.hasOwn(fields, at)) throw new Mismatch("there is no such field");
        }
        for (const [name, shape] of all) {
          at = name;
          const field = given[name] ?? shape.none;
          if (field === undefined) throw new Mismatch("is missing");
          put += shape.put(field);
        }
      } catch (error) {
        if (error instanceof Mismatch) error.message = `\`${at}\`: ${error.message}`;
        throw error;
      }
      return put;
    },
    take(parts) {
      const made = {};
      for (const [name, shape] of all) {
        const field = shape.take(parts);
        if (!shape.spare?.(field)) made[name] = field;
      }
      return made;
    },
  };
};
