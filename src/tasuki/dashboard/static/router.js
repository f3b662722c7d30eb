/**
 * Which page an address shows.
 *
 * @typedef {{page: "overview"} | {page: "job", id: number}
 *   | {page: "type", type: string, state: string|undefined} | {page: "missing"}} Route
 */

export const STATES = ["waiting", "scheduled", "active", "completed", "failed", "cancelled"];

/** @param {string} hash as in `location.hash` @returns {Route} */
export function parseRoute(hash) {
  const [path, query] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [head, ...rest] = path.split("/");
  if (head === "" && rest.length === 0) return { page: "overview" };
  if (head === "jobs" && rest.length === 1 && /^\d{1,15}$/.test(rest[0])) {
    return { page: "job", id: Number(rest[0]) };
  }
  if (head === "types" && rest.length === 1) {
    const type = decode(rest[0]);
    const state = new URLSearchParams(query).get("state") ?? undefined;
    if (type && (state === undefined || STATES.includes(state))) {
      return { page: "type", type, state };
    }
  }
  return { page: "missing" };
}

/** @param {number} id */
export function jobHref(id) {
  return `#/jobs/${id}`;
}

/** @param {string} type @param {string} [state] */
export function typeHref(type, state) {
  return `#/types/${encodeURIComponent(type)}${state ? `?state=${state}` : ""}`;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
