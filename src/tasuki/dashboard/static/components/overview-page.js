import { Element } from "../element.js";
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

const FAILURES = 20;

/** Everything at a glance. */
class OverviewPage extends Element {
  static properties = { api: { attribute: false }, live: { attribute: false } };

  #types = new Resource(this, {
    load: () => this.api.types(),
    affectedBy: ({ what }) => what !== "progress",
  });
  #runners = new Resource(this, {
    load: () => this.api.runners(),
    affectedBy: ({ what }) => what !== "progress",
    gap: 1_000,
    every: 3_000,
  });
  #failures = new Resource(this, {
    load: async () => (await this.api.jobs({ state: "failed", limit: FAILURES })).jobs,
    affectedBy: (change) => change.what === "failed" || this.#showsFailed(change),
    gap: 500,
  });
  #stats = new Resource(this, {
    load: () => this.api.stats(60),
    affectedBy: ({ what }) => what !== "progress",
    gap: 1_000,
    every: 10_000,
  });

  connectedCallback() {
    super.connectedCallback();
    document.title = "Tasuki";
  }

  /** Whether a change is about a job in the list of failures, such as a retry. */
  #showsFailed({ ids }) {
    return this.#failures.value?.some((job) => ids?.includes(job.id));
  }

  render() {
    const [types, runners, failures, stats] = [
      this.#types, this.#runners, this.#failures, this.#stats,
    ].map((resource) => resource.value);
    return html`
      ${this.#problem()}
      ${types ? this.#counts(types, runners, stats) : nothing}
      <div class="columns">
        ${failures && types?.length
          ? html`<section class="panel" aria-label="Recent failures">
              <h2>Recent failures</h2>
              <tasuki-failures-list .jobs=${failures}></tasuki-failures-list>
            </section>`
          : nothing}
        ${runners
          ? html`<section class="panel" aria-label="Runners">
              <h2>Runners</h2>
              <tasuki-runners-table .runners=${runners}></tasuki-runners-table>
            </section>`
          : nothing}
      </div>
      ${stats && types?.length ? totals(stats) : nothing}
    `;
  }

  #problem() {
    const failed = [this.#types, this.#runners, this.#failures, this.#stats].find((r) => r.error);
    return failed ? html`<p class="problem" role="alert">${failed.error.message}</p>` : nothing;
  }

  #counts(types, runners, stats) {
    if (types.length === 0) return welcome();
    const hour = stats && sum(Object.fromEntries(stats.minutes.map((m, n) => [n, sum(m.types)])));
    return html`
      <tasuki-stat-tiles .types=${types} .runners=${runners} .hour=${hour}></tasuki-stat-tiles>
      <section class="panel" aria-label="Throughput">
        <h2>Jobs per minute</h2>
        ${stats
          ? html`<tasuki-throughput-chart .stats=${stats}></tasuki-throughput-chart>`
          : nothing}
      </section>
      <section class="panel" aria-label="Types">
        <h2>Types</h2>
        <tasuki-types-table .api=${this.api} .types=${types} .stats=${stats} .runners=${runners}
        ></tasuki-types-table>
      </section>
    `;
  }
}

function welcome() {
  const call = `curl ${new URL("api/v1/jobs", document.baseURI)} \\
  -H 'Content-Type: application/json' \\
  -d '{"type": "hello", "data": {"name": "world"}}'`;
  return html`<section class="panel welcome">
    <h2>No jobs yet. Submit one:</h2>
    <tasuki-code .text=${call} label="A call that submits a job"></tasuki-code>
    <p>It shows up here at once, and waits until a runner works on its type.</p>
  </section>`;
}

function totals(stats) {
  const all = sum(stats.totals);
  const words = ["enqueued", "completed", "failed", "cancelled", "retried", "crashed"];
  return html`<p class="totals">Since the beginning:
    ${words.map((word) => html`<span><b>${count(all[word] ?? 0)}</b> ${word}</span>`)}
  </p>`;
}

customElements.define("tasuki-overview-page", OverviewPage);
