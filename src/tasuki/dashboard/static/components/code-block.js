import { Element } from "../element.js";
import { visible } from "../format.js";
import { icon } from "../icon.js";
import { html } from "../vendor/lit/lit.js";

/** Text in fixed width, with a button that copies it as it is. */
class CodeBlock extends Element {
  static properties = {
    text: {},
    label: {},
    follow: { type: Boolean }, // keep the end in sight while text is added
  };

  #atEnd = true;

  willUpdate() {
    const pre = this.querySelector("pre");
    this.#atEnd = !pre || pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 1;
  }

  updated() {
    const pre = this.querySelector("pre");
    if (this.follow && this.#atEnd) pre.scrollTop = pre.scrollHeight;
  }

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
      <pre tabindex="0" aria-label=${this.label}>${visible(this.text)}</pre>
      <button class="quiet square" aria-label="Copy: ${this.label}" title="Copy"
        @click=${this.#copy}>${icon("copy")}</button>
    </div>`;
  }
}

customElements.define("tasuki-code", CodeBlock);
