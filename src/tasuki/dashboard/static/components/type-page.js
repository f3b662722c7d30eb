import { ApiError } from "../api.js";
import { Element } from "../element.js";
import { count } from "../format.js";
import { icon } from "../icon.js";
import { Resource } from "../resource.js";
import { STATES, typeHref } from "../router.js";
import { html, nothing } from "../vendor/lit/lit.js";
import "./action-button.js";
import "./jobs-table.js";

const PAGE = 50;

/** The jobs of one type. The first page is live; further ones are asked for with `More`. */
class TypePage extends Element {
  static properties = {
    api: { attribute: false },
    live: { attribute: false },
    type: {},
    state: {},
    further: { state: true }, // {jobs, cursor} once there was a `More`
    busy: { state: true },
  };

  #info = new Resource(this, {
    load: async () => (await this.api.types()).find(({ type }) => type === this.type) ?? null,
    affectedBy: ({ what, type }) => type === this.type && what !== "progress",
    gap: 500,
  });
  #page = new Resource(this, {
    load: () => this.#load(),
    affectedBy: ({ type }) => type === this.type && !this.further,
    gap: 500,
  });

  connectedCallback() {
    super.connectedCallback();
    document.title = `${this.type} · Tasuki`;
  }

  #load(cursor) {
    return this.api.jobs({ type: this.type, state: this.state, limit: PAGE, cursor });
  }

  async #more() {
    this.busy = true;
    const { jobs, cursor } = this.further ?? { jobs: [], cursor: this.#page.value.cursor };
    try {
      const next = await this.#load(cursor);
      this.further = { jobs: [...jobs, ...next.jobs], cursor: next.cursor };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.toast("error", error.message);
    } finally {
      this.busy = false;
    }
  }

  #back() {
    this.further = undefined;
    this.#page.refresh();
    window.scrollTo(0, 0);
  }

  render() {
    const info = this.#info.value;
    const error = this.#page.error ?? this.#info.error;
    return html`
      <div class="heading">
        <a class="back" href="#/" aria-label="To the overview">${icon("arrow-left")}</a>
        <h1>${this.type}</h1>
        ${info?.paused ? html`<span class="tag">paused</span>` : nothing}
        ${info ? this.#pause(info.paused) : nothing}
      </div>
      ${error ? html`<p class="problem" role="alert">${error.message}</p>` : nothing}
      <nav class="tabs" aria-label="States">
        ${[undefined, ...STATES].map((state) => this.#tab(state, info))}
      </nav>
      ${this.#page.value ? this.#jobs(this.#page.value) : nothing}
    `;
  }

  #pause(paused) {
    return html`<tasuki-action icon=${paused ? "play" : "pause"} about=${this.type}
      label=${paused ? "Resume" : "Pause"}
      done=${paused ? `Resumed ${this.type}.` : `Paused ${this.type}.`}
      .run=${() => this.api.setPaused(this.type, !paused)}></tasuki-action>`;
  }

  #tab(state, info) {
    return html`<a href=${typeHref(this.type, state)} data-state=${state ?? nothing}
      aria-current=${state === this.state ? "page" : nothing}
      >${state ?? "all"}${state && info ? html`<b>${count(info[state])}</b>` : nothing}</a>`;
  }

  #jobs(page) {
    const jobs = this.further ? [...page.jobs, ...this.further.jobs] : page.jobs;
    const { cursor } = this.further ?? page;
    if (jobs.length === 0 && !cursor) {
      return html`<p class="panel empty">No ${this.state ?? ""} jobs of this type.</p>`;
    }
    return html`
      <section class="panel" aria-label="Jobs">
        <tasuki-jobs-table .jobs=${jobs}></tasuki-jobs-table>
      </section>
      <div class="more">
        ${cursor
          ? html`<button ?disabled=${this.busy} @click=${this.#more}>More</button>`
          : nothing}
        ${this.further
          ? html`<button class="quiet" @click=${this.#back}>Back to the first ones</button>
              <span class="aside">This list rests while more than its first page is shown.</span>`
          : nothing}
      </div>
    `;
  }
}

customElements.define("tasuki-type-page", TypePage);
