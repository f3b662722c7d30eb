import { Element } from "../element.js";
import { firstLine } from "../format.js";
import { jsonText } from "../json.js";
import { jobHref } from "../router.js";
import { html, repeat } from "../vendor/lit/lit.js";
import "./state-badge.js";
import "./time-ago.js";

const LONGEST = 200; // characters of data or error in a row

/** Jobs of one type, one a row. */
class JobsTable extends Element {
  static properties = { jobs: { attribute: false } };

  render() {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Jobs"><table class="jobs">
      <thead>
        <tr>
          <th scope="col" class="number">Id</th>
          <th scope="col">State</th>
          <th scope="col">Data, or what went wrong</th>
          <th scope="col" class="number">Attempts</th>
          <th scope="col" class="number">When</th>
        </tr>
      </thead>
      <tbody>${repeat(this.jobs, (job) => job.id, row)}</tbody>
    </table></div>`;
  }
}

function row(job) {
  return html`<tr data-id=${job.id}>
    <th scope="row" class="number"><a class="id" href=${jobHref(job.id)}>#${job.id}</a></th>
    <td><tasuki-state state=${job.state}></tasuki-state></td>
    <td class="text">${job.error
      ? html`<span class="error"><b>${job.error.type}</b> ${cut(firstLine(job.error.message))}</span>`
      : html`<code>${cut(jsonText(job.data))}</code>`}</td>
    <td class="number">${job.attempts.made} of ${job.attempts.max}</td>
    <td class="number"><tasuki-ago at=${when(job)}></tasuki-ago></td>
  </tr>`;
}

/** The time that matters most in the job's state. */
function when(job) {
  return job.finished_at ?? job.started_at ?? job.run_at ?? job.created_at;
}

function cut(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

customElements.define("tasuki-jobs-table", JobsTable);
