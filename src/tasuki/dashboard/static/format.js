/** Numbers, times and text of others as people read them. */

const COUNT = new Intl.NumberFormat("en");
const DATE = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "medium" });
const SIZES = ["bytes", "kB", "MB", "GB"];
// What has no shape of its own, and what changes the direction of the text around it. Joiners stay:
// words and emoji are made with them.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** @param {number} n @example count(12345) === "12,345" */
export function count(n) {
  return COUNT.format(n);
}

/** @param {number} seconds @example duration(75) === "1 min 15 s" */
export function duration(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  let left = Math.round(seconds);
  const parts = [];
  for (const [unit, size] of UNITS) {
    const n = Math.floor(left / size);
    left -= n * size;
    if (n > 0) parts.push(`${n} ${unit}`);
    if (parts.length === 2 || (parts.length === 1 && n === 0)) break;
  }
  return parts.join(" ");
}

/**
 * A backoff in the words that the command line has for it.
 * @example backoff({ type: "fixed", delay: 60 }) === "fixed 1 min"
 */
export function backoff(rule) {
  if (Array.isArray(rule)) return rule.map(duration).join(", ");
  if (rule.type === "fixed") return `fixed ${duration(rule.delay)}`;
  const text = `doubling from ${duration(rule.base)} up to ${duration(rule.cap)}`;
  return rule.jitter ? text : `${text}, without jitter`;
}

/** How far a time is from now, in its largest unit. @param {Date} date @param {number} now */
export function distance(date, now) {
  const seconds = (now - date.getTime()) / 1_000;
  const size = Math.abs(seconds);
  if (size < 1) return "now";
  const [unit, length] = UNITS.find(([, length]) => size >= length);
  const text = `${Math.floor(size / length)} ${unit}`;
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

/** @param {Date} date @example localTime(date) === "2026-01-31 08:05:00" */
export function localTime(date) {
  return DATE.format(date);
}

/** @param {number} n @example bytes(1_200_000) === "1.2 MB" */
export function bytes(n) {
  let size = n;
  let unit = 0;
  while (size >= 1_000 && unit < SIZES.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  return `${size < 10 && unit ? size.toFixed(1) : Math.round(size)} ${SIZES[unit]}`;
}

/**
 * Text of jobs, with what cannot be seen in it written out, so that it looks like what it is.
 * @param {string} text
 * @example visible("invoice\u202egpj.exe") === "invoice\\u202egpj.exe"
 */
export function visible(text) {
  return text.replace(UNSEEN, (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** @param {string} text */
export function firstLine(text) {
  return text.split("\n", 1)[0];
}
