/**
 * Sums over the counters that the server keeps by minute.
 *
 * @typedef {import("./api.js").Minute} Minute
 * @typedef {import("./api.js").Counters} Counters
 */

/** Counters of all minutes added up. @param {Minute[]} minutes */
export function sum(minutes) {
  /** @type {Counters} */
  const total = {};
  for (const { counters } of minutes) {
    for (const [event, n] of Object.entries(counters)) total[event] = (total[event] ?? 0) + n;
  }
  return total;
}

/** One event over the minutes. @param {Minute[]} minutes @param {string} event */
export function series(minutes, event) {
  return minutes.map(({ counters }) => counters[event] ?? 0);
}
