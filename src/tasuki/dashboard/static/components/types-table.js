import { Element } from "../element.js";
import { count, duration } from "../format.js";
import { perType, quantile, series } from "../history.js";
import { icon } from "../icon.js";
import { STATES, typeHref } from "../router.js";
import { html, nothing, repeat } from "../vendor/lit/lit.js";
import { pauseButton } from "./action-button.js";
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
    const hour = perType(this.stats);
    return html`<div class="scroll"><table class="types">
      <thead>
        <tr>
          <th scope="col">Type</th>
          ${STATES.map((state) => html`<th scope="col" class="number state">${state}</th>`)}
          <th scope="col">Completed, last hour</th>
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
    const { type } = info;
    const trend = series(this.stats, "completed", type);
    return html`<tr data-type=${type}>
      <th scope="row"><span class="name"><a href=${typeHref(type)}>${type}</a>${this.#tag(info)}</span></th>
      ${STATES.map(
        (state) => html`<td class="number" data-state=${state} data-label=${state}>
          ${info[state]
            ? html`<a href=${typeHref(type, state)}>${count(info[state])}</a>`
            : html`<span class="zero">0</span>`}
        </td>`,
      )}
      <td data-label="last hour">
        ${hour.completed
          ? html`<span class="trend">${sparkline(trend, "Completed per minute in the last hour")}
              ${count(hour.completed)}</span>`
          : html`<span class="zero">0</span>`}
      </td>
      <td class="number" data-label="took">${runTime(hour)}</td>
      <td class="end">${pauseButton(this.api, info, { compact: true })}</td>
    </tr>`;
  }

  #tag({ type, paused, waiting }) {
    if (paused) return html`<span class="tag">paused</span>`;
    if (!waiting || this.runners.some((runner) => runner.types.includes(type))) return nothing;
    return html`<span class="tag warning" title="Its jobs wait until a runner works on this type"
      >${icon("triangle-alert")}no runner</span>`;
  }
}

function runTime(counters) {
  const [half, most] = [0.5, 0.95].map((share) => quantile(counters, share));
  return half === undefined
    ? html`<span class="zero">–</span>`
    : `${duration(half)} / ${duration(most)}`;
}

customElements.define("tasuki-types-table", TypesTable);
