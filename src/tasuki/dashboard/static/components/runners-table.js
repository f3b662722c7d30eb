import { Element } from "../element.js";
import { count, duration, visible } from "../format.js";
import { html, nothing, repeat } from "../vendor/lit/lit.js";
import "./time-ago.js";

/** Who runs jobs at the moment. */
class RunnersTable extends Element {
  static properties = { runners: { attribute: false } };

  render() {
    if (this.runners.length === 0) {
      return html`<p class="empty">No runner, so jobs wait. Start one:
        <code>tasuki worker app.py</code></p>`;
    }
    return html`<div class="scroll"><table class="runners">
      <thead>
        <tr>
          <th scope="col">Runner</th>
          <th scope="col" class="number">Active</th>
          <th scope="col" class="number" title="Unless it is heard of before, its jobs go to others">
            Lease left</th>
          <th scope="col" class="number">Started</th>
        </tr>
      </thead>
      <tbody>${repeat(this.runners, (runner) => runner.id, row)}</tbody>
    </table></div>`;
  }
}

function row({ id, active, lease_left, started_at, types, fields }) {
  const { host, pid, slots, stuck } = fields;
  return html`<tr data-runner=${id}>
    <th scope="row" title="Runner ${id}">
      <bdi>${visible(host ?? id)}</bdi> <span class="aside">${pid ? `pid ${visible(pid)}` : ""}</span>
      <div class="aside served" title=${types.map(visible).join("\n")}>${types.map(visible).join(", ")}</div>
      ${slots ? html`<div class="aside places">${limits(types, slots)}</div>` : nothing}
    </th>
    <td class="number">
      ${count(active)}
      ${Number(stuck) > 0
        ? html`<div class="aside stuck">${count(Number(stuck))} told to stop, still running</div>`
        : nothing}
    </td>
    <td class="number">${duration(Math.max(0, Math.round(lease_left)))}</td>
    <td class="number"><tasuki-ago at=${started_at}></tasuki-ago></td>
  </tr>`;
}

/** Each type has a limit of its own, and a runner the sum of them. */
function limits({ length }, slots) {
  return `at most ${slots} at once${length > 1 ? `, all ${count(length)} types together` : ""}`;
}

customElements.define("tasuki-runners-table", RunnersTable);
