/**
 * The HTTP API, as far as the dashboard uses it.
 *
 * @typedef {"scheduled"|"waiting"|"active"|"completed"|"failed"|"cancelled"} State
 *
 * @typedef {object} TypeInfo
 * @property {string} type
 * @property {boolean} paused
 * @property {number} waiting
 * @property {number} scheduled
 * @property {number} active
 * @property {number} completed
 * @property {number} failed
 * @property {number} cancelled
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
 * @typedef {Record<string, number>} Counters
 * @typedef {{minutes: {at: string, types: Record<string, Counters>}[],
 *   totals: Record<string, Counters>}} Stats
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
  #base;

  /** @param {string} base where the API is, without a slash at the end */
  constructor(base) {
    this.#base = base;
  }

  /** @returns {Promise<TypeInfo[]>} */
  async types() {
    return (await this.#ask("GET", "/types")).types;
  }

  /** @returns {Promise<RunnerInfo[]>} */
  async runners() {
    return (await this.#ask("GET", "/runners")).runners;
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

  /** @param {number} id @returns {Promise<string[]>} */
  async log(id) {
    return (await this.#ask("GET", `/jobs/${id}/log`)).lines;
  }

  /** @param {number} minutes @returns {Promise<Stats>} */
  stats(minutes) {
    return this.#ask("GET", `/stats?minutes=${minutes}`);
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
