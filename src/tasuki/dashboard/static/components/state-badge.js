import { Element } from "../element.js";
import { html } from "../vendor/lit/lit.js";

/** The state of a job, in its colour. */
class StateBadge extends Element {
  static properties = { state: {} };

  render() {
    return html`<span class="badge" data-state=${this.state}>${this.state}</span>`;
  }
}

customElements.define("tasuki-state", StateBadge);
