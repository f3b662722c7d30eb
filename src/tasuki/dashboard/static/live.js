import { Pace } from "./pace.js";

/**
 * What happens on the server, as it happens.
 *
 * @typedef {{what: string, type: string, ids: number[]}} Change
 */

/** What happens besides that a job comes into a state. */
const NAMES = ["cancelling", "progress", "removed", "paused", "resumed"];
const GAP = 250; // milliseconds between two "changes" at least
const RETRY = { first: 1_000, most: 10_000 }; // milliseconds

/**
 * One subscription for the whole page. It rests while the tab is hidden.
 *
 * Events: `changes` (detail: Change[], everything since the last one), `resync` (events may have
 * been missed: look at everything anew), `status` (`connected` has changed).
 */
export class Live extends EventTarget {
  /** All that is shown is loaded in these turns, so that a page asks once a second at most. */
  pace = new Pace();
  connected = true; // until it shows otherwise, so that nothing flashes while the page loads
  #url;
  #names = NAMES;
  #source = null;
  #changes = [];
  #flushed = 0;
  #flushing = 0;
  #retrying = 0;
  #delay = RETRY.first;

  /** @param {string} url */
  constructor(url) {
    super();
    this.#url = url;
  }

  /** @param {string[]} states those that a job can be in */
  start(states) {
    this.#names = [...states, ...NAMES];
    document.addEventListener("visibilitychange", this.#look);
    this.#look();
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#look);
    this.#close();
  }

  #look = () => {
    if (document.hidden) this.#close();
    else if (!this.#source) this.#open();
  };

  #open() {
    clearTimeout(this.#retrying);
    const source = new EventSource(this.#url);
    source.addEventListener("open", () => {
      this.#delay = RETRY.first;
      this.#report(true);
      this.dispatchEvent(new Event("resync"));
    });
    source.addEventListener("error", () => this.#reopen());
    source.addEventListener("reset", () => this.dispatchEvent(new Event("resync")));
    for (const name of this.#names) {
      source.addEventListener(name, (event) => this.#gather(name, event.data));
    }
    this.#source = source;
  }

  #close() {
    clearTimeout(this.#retrying);
    clearTimeout(this.#flushing);
    this.#flushing = 0;
    this.#changes = [];
    this.#source?.close();
    this.#source = null;
  }

  #reopen() {
    this.#close();
    this.#report(false);
    this.#retrying = setTimeout(this.#look, this.#delay);
    this.#delay = Math.min(this.#delay * 2, RETRY.most);
  }

  #report(connected) {
    if (connected === this.connected) return;
    this.connected = connected;
    this.dispatchEvent(new Event("status"));
  }

  #gather(what, text) {
    this.#changes.push({ what, ...JSON.parse(text) });
    this.#flushing ||= setTimeout(() => this.#flush(), this.#flushed + GAP - performance.now());
  }

  #flush() {
    const changes = this.#changes;
    this.#changes = [];
    this.#flushing = 0;
    this.#flushed = performance.now();
    this.dispatchEvent(new CustomEvent("changes", { detail: changes }));
  }
}
