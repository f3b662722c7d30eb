import { ApiError } from "../api.js";
import { Element } from "../element.js";
import { visible } from "../format.js";
import { icon } from "../icon.js";
import { html, nothing } from "../vendor/lit/lit.js";

const ARMED = 4_000; // milliseconds in which a second click confirms

/**
 * A button that asks the server to do something, and says how that went. While it does, it keeps the
 * focus, which a disabled button would lose. With `confirm` it takes
 * two clicks, and shows that text before the second one.
 */
class ActionButton extends Element {
  static properties = {
    label: {},
    icon: {},
    about: {}, // what a screen reader adds to the label
    confirm: {},
    done: {}, // what to say afterwards
    run: { attribute: false }, // () => Promise
    compact: { type: Boolean }, // the icon alone
    armed: { state: true },
    busy: { state: true },
  };

  #timer = 0;

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  #click() {
    if (this.busy) return;
    if (!this.confirm || this.armed) return this.#act();
    this.armed = true;
    this.#timer = setTimeout(this.#disarm, ARMED);
  }

  #disarm = () => {
    clearTimeout(this.#timer);
    this.armed = false;
  };

  async #act() {
    this.#disarm();
    this.busy = true;
    try {
      await this.run();
      this.toast("done", this.done);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.toast("error", error.message);
    } finally {
      this.busy = false;
    }
  }

  render() {
    const label = this.armed ? this.confirm : this.label;
    const spoken = visible(this.about ? `${label} ${this.about}` : label);
    return html`<button class=${this.compact ? "quiet square" : ""} ?data-armed=${this.armed}
      aria-label=${spoken} title=${this.compact ? spoken : ""} aria-disabled=${this.busy ? "true" : nothing}
      @click=${this.#click} @blur=${this.#disarm}
    >${icon(this.icon)}${this.compact ? "" : label}</button>`;
  }
}

customElements.define("tasuki-action", ActionButton);

/**
 * The button that pauses a type, or resumes it.
 * @param {import("../api.js").Api} api
 * @param {import("../api.js").TypeInfo} info
 */
export function pauseButton(api, { type, paused }, { compact = false } = {}) {
  const [name, label, done] = paused
    ? ["play", "Resume", `Resumed ${type}.`]
    : ["pause", "Pause", `Paused ${type}. Jobs that are active go on.`];
  return html`<tasuki-action ?compact=${compact} icon=${name} label=${label} about=${type} done=${done}
    .run=${() => api.setPaused(type, !paused)}></tasuki-action>`;
}
