/** JSON whose numbers stay as written: data may hold 64-bit numbers, which JavaScript rounds. */

/** @param {string} text */
export function parseJson(text) {
  return JSON.parse(text, (_key, value, context) =>
    isRounded(value) && context?.source && JSON.rawJSON ? JSON.rawJSON(context.source) : value,
  );
}

/** @param {unknown} value @param {number} [indent] spaces */
export function jsonText(value, indent = 0) {
  return JSON.stringify(value, null, indent) ?? "";
}

function isRounded(value) {
  return Number.isInteger(value) && !Number.isSafeInteger(value);
}
