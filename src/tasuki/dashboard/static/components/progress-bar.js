import { Element } from "../element.js";
import { jsonText } from "../json.js";
import { html } from "../vendor/lit/lit.js";

/** What a job says of its progress: a bar when it is so much of so much, else the plain value. */
class ProgressBar extends Element {
  static properties = { value: { attribute: false } };

  render() {
    const { done, total } = this.value;
    if (typeof done !== "number" || !(total > 0)) {
      return html`<p class="progress">Progress: <code>${jsonText(this.value)}</code></p>`;
    }
    return html`<p class="progress">
      <progress max=${total} value=${done} aria-label="Progress"></progress>
      <span>${done} of ${total}</span>
    </p>`;
  }
}

customElements.define("tasuki-progress", ProgressBar);
