/**
 * Sums over the counters that the server keeps per minute and type.
 *
 * @typedef {import("./api.js").Stats} Stats
 * @typedef {import("./api.js").Counters} Counters
 */

/** Counters of all types added up. @param {Record<string, Counters>} types */
export function sum(types) {
  /** @type {Counters} */
  const total = {};
  for (const counters of Object.values(types)) {
    for (const [event, n] of Object.entries(counters)) total[event] = (total[event] ?? 0) + n;
  }
  return total;
}

/** Counters of all minutes, per type. @param {Stats} stats @returns {Record<string, Counters>} */
export function perType(stats) {
  /** @type {Record<string, Counters>} */
  const types = Object.create(null);
  for (const minute of stats.minutes) {
    for (const [type, counters] of Object.entries(minute.types)) {
      types[type] = sum({ before: types[type] ?? {}, now: counters });
    }
  }
  return types;
}

/**
 * One event over the minutes, of a type or of all.
 * @param {Stats} stats @param {string} event @param {string} [type]
 */
export function series(stats, event, type) {
  return stats.minutes.map((minute) =>
    type === undefined
      ? (sum(minute.types)[event] ?? 0)
      : (minute.types[type]?.[event] ?? 0),
  );
}

/**
 * A run time in seconds that a share of the attempts stayed under, from the histogram `hN` (how
 * many took less than 2^N milliseconds and at least half of that). Undefined without attempts.
 * @param {Counters} counters @param {number} share
 */
export function quantile(counters, share) {
  const bins = Object.entries(counters)
    .filter(([event]) => /^h\d+$/.test(event))
    .map(([event, n]) => [Number(event.slice(1)), n])
    .sort(([a], [b]) => a - b);
  let left = share * bins.reduce((total, [, n]) => total + n, 0);
  for (const [power, n] of bins) {
    left -= n;
    if (left <= 0) return 2 ** power / 1_000;
  }
  return undefined;
}
