import { ApiError } from "../api.js";
import { Element, problem } from "../element.js";
import { bytes, firstLine, visible } from "../format.js";
import { jsonText } from "../json.js";
import { Resource } from "../resource.js";
import { jobHref } from "../router.js";
import { html, nothing, repeat } from "../vendor/lit/lit.js";
import "./state-badge.js";
import "./time-ago.js";

const PAGE = 50;
const LONGEST = 200; // characters of data or error in a row

/** The jobs of a type. The first page is live; further ones are asked for with `More`. */
class JobList extends Element {
  static properties = {
    api: { attribute: false },
    live: { attribute: false },
    type: {},
    state: {},
    further: { state: true }, // {jobs, cursor} once there was a `More`
    busy: { state: true },
  };

  #first = new Resource(this, {
    load: () => this.#load(),
    affectedBy: ({ type }) => type === this.type && !this.further,
    every: 10_000,
  });

  /** What is shown below the first page would not fit to it any more if that moved on. */
  async #load(cursor) {
    if (!cursor && this.further) return this.#first.value;
    return this.api.jobs({ type: this.type, state: this.state, limit: PAGE, cursor });
  }

  async #more() {
    if (this.busy) return;
    this.busy = true;
    const { jobs, cursor } = this.further ?? { jobs: [], cursor: this.#first.value.cursor };
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
    this.#first.refresh();
    window.scrollTo(0, 0);
  }

  render() {
    return [problem(this.#first), this.#first.value ? this.#page(this.#first.value) : nothing];
  }

  #page(first) {
    const { jobs, cursor } = this.further
      ? { jobs: [...first.jobs, ...this.further.jobs], cursor: this.further.cursor }
      : first;
    return html`
      ${jobs.length
        ? table(jobs)
        : html`<p class="panel empty">No ${this.state ?? ""} jobs of this type.</p>`}
      <div class="more">
        ${cursor ? html`<button aria-disabled=${this.busy ? "true" : nothing} @click=${this.#more}>More</button>` : nothing}
        ${this.further
          ? html`<button class="quiet" @click=${this.#back}>Back to the first ones</button>
              <span class="aside">The list rests while more than its first page is shown.</span>`
          : nothing}
      </div>
    `;
  }
}

function table(jobs) {
  return html`<section class="panel scroll" aria-label="Jobs"><table class="jobs">
    <thead>
      <tr>
        <th scope="col" class="number">Id</th>
        <th scope="col">State</th>
        <th scope="col">Data, or what went wrong</th>
        <th scope="col" class="number attempts">Attempts</th>
        <th scope="col" class="number">When</th>
      </tr>
    </thead>
    <tbody>${repeat(jobs, (job) => job.id, row)}</tbody>
  </table></section>`;
}

function row(job) {
  return html`<tr data-id=${job.id}>
    <th scope="row" class="number"><a class="id" href=${jobHref(job.id)}>#${job.id}</a></th>
    <td><tasuki-state state=${job.state} ?cancelling=${job.cancelling}></tasuki-state></td>
    <td class="text">${text(job)}</td>
    <td class="number attempts">${job.attempts.made} of ${job.attempts.max}</td>
    <td class="number"><tasuki-ago at=${moment(job)}></tasuki-ago></td>
  </tr>`;
}

function text(job) {
  const { error, reason, cut } = job;
  if (error) {
    return html`<span class="error"><b>${visible(error.type)}</b>
      <bdi>${begin(firstLine(error.message))}</bdi></span>`;
  }
  const data = cut?.data && typeof job.data === "string" ? `${job.data}…` : begin(jsonText(job.data));
  return [
    reason === "suspect" ? html`<span class="tag warning">waits apart</span> ` : nothing,
    html`<code>${visible(data)}</code>`,
    cut?.data ? html` <span class="aside">${bytes(cut.data)}</span>` : nothing,
  ];
}

/** The time that matters most in the job's state. */
function moment({ created_at, run_at, started_at, finished_at }) {
  return finished_at ?? started_at ?? run_at ?? created_at;
}

function begin(text) {
  return visible(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

customElements.define("tasuki-job-list", JobList);
