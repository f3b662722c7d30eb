const BURST = 3;
const SECOND = 1_000; // milliseconds

/** Hands out turns: a few at once, and one a second in the long run. Times are in milliseconds. */
export class Pace {
  #free = -Infinity;

  /** Take a turn. @param {number} now @returns {number} how long to wait for it */
  take(now) {
    this.#free = Math.max(this.#free, now - BURST * SECOND) + SECOND;
    return Math.max(0, this.#free - now);
  }
}
