import { Element } from "../element.js";
import { icon } from "../icon.js";
import { html } from "../vendor/lit/lit.js";

const THEMES = {
  system: { icon: "sun-moon", next: "light" },
  light: { icon: "sun", next: "dark" },
  dark: { icon: "moon", next: "system" },
};

/** Chooses between the system's theme, light and dark. theme.js applies it on the next visit. */
class ThemeSwitch extends Element {
  get theme() {
    return document.documentElement.dataset.theme ?? "system";
  }

  set theme(theme) {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("tasuki.theme", theme);
    } catch {
      // No storage: the choice holds until the page is closed.
    }
    this.requestUpdate();
    document.dispatchEvent(new Event("theme"));
  }

  render() {
    const { icon: name, next } = THEMES[this.theme];
    const label = `Theme: ${this.theme}. Switch to ${next}.`;
    return html`<button class="quiet square" aria-label=${label} title=${label}
      @click=${() => (this.theme = next)}>${icon(name)}</button>`;
  }
}

customElements.define("tasuki-theme-switch", ThemeSwitch);
