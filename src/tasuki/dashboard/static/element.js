import { html, LitElement, nothing } from "./vendor/lit/lit.js";

/** A component whose markup is part of the page, so that one set of style sheets serves all. */
export class Element extends LitElement {
  createRenderRoot() {
    return this;
  }

  /** Tell the person in front of the page something. @param {"done"|"error"} kind */
  toast(kind, text) {
    this.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { kind, text } }));
  }
}

/**
 * What keeps a page from being up to date, if anything does.
 * @param {...import("./resource.js").Resource} resources
 */
export function problem(...resources) {
  const error = resources.find((resource) => resource.error)?.error;
  if (!error) return nothing;
  return html`<p class="problem" role="alert" data-status=${error.status}>${error.message}</p>`;
}
