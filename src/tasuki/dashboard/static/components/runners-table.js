import { Element } from "../element.js";
import { count, duration } from "../format.js";
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
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Runners"><table>
      <thead>
        <tr>
          <th scope="col">Runner</th>
          <th scope="col" class="number">Active</th>
          <th scope="col" class="number" title="It must be heard of before that, or its jobs go back">
            Lease left</th>
          <th scope="col" class="number">Started</th>
        </tr>
      </thead>
      <tbody>${repeat(this.runners, (runner) => runner.id, row)}</tbody>
    </table></div>`;
  }
}

function row({ id, active, lease_left, started_at, fields }) {
  return html`<tr data-runner=${id}>
    <th scope="row" title="Runner ${id}">
      ${fields.host ?? id}<span class="aside">${fields.pid ? `pid ${fields.pid}` : ""}</span>
    </th>
    <td class="number">${count(active)}</td>
    <td class="number">${duration(Math.max(0, lease_left))}</td>
    <td class="number"><tasuki-ago at=${started_at}></tasuki-ago></td>
  </tr>`;
}

customElements.define("tasuki-runners-table", RunnersTable);
