import { Element } from "../element.js";
import { visible } from "../format.js";
import { jsonText } from "../json.js";
import { html, nothing } from "../vendor/lit/lit.js";

/** How far a job says it is: a bar when it is so much of so much, else the plain value. */
class ProgressBar extends Element {
  static properties = { value: { attribute: false } };

  render() {
    const { done, total, note } = this.value;
    return html`<p class="progress">
      ${total > 0
        ? html`<progress max=${total} value=${done} aria-label="Progress"></progress>
            <span>${done} of ${total}</span> ${note ? html`<bdi>${visible(String(note))}</bdi>` : nothing}`
        : html`Progress <code>${visible(jsonText(this.value))}</code>`}
    </p>`;
  }
}

customElements.define("tasuki-progress", ProgressBar);
