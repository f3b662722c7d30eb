import { Element } from "../element.js";
import { html, nothing } from "../vendor/lit/lit.js";

/** The state of a job, in its colour. */
class StateBadge extends Element {
  static properties = { state: {}, cancelling: { type: Boolean } };

  render() {
    return html`<span class="badge" data-state=${this.state}>${this.state}</span>
      ${this.cancelling ? html`<span class="tag warning stopping">stopping</span>` : nothing}`;
  }
}

customElements.define("tasuki-state", StateBadge);
