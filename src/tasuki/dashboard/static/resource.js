import { ApiError } from "./api.js";

/**
 * Something on the server that a component shows, kept up to date for as long as it is shown.
 *
 * It is loaded anew when a change affects it, after a lost connection, and every so often; never
 * twice at once, never more often than its gap says, in turns with all others of the page, and not
 * while the tab is hidden.
 *
 * @template T
 */
export class Resource {
  /** @type {T|undefined} The last answer. */
  value = undefined;
  /** @type {ApiError|null} Why the last try gave none. */
  error = null;
  #host;
  #options;
  #live = null;
  #started = -Infinity;
  #loading = false;
  #stale = false;
  #turn = false;
  #timer = 0;

  /**
   * @param {import("./vendor/lit/lit.js").LitElement & {live: import("./live.js").Live}} host
   * @param {object} options times are in milliseconds
   * @param {() => Promise<T>} options.load
   * @param {(change: import("./live.js").Change) => boolean} [options.affectedBy]
   * @param {number} [options.gap] between two starts of `load`
   * @param {number} [options.every] at the latest, also without a change
   */
  constructor(host, { load, affectedBy = () => false, gap = 1_000, every = 30_000 }) {
    this.#host = host;
    this.#options = { load, affectedBy, gap, every };
    host.addController(this);
  }

  hostConnected() {
    this.#live = this.#host.live;
    this.#live.addEventListener("changes", this.#changed);
    this.#live.addEventListener("resync", this.refresh);
    this.refresh();
  }

  hostDisconnected() {
    this.#live.removeEventListener("changes", this.#changed);
    this.#live.removeEventListener("resync", this.refresh);
    clearTimeout(this.#timer);
    this.#turn = false;
    this.#live = null;
  }

  /** Load anew, as soon as the gap allows it. */
  refresh = () => {
    this.#stale = true;
    if (!this.#loading && !this.#turn) this.#schedule(this.#started + this.#options.gap - performance.now());
  };

  #changed = (/** @type {CustomEvent} */ event) => {
    if (event.detail.some(this.#options.affectedBy)) this.refresh();
  };

  #schedule(delay) {
    clearTimeout(this.#timer);
    this.#turn = false;
    this.#timer = setTimeout(() => this.#take(), Math.max(0, delay));
  }

  #take() {
    if (document.hidden) return; // `resync` follows when the tab is seen again
    this.#turn = true;
    this.#timer = setTimeout(() => this.#load(), this.#live.pace.take(performance.now()));
  }

  async #load() {
    this.#turn = false;
    this.#loading = true;
    this.#stale = false;
    this.#started = performance.now();
    try {
      this.value = await this.#options.load();
      this.error = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.error = error;
    } finally {
      this.#loading = false;
    }
    if (!this.#live) return;
    this.#host.requestUpdate();
    if (this.#stale) this.refresh();
    else this.#schedule(this.#options.every);
  }
}
