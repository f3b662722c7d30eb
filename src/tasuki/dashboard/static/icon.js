import { html } from "./vendor/lit/lit.js";

/** An icon of css/icons.css, in the colour of the text around it. @param {string} name */
export function icon(name) {
  return html`<span class="icon icon-${name}" aria-hidden="true"></span>`;
}
