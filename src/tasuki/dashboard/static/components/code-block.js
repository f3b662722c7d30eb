import { Element } from "../element.js";
import { icon } from "../icon.js";
import { html } from "../vendor/lit/lit.js";

/** Text in fixed width, with a button that copies it. */
class CodeBlock extends Element {
  static properties = { text: {}, label: {} };

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.text);
      this.toast("done", "Copied.");
    } catch {
      this.toast("error", "The browser does not let this page copy. Select the text instead.");
    }
  }

  render() {
    return html`<div class="code">
      <pre tabindex="0" aria-label=${this.label}>${this.text}</pre>
      <button class="quiet square" aria-label="Copy: ${this.label}" title="Copy"
        @click=${this.#copy}>${icon("copy")}</button>
    </div>`;
  }
}

customElements.define("tasuki-code", CodeBlock);
