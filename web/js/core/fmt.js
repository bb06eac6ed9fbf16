// How numbers, times and names are written, everywhere the same.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const two = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

const known = (value) => typeof value === "number" && Number.isFinite(value);

/** What stands where there is no value. */
export const NONE = "–";

/** 14,509 */
export const integer = (value) => (known(value) ? whole.format(value) : NONE);

/** 0.834, for quality metrics. */
export const metric = (value) => (known(value) ? value.toFixed(3) : NONE);

/** +0.448 or −0.012. */
export function signed(value) {
  if (!known(value)) return NONE;
  const text = Math.abs(value).toFixed(3);
  return text === "0.000" ? "±0.000" : `${value < 0 ? "−" : "+"}${text}`;
}

/** 56 %, never 100 before it is. */
export const percent = (part, total) =>
  known(part) && total > 0 ? `${part >= total ? 100 : Math.min(99, Math.floor((part / total) * 100))} %` : NONE;

/** 210/s */
export function rate(value) {
  if (!known(value)) return NONE;
  if (value >= 10_000) return `${one.format(value / 1000)}k/s`;
  return `${(value >= 100 ? whole : one).format(value)}/s`;
}

/** 1.2 ms, 340 µs, 2.1 s */
export function milliseconds(value) {
  if (!known(value)) return NONE;
  if (value >= 1000) return `${two.format(value / 1000)} s`;
  if (value >= 1) return `${one.format(value)} ms`;
  return `${whole.format(value * 1000)} µs`;
}

/** 3.4 s, 2 min 5 s */
export function seconds(value) {
  if (!known(value)) return NONE;
  if (value < 60) return `${one.format(value)} s`;
  return `${whole.format(Math.floor(value / 60))} min ${whole.format(Math.round(value % 60))} s`;
}

/** 148 kB */
export function bytes(value) {
  if (!known(value)) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${(size >= 100 || unit === 0 ? whole : one).format(size)} ${units[unit]}`;
}

/** A number of unknown meaning: whole ones with separators, others to four significant digits. */
export function plain(value) {
  if (!known(value)) return NONE;
  if (Number.isInteger(value)) return whole.format(value);
  return Math.abs(value) >= 1000 ? one.format(value) : String(Number(value.toPrecision(4)));
}

const date = (value) => {
  const parsed = new Date(value);
  return Number.isNaN(parsed.getTime()) ? null : parsed;
};

/** 14:03:22 */
export const time = (value) => (date(value) ? clock.format(date(value)) : NONE);

/** 21 Nov 2026, 14:03:22 */
export const dateTime = (value) => (date(value) ? full.format(date(value)) : NONE);

/** The first twelve digits of a hash. */
export const short = (hash) => (typeof hash === "string" && hash.length > 16 ? `${hash.slice(0, 12)}…` : String(hash));

/** `from_offset` as "From offset". */
export function label(key) {
  const words = key.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "1 alert", "5 alerts" */
export const count = (number, noun) => `${integer(number)} ${noun}${number === 1 ? "" : "s"}`;
