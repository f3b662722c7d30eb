import { Element, problem } from "../element.js";
import { count } from "../format.js";
import { sum } from "../history.js";
import { Resource } from "../resource.js";
import { html, nothing } from "../vendor/lit/lit.js";
import "./code-block.js";
import "./failures-list.js";
import "./runners-table.js";
import "./stat-tiles.js";
import "./throughput-chart.js";
import "./types-table.js";

/** Everything at a glance. What cannot be had says so in its own place. */
class OverviewPage extends Element {
  static properties = {
    api: { attribute: false },
    live: { attribute: false },
    find: { state: true }, // text in the names of the types that are shown
  };

  /** What was last known of each part. */
  #known = {};
  #overview = new Resource(this, {
    load: () => this.#load(),
    affectedBy: ({ what }) => what !== "progress",
    every: 5_000,
  });

  constructor() {
    super();
    this.find = "";
  }

  connectedCallback() {
    super.connectedCallback();
    document.title = "Tasuki";
  }

  async #load() {
    const overview = await this.api.overview(this.find);
    const had = Object.entries(overview).filter(([, value]) => value !== null);
    this.#known = { ...this.#known, ...Object.fromEntries(had) };
    return this.#known;
  }

  #look(event) {
    this.find = event.detail;
    this.#overview.refresh();
  }

  render() {
    return [problem(this.#overview), this.#overview.value ? this.#page(this.#overview.value) : nothing];
  }

  #page({ states, types, types_found, runners, failures, minutes, totals, problems }) {
    if (types_found === 0 && !this.find && runners) return welcome(runners);
    const why = Object.fromEntries(problems.map(({ part, cause }) => [part, cause]));
    return html`
      <h1 class="unseen">Overview</h1>
      ${part(why.types, states && html`<tasuki-stat-tiles .api=${this.api} .states=${states} .runners=${runners}
        .hour=${minutes && sum(minutes)}></tasuki-stat-tiles>`)}
      ${panel("Jobs per minute", why.stats, minutes && html`<tasuki-throughput-chart
        .minutes=${minutes}></tasuki-throughput-chart>`)}
      ${panel("Types", why.types, types && html`<tasuki-types-table .api=${this.api} .types=${types}
        .found=${types_found} .find=${this.find} @find=${this.#look}></tasuki-types-table>`)}
      <div class="columns">
        ${panel("Recent failures", why.failures, failures && html`<tasuki-failures-list
          .jobs=${failures}></tasuki-failures-list>`)}
        ${panel("Runners", why.runners, runners && html`<tasuki-runners-table
          .runners=${runners}></tasuki-runners-table>`)}
      </div>
      ${totals ? since(totals, this.api.states) : nothing}
    `;
  }
}

function panel(name, why, content) {
  return html`<section class="panel" aria-label=${name}><h2>${name}</h2>${part(why, content)}</section>`;
}

/** What is known, and why it is not newer if that is so. */
function part(why, content) {
  const stale = why
    ? html`<p class="problem part" role="alert">${content ? "This is not up to date" : "This cannot be had"}:
        ${why}.</p>`
    : nothing;
  return [stale, content ?? nothing];
}

function welcome(runners) {
  const call = `curl ${new URL("api/v1/jobs", document.baseURI)} \\
  -H 'Content-Type: application/json' \\
  -d '{"type": "hello", "data": {"name": "world"}}'`;
  return html`<section class="panel welcome">
    <h1>No jobs yet</h1>
    <p>Submit one:</p>
    <tasuki-code .text=${call} label="A call that submits a job"></tasuki-code>
    <p>It shows up here at once${runners.length
        ? ", and waits until a runner works on its type."
        : ". No runner is there to work on it yet; start one with the file of your workers:"}</p>
    ${runners.length
      ? nothing
      : html`<tasuki-code .text=${"tasuki worker app.py"} label="A command that starts a runner"
        ></tasuki-code>`}
  </section>`;
}

function since(totals, states) {
  const ends = states.filter(({ finished }) => finished).map(({ name }) => [name, name]);
  const words = [
    ["enqueued", "submitted"],
    ...ends,
    ["retried", "attempts that failed and were tried again"],
    ["crashed", "attempts whose process died"],
  ];
  return html`<p class="totals">Since the beginning
    ${words.map(
      ([event, name]) =>
        html`<span data-event=${event}><b>${count(totals[event] ?? 0)}</b> ${name}</span>`,
    )}
  </p>`;
}

customElements.define("tasuki-overview-page", OverviewPage);
