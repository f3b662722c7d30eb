import { Element } from "../element.js";
import { duration } from "../format.js";
import { html, repeat } from "../vendor/lit/lit.js";
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
          <th scope="col" class="number" title="How many jobs it runs, of how many at once">Active</th>
          <th scope="col" class="number" title="Unless it is heard of before, its jobs go to others">
            Lease left</th>
          <th scope="col" class="number">Started</th>
        </tr>
      </thead>
      <tbody>${repeat(this.runners, (runner) => runner.id, row)}</tbody>
    </table></div>`;
  }
}

function row({ id, active, lease_left, started_at, types, fields: { host, pid, slots } }) {
  return html`<tr data-runner=${id}>
    <th scope="row" title="Runner ${id}">
      ${host ?? id} <span class="aside">${pid ? `pid ${pid}` : ""}</span>
      <div class="aside served" title=${types.join("\n")}>${types.join(", ")}</div>
    </th>
    <td class="number">${active}${slots ? html`<span class="aside"> of ${slots}</span>` : ""}</td>
    <td class="number">${duration(Math.max(0, Math.round(lease_left)))}</td>
    <td class="number"><tasuki-ago at=${started_at}></tasuki-ago></td>
  </tr>`;
}

customElements.define("tasuki-runners-table", RunnersTable);
