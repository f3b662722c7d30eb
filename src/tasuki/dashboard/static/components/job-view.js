import { Element } from "../element.js";
import { count, duration, localTime } from "../format.js";
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
    id: { type: Number },
    removed: { state: true },
  };

  #job = new Resource(this, {
    load: () => this.api.job(this.id),
    affectedBy: (change) => this.#isAbout(change),
  });
  #log = new Resource(this, {
    load: () => this.api.log(this.id),
    affectedBy: (change) => this.#isAbout(change),
    gap: 500,
  });

  connectedCallback() {
    super.connectedCallback();
    document.title = `Job ${this.id} · Tasuki`;
  }

  #isAbout({ ids }) {
    return !ids || ids.includes(this.id);
  }

  render() {
    const { value: job, error } = this.#job;
    const gone = error?.status === 404;
    if (!job && gone) {
      return html`<p class="panel empty">There is no job ${this.id}. It was never made, was removed,
        or its retention ran out. <a href="#/">To the overview</a></p>`;
    }
    return html`
      ${error
        ? html`<p class="problem" role="alert">${gone
            ? "This job is gone: it was removed, or its retention ran out. This was the last of it."
            : error.message}</p>`
        : nothing}
      ${job ? this.#all(job, gone) : nothing}
    `;
  }

  #all(job, gone) {
    return html`
      <div class="heading">
        <a class="back" href=${typeHref(job.type)} aria-label="To the jobs of this type">
          ${icon("arrow-left")}</a>
        <h1>#${job.id} <a href=${typeHref(job.type)}>${job.type}</a></h1>
        <tasuki-state state=${job.state}></tasuki-state>
        <span class="actions">${gone ? nothing : this.#actions(job)}</span>
      </div>
      ${job.progress === null ? nothing : html`<tasuki-progress .value=${job.progress}></tasuki-progress>`}
      ${job.error ? errorPanel(job) : nothing}
      <section class="panel" aria-label="Facts"><dl class="facts">${facts(job)}</dl></section>
      <div class="columns even">
        ${textPanel("Data", jsonText(job.data, 2))}
        ${job.state === "completed" ? textPanel("Result", jsonText(job.result, 2)) : nothing}
      </div>
      ${this.#log.value?.length ? textPanel("Log", this.#log.value.join("\n")) : nothing}
    `;
  }

  #actions({ state }) {
    const act = (verb) => () => this.api.act(this.id, verb);
    const job = `job ${this.id}`;
    return html`
      ${state === "scheduled"
        ? html`<tasuki-action icon="fast-forward" label="Run now" done="Job ${this.id} runs next."
            about=${job} .run=${act("promote")}></tasuki-action>`
        : nothing}
      ${FINISHED.includes(state)
        ? html`<tasuki-action icon="rotate-ccw" label="Retry" done="Job ${this.id} is waiting again."
            about=${job} .run=${act("retry")}></tasuki-action>`
        : html`<tasuki-action icon="ban" label="Cancel" confirm="Really cancel?" about=${job}
            done="Job ${this.id} is cancelled, or about to stop." .run=${act("cancel")}></tasuki-action>`}
      ${state === "active"
        ? nothing
        : html`<tasuki-action icon="trash-2" label="Remove" confirm="Remove for good?" about=${job}
            done="Job ${this.id} is removed." .run=${() => this.api.remove(this.id)}></tasuki-action>`}
    `;
  }
}

function facts(job) {
  const rows = [
    ["Attempts", `${job.attempts.made} of ${job.attempts.max}`],
    ["Crashes", job.crashes ? count(job.crashes) : null],
    ["Reason", job.reason],
    ["Priority", job.priority === 0 ? null : String(job.priority)],
    ["Created", time(job.created_at)],
    ["Runs at", time(job.run_at)],
    ["Started", time(job.started_at)],
    ["Finished", time(job.finished_at)],
    ["Waited", span(job.created_at, job.started_at)],
    ["Took", span(job.started_at, job.finished_at)],
    ["Timeout", job.timeout === null ? null : duration(job.timeout)],
    ["Runner", job.runner ? html`<code>${job.runner}</code>` : null],
    ["Tags", job.tags.length ? job.tags.map((tag) => html`<span class="tag">${tag}</span>`) : null],
  ];
  return rows
    .filter(([, value]) => value !== null)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
}

function time(at) {
  if (!at) return null;
  return html`${localTime(new Date(at))} <tasuki-ago class="aside" at=${at}></tasuki-ago>`;
}

function span(from, to) {
  return from && to ? duration((new Date(to) - new Date(from)) / 1_000) : null;
}

function errorPanel({ error, state }) {
  return html`<section class="panel failure" aria-label="Error">
    <h2>${state === "failed" ? "Error" : "Last error"}</h2>
    <p class="error"><b>${error.type}</b> ${error.message}</p>
    ${error.traceback
      ? html`<tasuki-code .text=${error.traceback} label="Traceback"></tasuki-code>`
      : nothing}
  </section>`;
}

function textPanel(name, text) {
  return html`<section class="panel" aria-label=${name}>
    <h2>${name}</h2>
    <tasuki-code .text=${text} label=${name}></tasuki-code>
  </section>`;
}

customElements.define("tasuki-job-view", JobView);
