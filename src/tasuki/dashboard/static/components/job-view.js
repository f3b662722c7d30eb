import { Element, problem } from "../element.js";
import { backoff, duration, localTime, visible } from "../format.js";
import { icon } from "../icon.js";
import { jsonText } from "../json.js";
import { Resource } from "../resource.js";
import { typeHref } from "../router.js";
import { html, nothing } from "../vendor/lit/lit.js";
import "./action-button.js";
import "./code-block.js";
import "./job-log.js";
import "./progress-bar.js";
import "./state-badge.js";
import "./time-ago.js";

/** What of a job has a place of its own on this page. */
const SHOWN = new Set([
  ...["id", "type", "state", "reason", "priority", "data", "result", "error", "attempts"],
  ...["crashes", "progress", "created_at", "run_at", "started_at", "finished_at", "runner"],
  ...["cancelling", "before", "message", "cut"],
  ...["backoff", "timeout", "keep", "tags", "expires"],
]);

/** One job: what it is, how it went, and what can be done to it. */
class JobView extends Element {
  static properties = {
    api: { attribute: false },
    live: { attribute: false },
    job: { attribute: false }, // its id
  };

  #found = new Resource(this, {
    load: () => this.api.job(this.job),
    affectedBy: ({ ids }) => ids.includes(this.job),
  });

  connectedCallback() {
    super.connectedCallback();
    document.title = `Job ${this.job} · Tasuki`;
  }

  render() {
    const { value: job, error } = this.#found;
    const gone = error?.status === 404;
    if (!job) return gone ? this.#nothing() : problem(this.#found);
    const type = visible(job.type);
    return html`
      <div class="heading">
        <a class="back" href=${typeHref(job.type)} aria-label="To the jobs of this type"
          >${icon("arrow-left")}</a>
        <h1><a href=${typeHref(job.type)}>${type}</a> <span class="id">#${job.id}</span></h1>
        <tasuki-state state=${job.state} ?cancelling=${job.cancelling}></tasuki-state>
        <span class="actions">${gone ? nothing : this.#actions(job)}</span>
      </div>
      ${gone
        ? html`<p class="problem" role="alert">This job is gone: it was removed, or its retention ran
            out. This is what was last known of it.</p>`
        : problem(this.#found)}
      ${notice(job)}
      ${job.progress === null
        ? nothing
        : html`<tasuki-progress .value=${job.progress}></tasuki-progress>`}
      ${job.error ? failure(job.state === "failed" ? "Error" : "Last error", job.error) : nothing}
      <section class="panel" aria-label="Facts"><dl class="facts">${facts(job)}</dl></section>
      ${job.before ? earlier(job.before) : nothing}
      <div class="columns even">
        ${text("Data", jsonText(job.data, 2))}
        ${job.state === "completed" ? text("Result", jsonText(job.result, 2)) : nothing}
        <tasuki-job-log .api=${this.api} .live=${this.live} .job=${job.id}
          ?follow=${job.state === "active"}></tasuki-job-log>
      </div>
    `;
  }

  #nothing() {
    return html`<p class="panel empty">There is no job ${this.job}: it was never made, was removed, or
      its retention ran out. <a href="#/">To the overview</a></p>`;
  }

  #actions({ id, state, cancelling }) {
    const may = (verb) => this.api.allows(state, verb);
    const act = (verb) => () => this.api.act(id, verb);
    const about = `job ${id}`;
    return [
      may("promote") &&
        html`<tasuki-action icon="fast-forward" label="Run now" done="Job ${id} waits for its turn."
          about=${about} .run=${act("promote")}></tasuki-action>`,
      may("retry") &&
        html`<tasuki-action icon="rotate-ccw" label="Retry" done="Job ${id} is waiting again."
          about=${about} .run=${act("retry")}></tasuki-action>`,
      may("cancel") && !cancelling &&
        html`<tasuki-action icon="ban" label="Cancel" confirm="Really cancel?" about=${about}
          done=${state === "active" ? `Job ${id} was told to stop.` : `Job ${id} is cancelled.`}
          .run=${act("cancel")}></tasuki-action>`,
      may("remove") &&
        html`<tasuki-action icon="trash-2" label="Remove" confirm="Remove for good?" about=${about}
          done="Job ${id} is removed." .run=${() => this.api.remove(id)}></tasuki-action>`,
    ].filter(Boolean);
  }
}

