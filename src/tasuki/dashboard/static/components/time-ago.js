import { Element } from "../element.js";
import { distance, localTime } from "../format.js";
import { html, nothing } from "../vendor/lit/lit.js";

/** How long ago a time was, or how far off it is. It keeps itself right. */
class TimeAgo extends Element {
  static properties = { at: {} }; // RFC 3339

  #timer = 0;

  connectedCallback() {
    super.connectedCallback();
    this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  updated() {
    clearTimeout(this.#timer);
    const age = Math.abs(Date.now() - new Date(this.at).getTime());
    this.#timer = setTimeout(() => this.requestUpdate(), age < 60_000 ? 1_000 : 30_000);
  }

  render() {
    if (!this.at) return nothing;
    const date = new Date(this.at);
    return html`<time datetime=${this.at} title=${localTime(date)}
      >${distance(date, Date.now())}</time>`;
  }
}

customElements.define("tasuki-ago", TimeAgo);
