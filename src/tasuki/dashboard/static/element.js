import { LitElement } from "./vendor/lit/lit.js";

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
