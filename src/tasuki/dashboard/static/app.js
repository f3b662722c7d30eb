/** The frame of the dashboard: header, banner, the page that the address names, and toasts. */

import { Api } from "./api.js";
import "./components/job-view.js";
import "./components/overview-page.js";
import "./components/theme-switch.js";
import "./components/toasts.js";
import "./components/type-page.js";
import { Element } from "./element.js";
import { Focus } from "./focus.js";
import { icon } from "./icon.js";
import { Live } from "./live.js";
import { jobHref, parseRoute } from "./router.js";
import { html, keyed, nothing } from "./vendor/lit/lit.js";

const API = new URL("api/v1", document.baseURI).href;

class App extends Element {
  static properties = { route: { state: true } };

  constructor() {
    super();
    this.api = new Api(API);
    this.live = new Live(`${API}/events`);
    this.focusing = new Focus(this);
    this.route = parseRoute(location.hash);
    this.live.addEventListener("status", () => this.requestUpdate());
    this.addEventListener("toast", ({ detail }) => this.querySelector("tasuki-toasts").show(detail));
  }

  connectedCallback() {
    super.connectedCallback();
    window.addEventListener("hashchange", this.#navigate);
    this.live.start();
    this.focusing.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.#navigate);
    this.live.stop();
    this.focusing.stop();
  }

  #navigate = () => {
    const before = this.route.key;
    this.route = parseRoute(location.hash);
    if (this.route.key === before) return;
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
      <main>${keyed(this.route.key, this.#page())}</main>
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
