import { Element } from "../element.js";
import { count, duration, visible } from "../format.js";
import { icon } from "../icon.js";
import { typeHref } from "../router.js";
import { html, nothing, repeat } from "../vendor/lit/lit.js";
import { pauseButton } from "./action-button.js";
import { sparkline } from "./sparkline.js";

const FEW = 12; // types among which nobody needs to search

/** The types: how many jobs are in which state, what the last hour was like, and the pause. */
class TypesTable extends Element {
  static properties = {
    api: { attribute: false },
    types: { attribute: false }, // the first of those that were found
    found: { attribute: false }, // how many were found
    find: { attribute: false }, // the text that was looked for
  };

  /** @fires find with what is to be looked for */
  #find(event) {
    this.dispatchEvent(new CustomEvent("find", { detail: event.target.value.trim() }));
  }

  render() {
    const wanted = this.find.toLowerCase();
    const shown = this.types.filter(({ type }) => type.toLowerCase().includes(wanted));
    return [this.found > FEW || this.find ? this.#search(shown) : nothing, this.#table(shown)];
  }

  #search(shown) {
    return html`<div class="find">
      <input type="search" .value=${this.find} placeholder="Part of a name" maxlength="200"
        aria-label="Show only types with this in their name" @input=${this.#find} />
      <span class="aside" role="status">${shown.length < this.found
        ? `The first ${count(shown.length)} of ${count(this.found)} types`
        : `${count(shown.length)} ${shown.length === 1 ? "type" : "types"}`}</span>
    </div>`;
  }

  #table(shown) {
    if (shown.length === 0) return html`<p class="empty">No type has this in its name.</p>`;
    return html`<div class="scroll"><table class="types">
      <thead>
        <tr>
          <th scope="col">Type</th>
          ${this.api.states.map(({ name }) => html`<th scope="col" class="number state">${name}</th>`)}
          <th scope="col">Completed, last hour</th>
          <th scope="col" class="number" title="Half of the attempts, and 95 of 100, took less">
            Run time p50 / p95</th>
          <th scope="col"><span class="unseen">Pause</span></th>
        </tr>
      </thead>
      <tbody>${repeat(shown, (row) => row.type, (row) => this.#row(row))}</tbody>
    </table></div>`;
  }

  #row(row) {
    const { type, p50, p95, completed_by_minute } = row;
    return html`<tr data-type=${type}>
      <th scope="row"><span class="name"><a href=${typeHref(type)}>${visible(type)}</a>${tag(row)}</span></th>
      ${this.api.states.map(
        ({ name: state }) => html`<td class="number" data-state=${state} data-label=${state}>
          ${row[state]
            ? html`<a href=${typeHref(type, state)}>${count(row[state])}</a>`
            : html`<span class="zero">0</span>`}
        </td>`,
      )}
      <td data-label="last hour">${trend(completed_by_minute)}</td>
      <td class="number" data-label="took">${p50 === null
        ? html`<span class="zero">–</span>`
        : `${duration(p50)} / ${duration(p95)}`}</td>
      <td class="end">${pauseButton(this.api, row, { compact: true })}</td>
    </tr>`;
  }
}

function tag({ paused, waiting, served }) {
  if (paused) return html`<span class="tag">paused</span>`;
  if (!waiting || served !== false) return nothing;
  return html`<span class="tag warning" title="Its jobs wait until a runner works on this type"
    >${icon("triangle-alert")}no runner</span>`;
}

function trend(minutes) {
  if (!minutes) return html`<span class="zero">–</span>`;
  const total = minutes.reduce((sum, n) => sum + n, 0);
  if (total === 0) return html`<span class="zero">0</span>`;
  return html`<span class="trend">${sparkline(minutes, "Completed per minute in the last hour")}
    ${count(total)}</span>`;
}

customElements.define("tasuki-types-table", TypesTable);
