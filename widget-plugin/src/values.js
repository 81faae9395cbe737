// What crosses between JavaScript and the engine with every key press, without JSON between them.
// The lists are in the order of the engine's: `Kind`, `Subject` and `Asked` of `askwell::detect`.

const KINDS = ["name", "email", "phone"];
const SUBJECTS = ["visitor", "other", "agent", "quoted", "negated", "retracted"];
const ASKED = [...KINDS, "other", "unknown"];

/** Which strings the fields of a context can be that need no second look. */
const PLAIN = { lang: /^[\w-]*$/, region: /^[a-z]{2}$/i, prevAgent: /^/ };

export function noneFound() {
  return [];
}

export function addFound(list, kind, start, end, value, hundredths, subject, suggestion) {
  const found = { kind: KINDS[kind], start, end, value, confidence: hundredths / 100, subject: SUBJECTS[subject] };
  if (suggestion !== undefined) found.suggestion = suggestion;
  list.push(found);
}

export function withFound(found, object) {
  return { found, ...object };
}

/** JSON, unless a value holds itself; nothing for a function. */
export function stringified(value) {
  try {
    return JSON.stringify(value);
  } catch {}
}

export function refusal(message, code) {
  return Object.assign(new Error(message), { code });
}

export function plainContext(context) {
  const made = Object.getPrototypeOf(context);
  if (made !== null && made !== Object.prototype) return;
  const parts = { lang: "", region: "", asked: "", prevAgent: "" };
  for (const [name, value] of Object.entries(context)) {
    if (!(name in parts)) return;
    if (value === null || value === undefined) continue;
    if (name !== "asked") {
      if (typeof value !== "string" || !PLAIN[name].test(value)) return;
      parts[name] = value;
      continue;
    }
    if (!Array.isArray(value)) return;
    for (const kind of value) {
      if (!ASKED.includes(kind)) return;
      parts.asked += ASKED.indexOf(kind);
    }
  }
  return `${parts.lang}\0${parts.region}\0${parts.asked}\0${parts.prevAgent}`;
}
