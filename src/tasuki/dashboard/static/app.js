/** The frame of the dashboard: header, banner, the page that the address names, and toasts. */

import { Api, ApiError } from "./api.js";
import "./components/job-view.js";
import "./components/overview-page.js";
import "./components/theme-switch.js";
import "./components/toasts.js";
import "./components/type-page.js";
import { Element, problem } from "./element.js";
import { Focus } from "./focus.js";
import { icon } from "./icon.js";
import { Live } from "./live.js";
import { jobHref, parseRoute } from "./router.js";
import { html, keyed, nothing } from "./vendor/lit/lit.js";

const API = new URL("api/v1", document.baseURI).href;
const RETRY = 1_000; // milliseconds

class App extends Element {
  static properties = {
    route: { state: true }, // null until the server has said what pages are made from
    error: { state: true }, // why it has not
  };

  constructor() {
    super();
    this.api = new Api(API);
    this.live = new Live(`${API}/events`);
    this.focusing = new Focus(this);
    this.route = this.error = null;
    this.live.addEventListener("status", () => this.requestUpdate());
    this.addEventListener("toast", ({ detail }) => this.querySelector("tasuki-toasts").show(detail));
  }

  connectedCallback() {
    super.connectedCallback();
    this.focusing.start();
    this.#begin();
  }

  async #begin() {
    try {
      await this.api.learn();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.error = error;
      setTimeout(() => this.#begin(), RETRY);
      return;
    }
    this.error = null;
    this.#navigate();
    window.addEventListener("hashchange", this.#navigate);
    this.live.start(this.api.states.map(({ name }) => name));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.#navigate);
    this.live.stop();
    this.focusing.stop();
  }

  #navigate = () => {
    const before = this.route;
    this.route = parseRoute(location.hash, this.api.states);
    if (!before || this.route.key === before.key) return;
    window.scrollTo(0, 0);
    this.focusing.move();
  };

  #search(event) {
    event.preventDefault();
    const input = event.target.elements.id;
    location.hash = jobHref(input.value.trim().replace("#", ""));
    input.value = "";
    input.blur();
  }

  render() {
    const { connected } = this.live;
    return html`
      <header class="bar">
        <a class="brand" href="#/"><img src="mark.svg" alt="" width="26" height="26" />Tasuki</a>
        <form class="search" role="search" @submit=${this.#search}>
          ${icon("search")}
          <input name="id" type="search" inputmode="numeric" pattern="\\s*#?\\d{1,15}\\s*" required
            autocomplete="off" placeholder="Job id" aria-label="Open the job with this id" />
        </form>
        <span class="live" data-connected=${connected}>${connected ? "Live" : "Offline"}</span>
        <tasuki-theme-switch></tasuki-theme-switch>
      </header>
      <div class="banner" role="status">
        ${connected
          ? nothing
          : html`<p>${icon("triangle-alert")}Connection lost. Numbers may be old; trying again…</p>`}
      </div>
      <main>${this.route ? keyed(this.route.key, this.#page()) : problem(this)}</main>
      <tasuki-toasts></tasuki-toasts>
    `;
  }

  #page() {
    const { api, live, route } = this;
    switch (route.page) {
      case "overview":
        return html`<tasuki-overview-page .api=${api} .live=${live}></tasuki-overview-page>`;
      case "type":
        return html`<tasuki-type-page .api=${api} .live=${live} .type=${route.type}
          .state=${route.state}></tasuki-type-page>`;
      case "job":
        return html`<tasuki-job-view .api=${api} .live=${live} .job=${route.id}></tasuki-job-view>`;
      default:
        return html`<p class="panel empty">There is no such page.
          <a href="#/">To the overview</a></p>`;
    }
  }
}

customElements.define("tasuki-app", App);
