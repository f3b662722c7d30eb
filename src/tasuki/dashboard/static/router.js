/**
 * Which page an address shows. `key` tells pages apart that have nothing in common.
 *
 * @typedef {{key: string} & ({page: "overview"} | {page: "job", id: number}
 *   | {page: "type", type: string, state: string|undefined} | {page: "missing"})} Route
 */

export const STATES = ["waiting", "scheduled", "active", "completed", "failed", "cancelled"];

/** @param {string} hash as in `location.hash` @returns {Route} */
export function parseRoute(hash) {
  const [key, query] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [head, name, ...rest] = key.split("/");
  if (key === "") return { key, page: "overview" };
  if (head === "jobs" && /^\d{1,15}$/.test(name) && rest.length === 0) {
    return { key, page: "job", id: Number(name) };
  }
  const type = head === "types" && rest.length === 0 ? decode(name) : "";
  const state = new URLSearchParams(query).get("state") ?? undefined;
  if (type && (state === undefined || STATES.includes(state))) {
    return { key, page: "type", type, state };
  }
  return { key, page: "missing" };
}

/** @param {number|string} id */
export function jobHref(id) {
  return `#/jobs/${id}`;
}

/** @param {string} type @param {string} [state] */
export function typeHref(type, state) {
  return `#/types/${encodeURIComponent(type)}${state ? `?state=${state}` : ""}`;
}

function decode(text = "") {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
