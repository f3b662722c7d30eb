import { Element } from "../element.js";
import { icon } from "../icon.js";
import { count, duration } from "../format.js";
import { perType, quantile, series } from "../history.js";
import { STATES, typeHref } from "../router.js";
import { html, nothing, repeat } from "../vendor/lit/lit.js";
import "./action-button.js";
import { sparkline } from "./sparkline.js";

/** All types: how many jobs are in which state, what the last hour was like, and the pause. */
class TypesTable extends Element {
  static properties = {
    api: { attribute: false },
    types: { attribute: false },
    stats: { attribute: false },
    runners: { attribute: false },
  };

  render() {
    const hour = this.stats ? perType(this.stats) : {};
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Types"><table class="types">
      <thead>
        <tr>
          <th scope="col">Type</th>
          ${STATES.map((state) => html`<th scope="col" class="number">${state}</th>`)}
          <th scope="col" class="wide">Completed, last hour</th>
          <th scope="col" class="number" title="Half of the attempts, and 95 of 100, took less">
            Run time p50 / p95</th>
          <th scope="col"><span class="unseen">Pause</span></th>
        </tr>
      </thead>
      <tbody>
        ${repeat(this.types, (info) => info.type, (info) => this.#row(info, hour[info.type] ?? {}))}
      </tbody>
    </table></div>`;
  }

  #row(info, hour) {
    const { type, paused } = info;
    return html`<tr data-type=${type} ?data-paused=${paused}>
      <th scope="row">
        <a href=${typeHref(type)}>${type}</a>
        ${paused ? html`<span class="tag">paused</span>` : this.#warning(info)}
      </th>
      ${STATES.map(
        (state) => html`<td class="number" data-state=${state} data-label=${state}>
          ${info[state]
            ? html`<a href=${typeHref(type, state)}>${count(info[state])}</a>`
            : html`<span class="zero">0</span>`}
        </td>`,
      )}
      <td class="wide" data-label="completed, last hour">
        ${this.stats
          ? html`<span class="spark">${sparkline(
              series(this.stats, "completed", type),
              "Completed per minute in the last hour",
            )}<span>${count(hour.completed ?? 0)}</span></span>`
          : nothing}
      </td>
      <td class="number" data-label="run time p50 / p95">${runTime(hour)}</td>
      <td class="end">
        <tasuki-action compact icon=${paused ? "play" : "pause"} about=${type}
          label=${paused ? "Resume" : "Pause"} done=${paused ? `Resumed ${type}.` : `Paused ${type}.`}
          .run=${() => this.api.setPaused(type, !paused)}></tasuki-action>
      </td>
    </tr>`;
  }

  #warning({ type, waiting }) {
    if (!waiting || !this.runners || this.runners.some((runner) => works(runner, type))) {
      return nothing;
    }
    return html`<span class="tag warning" title="Its jobs wait until a runner works on this type"
      >${icon("triangle-alert")}no runner</span>`;
  }
}

function works(runner, type) {
  return runner.fields.types?.split(" ").includes(type);
}

function runTime(counters) {
  const [half, most] = [0.5, 0.95].map((share) => quantile(counters, share));
  return half === undefined ? html`<span class="zero">–</span>` : `${duration(half)} / ${duration(most)}`;
}

customElements.define("tasuki-types-table", TypesTable);