/** What should not be overlooked in the state of a job. */
function notice({ state, reason, cancelling, message }) {
  const told = cancelling
    ? "It was told to stop, and has not stopped yet. Code in a thread can only stop by itself."
    : state === "waiting" && reason === "suspect"
      ? "It waits apart: the process that ran it died, so it runs alone next, to see whether it was the cause."
      : state === "cancelled" && message;
  return told ? html`<p class="notice" role="status">${visible(told)}</p>` : nothing;
}

function facts(job) {
  const rows = {
    Attempts: `${job.attempts.made} of ${job.attempts.max}`,
    "Process died": job.crashes && times(job.crashes),
    Reason: job.reason && visible(job.reason),
    Priority: job.priority,
    Created: time(job.created_at),
    "Runs at": time(job.run_at),
    Started: time(job.started_at),
    Finished: time(job.finished_at),
    Waited: job.attempts.made === 1 && !job.before && span(job.created_at, job.started_at),
    Took: span(job.started_at, job.finished_at),
    Timeout: job.timeout && duration(job.timeout),
    "Expires at": job.expires != null && time(later(job.created_at, job.expires)),
    Backoff: job.backoff && backoff(job.backoff),
    Kept: job.keep != null && duration(job.keep),
    Runner: job.runner && html`<code>${visible(job.runner)}</code>`,
    Tags: job.tags.length && job.tags.map((tag) => html`<span class="tag">${visible(tag)}</span>`),
    ...others(job),
  };
  return listed(rows);
}

/** What a job has and this page has no words for, such as a new option. */
function others(job) {
  const rows = Object.entries(job).filter(([name, value]) => !SHOWN.has(name) && value !== null);
  return Object.fromEntries(rows.map(([name, value]) => [name, visible(plain(value))]));
}

function plain(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function listed(rows) {
  return Object.entries(rows)
    .filter(([, value]) => value)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
}

function times(n) {
  return n === 1 ? "once" : `${n} times`;
}

function time(at) {
  return at && html`${localTime(new Date(at))} <tasuki-ago class="aside" at=${at}></tasuki-ago>`;
}

function later(at, seconds) {
  return new Date(new Date(at).getTime() + seconds * 1_000).toISOString();
}

function span(from, to) {
  return from && to && duration(Math.max(0, new Date(to) - new Date(from)) / 1_000);
}

function failure(name, error) {
  return html`<section class="panel failure" aria-label="Error">
    <h2>${name}</h2>
    ${wrong(error)}
  </section>`;
}

function wrong({ type, message, traceback }) {
  return html`<p class="error"><b>${visible(type)}</b> <bdi>${visible(message)}</bdi></p>
    ${traceback ? html`<tasuki-code .text=${traceback} label="Traceback"></tasuki-code>` : nothing}`;
}

/** How the job ended before somebody retried it. */
function earlier(before) {
  const rows = {
    State: html`<tasuki-state state=${before.state}></tasuki-state>`,
    Reason: before.reason && visible(before.reason),
    Attempts: `${before.attempts}`,
    "Process died": before.crashes && times(before.crashes),
    Started: time(before.started_at),
    Finished: time(before.finished_at),
    Took: span(before.started_at, before.finished_at),
  };
  return html`<section class="panel failure before" aria-label="Before the retry">
    <h2>Before the retry</h2>
    <dl class="facts">${listed(rows)}</dl>
    ${before.error ? wrong(before.error) : nothing}
  </section>`;
}

function text(name, content) {
  return html`<section class="panel" aria-label=${name}>
    <h2>${name}</h2>
    <tasuki-code .text=${content} label=${name}></tasuki-code>
  </section>`;
}

customElements.define("tasuki-job-view", JobView);
