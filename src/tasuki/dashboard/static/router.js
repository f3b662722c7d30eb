/**
 * Which page an address shows. `key` tells pages apart that have nothing in common.
 *
 * @typedef {{key: string} & ({page: "overview"} | {page: "job", id: number}
 *   | {page: "type", type: string, state: string|undefined} | {page: "missing"})} Route
 */

/**
 * @param {string} hash as in `location.hash`
 * @param {import("./api.js").StateInfo[]} states
 * @returns {Route}
 */
export function parseRoute(hash, states) {
  const [key, query] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [head, name, ...rest] = key.split("/");
  if (key === "") return { key, page: "overview" };
  if (head === "jobs" && /^\d{1,15}$/.test(name) && rest.length === 0) {
    return { key, page: "job", id: Number(name) };
  }
  const type = head === "types" && rest.length === 0 ? decode(name) : "";
  const state = new URLSearchParams(query).get("state") ?? undefined;
  if (type && (state === undefined || states.some(({ name }) => name === state))) {
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
