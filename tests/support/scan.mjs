// Looks for personal data in what leaves: events, logs, files.

/** Everything that an address has; nothing that leaves has an @ at all. */
const EMAIL = /[^\s"'<>()\\]*@[^\s"'<>()\\]*/g;
/** Seven digits and more, as phone numbers are grouped. */
const PHONE = /\+?\d(?:[\s().\/-]{0,2}\d){6,}/g;
/** What has digits and is nobody's: ids, instants, days, ports and addresses of the machine itself. */
const NOBODYS = [
  // What the runtime says when it has started: a visitor may be called so.
  /\bReady on http:\/\/127\.0\.0\.1:\d+/g,
  /\b[a-z]{2}_[0-9a-hjkmnp-tv-z]{26}\b/g,
  /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g,
  /\b\d{4}-\d\d-\d\d\b/g,
  /\b127\.0\.0\.1:\d+/g,
  // What the runtime is configured with, which it prints when it starts.
  /env\.[A-Z_]+ \("[^"]*"\)/g,
  // What the runtime says of a batch of a queue: how many were taken, and how long it was.
  /\bQUEUE [a-z-]+ \d+\/\d+ \(\d+ms\)/g,
  /"(?:time_to_resolution_ms|created_at|seq)":\d+/g,
];

/** The words of a text, in lower case. */
export const words = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);

/** Only digits. */
const digits = (text) => text.replace(/\D/g, "");

/**
 * What a text holds of people: anything that looks like an e-mail address or a phone number, and every one
 * of the names, addresses and numbers that are known. `known` is `{names, emails, phones}`; names are looked
 * for word by word.
 */
export function personal(text, known) {
  const found = new Set(text.match(EMAIL) ?? []);
  const rest = NOBODYS.reduce((left, pattern) => left.replace(pattern, " "), text);
  for (const number of rest.match(PHONE) ?? []) found.add(number);
  const low = rest.toLowerCase();
  for (const email of known.emails) if (low.includes(email.toLowerCase())) found.add(email);
  const run = new Set((rest.match(/[\d\s().+\/-]{7,}/g) ?? []).map(digits));
  for (const phone of known.phones) {
    const number = digits(phone);
    if ([...run].some((other) => other.includes(number))) found.add(phone);
  }
  const said = new Set(words(rest));
  for (const name of known.names) {
    for (const word of words(name)) if (word.length >= 3 && said.has(word)) found.add(name);
  }
  return [...found];
}

const FIRST = ["Marisol", "Tobias", "Aiko", "Wanjiru", "Björn", "Siobhan", "Rafaela", "Dmitri", "Zeynep", "Thandiwe",
  "Émile", "Katarzyna", "Ngozi", "Iñigo", "Yusuf", "Priyanka", "Lotte", "Oleksandra", "Haruto", "Giulia"];
const LAST = ["Quist", "Okonkwo", "Ferreira", "Lindqvist", "Yamamoto", "O'Donnell", "Kowalczyk", "Haddad", "Petrova",
  "Moreau", "Nguyen", "Schreiber", "Mbeki", "Rossi", "Takahashi", "Novák", "Eriksen", "Delacroix", "Aydin", "Banerjee"];
const HOSTS = ["example.com", "example.net", "example.org"];
const SAYS = [
  (p) => `Hi, I'm ${p.name}. My e-mail is ${p.email} and my phone is ${p.phone}.`,
  (p) => `this is ${p.name}, you can call me at ${p.phone} any time`,
  (p) => `${p.email} -- that's me, ${p.name}!! this is terrible, call my lawyer at ${p.phone}`,
  (p) => `My name is ${p.name}, order under ${p.email}, thank you so much, works perfectly`,
  (p) => `I want to talk to a person. ${p.name} / ${p.phone} / ${p.email}`,
  (p) => `${p.name}\n${p.email}\n${p.phone}`,
  (p) => `Write to ${p.email.toUpperCase()} or text ${p.phone.replace(/\D/g, "")}, ${p.name} here`,
  (p) => `customer ${p.name} <${p.email}> tel:${p.phone} wants a refund`,
];

/** `count` messages full of names, e-mails and phones, always the same, and what is in them. */
export function people(count) {
  const made = [];
  for (let n = 0; n < count; n++) {
    const first = FIRST[n % FIRST.length];
    const last = LAST[Math.floor(n / FIRST.length) % LAST.length];
    const name = `${first} ${last}`;
    const local = `${first}.${last}`.normalize("NFD").replace(/[^a-zA-Z.]/g, "").toLowerCase();
    // 555-0100 to 555-0199 are reserved for fiction.
    const phone = `+1 (${200 + (n % 700)}) 555-01${String(n % 100).padStart(2, "0")}`;
    const person = { name, email: `${local}${n}@${HOSTS[n % HOSTS.length]}`, phone };
    made.push({ ...person, text: SAYS[n % SAYS.length](person) });
  }
  return made;
}

/** The people of such messages as [`personal`] takes them. */
export const known = (made) => ({
  names: [...new Set(made.map((person) => person.name))],
  emails: made.map((person) => person.email),
  phones: [...new Set(made.map((person) => person.phone))],
});
