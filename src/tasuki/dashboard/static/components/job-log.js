import { Element } from "../element.js";
import { Resource } from "../resource.js";
import { html, nothing } from "../vendor/lit/lit.js";
import "./code-block.js";

const MOST = 10_000; // lines that are kept here

/** The log of a job. After the first time only new lines are asked for. */
class JobLog extends Element {
  static properties = {
    api: { attribute: false },
    live: { attribute: false },
    job: { attribute: false }, // its id
    follow: { type: Boolean },
  };

  #written = 0;
  #log = new Resource(this, {
    load: () => this.#load(),
    affectedBy: ({ ids }) => ids.includes(this.job),
  });

  async #load() {
    const { lines, written } = await this.api.log(this.job, this.#written);
    const known = this.#log.value ?? [];
    this.#written = written;
    return lines.length ? [...known, ...lines].slice(-MOST) : known;
  }

  willUpdate() {
    this.hidden = !this.#log.value?.length;
  }

  render() {
    const lines = this.#log.value ?? [];
    if (lines.length === 0) return nothing;
    return html`<section class="panel" aria-label="Log">
      <h2>Log</h2>
      <tasuki-code .text=${lines.join("\n")} label="Log" ?follow=${this.follow}></tasuki-code>
    </section>`;
  }
}

customElements.define("tasuki-job-log", JobLog);
