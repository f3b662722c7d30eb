import { Element, problem } from "../element.js";
import { duration, localTime } from "../format.js";
import { icon } from "../icon.js";
import { jsonText } from "../json.js";
import { Resource } from "../resource.js";
import { typeHref } from "../router.js";
import { html, nothing } from "../vendor/lit/lit.js";
import "./action-button.js";
import "./code-block.js";
import "./progress-bar.js";
import "./state-badge.js";
import "./time-ago.js";

const FINISHED = ["completed", "failed", "cancelled"];

/** One job: what it is, how it went, and what can be done to it. */
class JobView extends Element {
  static properties = {
    api: { attribute: false },
    live: { attribute: false },
    job: { attribute: false }, // its id
  };

  #found = new Resource(this, {
    load: async () => ({ job: await this.api.job(this.job), lines: await this.api.log(this.job) }),
    affectedBy: ({ ids }) => ids.includes(this.job),
  });

  connectedCallback() {
    super.connectedCallback();
    document.title = `Job ${this.job} · Tasuki`;
  }

  render() {
    const { value, error } = this.#found;
    const gone = error?.status === 404;
    if (!value) return gone ? this.#nothing() : problem(this.#found);
    const { job, lines } = value;
    return html`
      <div class="heading">
        <a class="back" href=${typeHref(job.type)} aria-label="To the jobs of this type"
          >${icon("arrow-left")}</a>
        <h1><a href=${typeHref(job.type)}>${job.type}</a> <span class="id">#${job.id}</span></h1>
        <tasuki-state state=${job.state}></tasuki-state>
        <span class="actions">${gone ? nothing : this.#actions(job)}</span>
      </div>
      ${gone
        ? html`<p class="problem" role="alert">This job is gone: it was removed, or its retention ran
            out. This is what was last known of it.</p>`
        : problem(this.#found)}
      ${job.progress === null
        ? nothing
        : html`<tasuki-progress .value=${job.progress}></tasuki-progress>`}
      ${job.error ? failure(job) : nothing}
      <section class="panel" aria-label="Facts"><dl class="facts">${facts(job)}</dl></section>
      <div class="columns even">
        ${text("Data", jsonText(job.data, 2))}
        ${job.state === "completed" ? text("Result", jsonText(job.result, 2)) : nothing}
        ${lines.length ? text("Log", lines.join("\n"), job.state === "active") : nothing}
      </div>
    `;
  }

  #nothing() {
    return html`<p class="panel empty">There is no job ${this.job}: it was never made, was removed, or
      its retention ran out. <a href="#/">To the overview</a></p>`;
  }

  #actions({ id, state }) {
    const finished = FINISHED.includes(state);
    const act = (verb) => () => this.api.act(id, verb);
    const about = `job ${id}`;
    return [
      state === "scheduled" &&
        html`<tasuki-action icon="fast-forward" label="Run now" done="Job ${id} waits for its turn."
          about=${about} .run=${act("promote")}></tasuki-action>`,
      finished &&
        html`<tasuki-action icon="rotate-ccw" label="Retry" done="Job ${id} is waiting again."
          about=${about} .run=${act("retry")}></tasuki-action>`,
      !finished &&
        html`<tasuki-action icon="ban" label="Cancel" confirm="Really cancel?" about=${about}
          done=${state === "active" ? `Job ${id} was told to stop.` : `Job ${id} is cancelled.`}
          .run=${act("cancel")}></tasuki-action>`,
      state !== "active" &&
        html`<tasuki-action icon="trash-2" label="Remove" confirm="Remove for good?" about=${about}
          done="Job ${id} is removed." .run=${() => this.api.remove(id)}></tasuki-action>`,
    ].filter(Boolean);
  }
}

function facts(job) {
  const rows = {
    Attempts: `${job.attempts.made} of ${job.attempts.max}`,
    Crashes: job.crashes,
    Reason: job.reason,
    Priority: job.priority,
    Created: time(job.created_at),
    "Runs at": time(job.run_at),
    Started: time(job.started_at),
    Finished: time(job.finished_at),
    Waited: job.attempts.made === 1 && span(job.created_at, job.started_at),
    Took: span(job.started_at, job.finished_at),
    Timeout: job.timeout && duration(job.timeout),
    Runner: job.runner && html`<code>${job.runner}</code>`,
    Tags: job.tags.length && job.tags.map((tag) => html`<span class="tag">${tag}</span>`),
  };
  return Object.entries(rows)
    .filter(([, value]) => value)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
}

function time(at) {
  return at && html`${localTime(new Date(at))} <tasuki-ago class="aside" at=${at}></tasuki-ago>`;
}

function span(from, to) {
  return from && to && duration(Math.max(0, new Date(to) - new Date(from)) / 1_000);
}

function failure({ error, state }) {
  return html`<section class="panel failure" aria-label="Error">
    <h2>${state === "failed" ? "Error" : "Last error"}</h2>
    <p class="error"><b>${error.type}</b> ${error.message}</p>
    ${error.traceback
      ? html`<tasuki-code .text=${error.traceback} label="Traceback"></tasuki-code>`
      : nothing}
  </section>`;
}

function text(name, content, follow = false) {
  return html`<section class="panel" aria-label=${name}>
    <h2>${name}</h2>
    <tasuki-code .text=${content} label=${name} ?follow=${follow}></tasuki-code>
  </section>`;
}

customElements.define("tasuki-job-view", JobView);
