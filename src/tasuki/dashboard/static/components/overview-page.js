import { Element, problem } from "../element.js";
import { count } from "../format.js";
import { perType, sum } from "../history.js";
import { Resource } from "../resource.js";
import { html, nothing } from "../vendor/lit/lit.js";
import "./code-block.js";
import "./failures-list.js";
import "./runners-table.js";
import "./stat-tiles.js";
import "./throughput-chart.js";
import "./types-table.js";

const FAILURES = 20;
const TOTALS = ["enqueued", "completed", "failed", "cancelled", "retried", "crashed"];

const movesJobs = ({ what }) => what !== "progress";

/** Everything at a glance. */
class OverviewPage extends Element {
  static properties = { api: { attribute: false }, live: { attribute: false } };

  #types = new Resource(this, { load: () => this.api.types(), affectedBy: movesJobs });
  #runners = new Resource(this, {
    load: () => this.api.runners(),
    affectedBy: movesJobs,
    gap: 1_000,
    every: 3_000,
  });
  #stats = new Resource(this, {
    load: () => this.api.stats(60),
    affectedBy: movesJobs,
    gap: 1_000,
    every: 10_000,
  });
  #failures = new Resource(this, {
    load: async () => (await this.api.jobs({ state: "failed", limit: FAILURES })).jobs,
    affectedBy: (change) => change.what === "failed" || this.#isShown(change),
    gap: 500,
  });

  connectedCallback() {
    super.connectedCallback();
    document.title = "Tasuki";
  }

  /** Whether a change is about a job in the list of failures, such as a retry. */
  #isShown({ ids }) {
    return this.#failures.value?.some((job) => ids.includes(job.id)) ?? false;
  }

  render() {
    const all = [this.#types, this.#runners, this.#stats, this.#failures];
    const values = all.map((resource) => resource.value);
    return [problem(...all), values.includes(undefined) ? nothing : this.#page(...values)];
  }

  #page(types, runners, stats, failures) {
    if (types.length === 0) return welcome(runners);
    const hour = sum(perType(stats));
    return html`
      <h1 class="unseen">Overview</h1>
      <tasuki-stat-tiles .types=${types} .runners=${runners} .hour=${hour}></tasuki-stat-tiles>
      ${panel(
        "Jobs per minute",
        html`<tasuki-throughput-chart .stats=${stats}></tasuki-throughput-chart>`,
      )}
      ${panel(
        "Types",
        html`<tasuki-types-table .api=${this.api} .types=${types} .stats=${stats}
          .runners=${runners}></tasuki-types-table>`,
      )}
      <div class="columns">
        ${panel(
          "Recent failures",
          html`<tasuki-failures-list .jobs=${failures}></tasuki-failures-list>`,
        )}
        ${panel("Runners", html`<tasuki-runners-table .runners=${runners}></tasuki-runners-table>`)}
      </div>
      ${totals(stats)}
    `;
  }
}

function panel(name, content) {
  return html`<section class="panel" aria-label=${name}><h2>${name}</h2>${content}</section>`;
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

function totals(stats) {
  const all = sum(stats.totals);
  return html`<p class="totals">Since the beginning
    ${TOTALS.map((event) => html`<span><b>${count(all[event] ?? 0)}</b> ${event}</span>`)}
  </p>`;
}

customElements.define("tasuki-overview-page", OverviewPage);
