import { Element } from "../element.js";
import { count, plural } from "../format.js";
import { sum } from "../history.js";
import { STATES } from "../router.js";
import { html } from "../vendor/lit/lit.js";

/** How many jobs are in each state, over all types, and what the last hour brought. */
class StatTiles extends Element {
  static properties = {
    types: { attribute: false },
    runners: { attribute: false },
    hour: { attribute: false }, // counters of the last hour, over all types
  };

  render() {
    const now = sum(Object.fromEntries(this.types.map(({ type, paused, ...counts }) => [type, counts])));
    return html`<dl class="tiles">
      ${STATES.map(
        (state) => html`<div class="tile" data-state=${state}>
          <dt>${state}</dt>
          <dd>${count(now[state] ?? 0)}</dd>
          <dd class="aside">${this.#aside(state)}</dd>
        </div>`,
      )}
    </dl>`;
  }

  #aside(state) {
    const hour = (event) => count(this.hour?.[event] ?? 0);
    switch (state) {
      case "waiting":
        return `${hour("enqueued")} new in the last hour`;
      case "scheduled":
        return `${hour("retried")} retries in the last hour`;
      case "active":
        return `on ${plural(this.runners?.length ?? 0, "runner")}`;
      default:
        return `${hour(state)} in the last hour`;
    }
  }
}

customElements.define("tasuki-stat-tiles", StatTiles);
