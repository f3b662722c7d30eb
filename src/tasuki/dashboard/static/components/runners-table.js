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
  const { host, pid, slots, running } = fields;
  // Attempts that were told to stop, and given up: their threads go on and keep their places.
  const lingering = Number(running ?? 0) - active;
  return html`<tr data-runner=${id}>
    <th scope="row" title="Runner ${id}">
      <bdi>${visible(host ?? id)}</bdi> <span class="aside">${pid ? `pid ${visible(pid)}` : ""}</span>
      <div class="aside served" title=${types.map(visible).join("\n")}>${types.map(visible).join(", ")}</div>
    </th>
    <td class="number">
      ${count(active)}
      ${slots ? html`<div class="aside places">at most ${limits(types, slots)}</div>` : nothing}
      ${lingering > 0
        ? html`<div class="aside lingering">${count(lingering)} more ${lingering === 1 ? "has" : "have"}
            ended here and still ${lingering === 1 ? "runs" : "run"}</div>`
        : nothing}
    </td>
    <td class="number">${duration(Math.max(0, Math.round(lease_left)))}</td>
    <td class="number"><tasuki-ago at=${started_at}></tasuki-ago></td>
  </tr>`;
}

/** Each type has a limit of its own, and a runner the sum of them. */
function limits(types, slots) {
  return types.length > 1 ? `${slots}, all ${count(types.length)} types together` : slots;
}

customElements.define("tasuki-runners-table", RunnersTable);
