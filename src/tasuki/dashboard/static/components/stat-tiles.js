import { Element } from "../element.js";
import { count } from "../format.js";
import { html } from "../vendor/lit/lit.js";

/** How many jobs are in each state, over all types, and what the last hour brought. */
class StatTiles extends Element {
  static properties = {
    api: { attribute: false },
    states: { attribute: false }, // how many jobs are in each
    runners: { attribute: false },
    hour: { attribute: false }, // counters of the last hour, over all types
  };

  render() {
    return html`<dl class="tiles">${this.api.states.map(({ name }) => this.#tile(name))}</dl>`;
  }

  #tile(state) {
    return html`<div class="tile" data-state=${state}>
      <dt>${state}</dt>
      <dd>${count(this.states[state])}</dd>
      <dd class="aside">${this.#aside(state)}</dd>
    </div>`;
  }

  #aside(state) {
    if (state === "active") return this.#runners();
    if (!this.hour) return "";
    const event = { waiting: "enqueued", scheduled: "retried" }[state] ?? state;
    const name = { waiting: " new", scheduled: " retried" }[state] ?? "";
    return `${count(this.hour[event] ?? 0)}${name} last hour`;
  }

  #runners() {
    const n = this.runners?.length;
    return n === undefined ? "" : `on ${n} ${n === 1 ? "runner" : "runners"}`;
  }
}

customElements.define("tasuki-stat-tiles", StatTiles);
