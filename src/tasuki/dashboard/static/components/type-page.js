import { Element, problem } from "../element.js";
import { count, visible } from "../format.js";
import { icon } from "../icon.js";
import { Resource } from "../resource.js";
import { typeHref } from "../router.js";
import { html, keyed, nothing } from "../vendor/lit/lit.js";
import { pauseButton } from "./action-button.js";
import "./job-list.js";

/** One type: its pause, how many jobs are in which state, and the jobs in one of them or all. */
class TypePage extends Element {
  static properties = {
    api: { attribute: false },
    live: { attribute: false },
    type: {},
    state: {},
  };

  #info = new Resource(this, {
    load: () => this.api.type(this.type),
    affectedBy: ({ what, type }) => type === this.type && what !== "progress",
  });

  connectedCallback() {
    super.connectedCallback();
    document.title = `${visible(this.type)} · Tasuki`;
  }

  updated(changed) {
    if (!changed.has("state")) return;
    // The row of tabs is wider than a phone. `scrollIntoView` would move the page as well.
    const tabs = this.querySelector(".tabs");
    const chosen = tabs.querySelector("[aria-current]");
    tabs.scrollLeft = chosen.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
  }

  render() {
    const { api, live, type, state } = this;
    const info = this.#info.value;
    return html`
      <div class="heading">
        <a class="back" href="#/" aria-label="To the overview">${icon("arrow-left")}</a>
        <h1>${visible(type)}</h1>
        ${info?.paused ? html`<span class="tag">paused</span>` : nothing}
        <span class="actions">${info ? pauseButton(api, info) : nothing}</span>
      </div>
      ${problem(this.#info)}
      <nav class="tabs" aria-label="States">
        ${[undefined, ...api.states.map(({ name }) => name)].map((name) => this.#tab(name, info))}
      </nav>
      ${keyed(
        state,
        html`<tasuki-job-list .api=${api} .live=${live} .type=${type} .state=${state}></tasuki-job-list>`,
      )}
    `;
  }

  #tab(state, info) {
    return html`<a href=${typeHref(this.type, state)}
      aria-current=${state === this.state ? "page" : nothing}
      >${state ?? "all"}${state && info ? html`<b>${count(info[state])}</b>` : nothing}</a>`;
  }
}

customElements.define("tasuki-type-page", TypePage);
