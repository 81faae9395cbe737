export const DAY_S = 24 * 60 * 60;

/** The UTC day, `YYYY-MM-DD`, a number of days from now. */
export function day(offset = 0) {
  return new Date(Date.now() + offset * DAY_S * 1000).toISOString().slice(0, 10);
}

/** Milliseconds since 1970 of an instant on a UTC day, `hh:mm:ss`. */
export function instant(date, time) {
  return Date.parse(`${date}T${time}Z`);
}
