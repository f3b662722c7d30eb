import { Element } from "../element.js";
import { firstLine, visible } from "../format.js";
import { jobHref, typeHref } from "../router.js";
import { html, repeat } from "../vendor/lit/lit.js";
import "./time-ago.js";

/** The jobs that failed last, and why. */
class FailuresList extends Element {
  static properties = { jobs: { attribute: false } };

  render() {
    if (this.jobs.length === 0) return html`<p class="empty">No failed jobs. All is well.</p>`;
    return html`<ul class="failures">${repeat(this.jobs, (job) => job.id, row)}</ul>`;
  }
}

function row({ id, type, error, message, reason, attempts, finished_at }) {
  return html`<li data-id=${id}>
    <div class="line">
      <a class="id" href=${jobHref(id)}>#${id}</a>
      <a class="type" href=${typeHref(type)}>${visible(type)}</a>
      <span class="aside">attempt ${attempts.made} of ${attempts.max}</span>
      <tasuki-ago class="aside" at=${finished_at}></tasuki-ago>
    </div>
    <a class="error" href=${jobHref(id)} tabindex="-1">
      <b>${visible(error ?? reason)}</b> <bdi>${visible(firstLine(message))}</bdi>
    </a>
  </li>`;
}

customElements.define("tasuki-failures-list", FailuresList);
