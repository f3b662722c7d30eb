/**
 * The HTTP API, as far as the dashboard uses it.
 *
 * @typedef {string} State the name of one
 *
 * @typedef {object} StateInfo
 * @property {State} name
 * @property {boolean} finished
 * @property {string[]} verbs what may be done to a job in this state
 *
 * @typedef {{type: string, paused: boolean} & Record<State, number>} TypeInfo
 *
 * @typedef {object} RunnerInfo
 * @property {string} id
 * @property {number} lease_left seconds
 * @property {number} active
 * @property {string|null} started_at
 * @property {string[]} types
 * @property {Record<string, string>} fields
 *
 * @typedef {object} Job
 * @property {number} id
 * @property {string} type
 * @property {State} state
 * @property {string|null} reason
 * @property {number} priority
 * @property {unknown} data
 * @property {unknown} result
 * @property {{type: string, message: string, traceback: string}|null} error
 * @property {{made: number, max: number}} attempts
 * @property {number} crashes
 * @property {unknown} progress
 * @property {string[]} tags
 * @property {string} created_at
 * @property {string|null} run_at
 * @property {string|null} started_at
 * @property {string|null} finished_at
 * @property {number|null} timeout seconds
 * @property {string|null} runner
 *
 * @property {boolean} cancelling it was told to stop
 * @property {Ended|null} before how it ended when it was retried
 * @property {string|null} message
 * @property {{data?: number, result?: number}} [cut] sizes in bytes of what is only begun
 *
 * @typedef {object} Ended
 * @property {State} state
 * @property {string|null} reason
 * @property {{type: string, message: string, traceback: string}|null} error
 * @property {number} attempts
 * @property {number} crashes
 * @property {string|null} started_at
 * @property {string} finished_at
 *
 * @typedef {TypeInfo & {served: boolean|null, completed_by_minute: number[]|null,
 *   p50: number|null, p95: number|null}} TypeRow times are in seconds
 *
 * @typedef {object} Failure
 * @property {number} id
 * @property {string} type
 * @property {string|null} reason
 * @property {string|null} error its type
 * @property {string} message
 * @property {{made: number, max: number}} attempts
 * @property {string|null} finished_at
 *
 * @typedef {Record<string, number>} Counters
 * @typedef {{at: string, counters: Counters}} Minute
 *
 * @typedef {object} Overview what could not be had is null
 * @property {Record<State, number>|null} states
 * @property {TypeRow[]|null} types
 * @property {number|null} types_found
 * @property {RunnerInfo[]|null} runners
 * @property {Failure[]|null} failures
 * @property {Minute[]|null} minutes
 * @property {Counters|null} totals
 * @property {{part: "types"|"runners"|"stats"|"failures", code: string, cause: string}[]} problems
 */

import { parseJson } from "./json.js";

const PATIENCE = 10_000; // milliseconds for one answer

/** An answer that is not what was asked for, or none. `status` is 0 when there was no answer. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, title?: string, detail?: string}} problem
   */
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
  }
}

export class Api {
  /** All states, in the order in which they are shown; see `learn`. @type {StateInfo[]} */
  states = [];
  #base;

  /** @param {string} base where the API is, without a slash at the end */
  constructor(base) {
    this.#base = base;
  }

  /** Ask for what the pages are made from. */
  async learn() {
    ({ states: this.states } = await this.#ask("GET", "/states"));
  }

  /** @param {State} state @param {string} verb */
  allows(state, verb) {
    return this.states.some(({ name, verbs }) => name === state && verbs.includes(verb));
  }

  /** @param {string} find text in the names of types @returns {Promise<Overview>} */
  overview(find) {
    return this.#ask("GET", `/overview?${new URLSearchParams({ find })}`, parseJson);
  }

  /** @param {string} type @returns {Promise<TypeInfo|null>} */
  async type(type) {
    return (await this.#ask("GET", `/types?${new URLSearchParams({ type })}`)).types[0] ?? null;
  }

  /**
   * @param {{state?: string, type?: string, limit?: number, cursor?: string}} filters
   * @returns {Promise<{jobs: Job[], cursor: string|null}>}
   */
  jobs(filters) {
    const given = Object.entries(filters).filter(([, value]) => value !== undefined);
    return this.#ask("GET", `/jobs?${new URLSearchParams(given)}`, parseJson);
  }

  /** @param {number} id @returns {Promise<Job>} */
  job(id) {
    return this.#ask("GET", `/jobs/${id}`, parseJson);
  }

  /**
   * @param {number} id
   * @param {number} after how many lines are known already
   * @returns {Promise<{lines: string[], written: number}>}
   */
  log(id, after) {
    return this.#ask("GET", `/jobs/${id}/log?after=${after}`);
  }

  /** @param {number} id @param {"retry"|"cancel"|"promote"} verb */
  act(id, verb) {
    return this.#ask("POST", `/jobs/${id}/${verb}`);
  }

  /** @param {number} id */
  remove(id) {
    return this.#ask("DELETE", `/jobs/${id}`);
  }

  /** @param {string} type @param {boolean} paused */
  setPaused(type, paused) {
    return this.#ask("POST", `/types/${encodeURIComponent(type)}/${paused ? "pause" : "resume"}`);
  }

  async #ask(method, path, parse = JSON.parse) {
    let response, text;
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      response = await fetch(this.#base + path, { method, signal, cache: "no-store" });
      text = await response.text();
    } catch (error) {
      const slow = error.name === "TimeoutError";
      throw new ApiError(0, {
        detail: slow ? "The server does not answer." : "The server cannot be reached.",
      });
    }
    const body = read(text, parse);
    if (!response.ok) throw new ApiError(response.status, body ?? {});
    return body;
  }
}

function read(text, parse) {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
