import { Element } from "../element.js";
import { visible } from "../format.js";
import { html, repeat } from "../vendor/lit/lit.js";

const SECONDS = { done: 4, error: 10 };

/** Short messages about what was done, or why it was not. */
class Toasts extends Element {
  static properties = { shown: { state: true } };

  constructor() {
    super();
    this.shown = [];
  }

  /** @param {{kind: "done"|"error", text: string}} toast */
  show(toast) {
    this.shown = [...this.shown, toast];
    setTimeout(() => this.#drop(toast), SECONDS[toast.kind] * 1_000);
  }

  #drop(toast) {
    this.shown = this.shown.filter((other) => other !== toast);
  }

  render() {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${repeat(
        this.shown,
        (toast) => toast,
        (toast) => html`<button class="toast" data-kind=${toast.kind} title="Dismiss"
          @click=${() => this.#drop(toast)}>${visible(toast.text)}</button>`,
      )}
    </div>`;
  }
}

customElements.define("tasuki-toasts", Toasts);
