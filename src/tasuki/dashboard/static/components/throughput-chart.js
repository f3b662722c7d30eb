import { Element } from "../element.js";
import { count } from "../format.js";
import { series } from "../history.js";
import { html } from "../vendor/lit/lit.js";
import uPlot from "../vendor/uplot/uPlot.esm.js";

const HEIGHT = 220;

/** How attempts ended; stacked in this order. */
const ENDS = ["completed", "retried", "failed"];
const LINES = ["enqueued", ...ENDS];

/** Jobs per minute over the last hour: those that came as a line, how attempts ended as bars. */
class ThroughputChart extends Element {
  static properties = { stats: { attribute: false }, shown: { state: true } };

  #plot = null;
  #sizes = new ResizeObserver(() => this.#fit());

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("theme", this.#redraw);
    this.#system.addEventListener("change", this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("theme", this.#redraw);
    this.#system.removeEventListener("change", this.#redraw);
    this.#sizes.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  #system = matchMedia("(prefers-color-scheme: dark)");
  #redraw = () => this.#plot?.redraw(false);

  render() {
    const at = this.shown ?? null;
    return html`
      <ul class="legend">
        ${LINES.map((name) => {
          const values = series(this.stats, name);
          const n = at === null ? values.reduce((a, b) => a + b, 0) : values[at];
          return html`<li data-series=${name}><span class="swatch"></span>${name}<b>${count(n)}</b></li>`;
        })}
        <li class="aside">${at === null ? "in the last hour" : clock(this.stats.minutes[at].at)}</li>
      </ul>
      <div class="plot" role="img" aria-label="Jobs per minute over the last hour"></div>
    `;
  }

  updated(changed) {
    if (!changed.has("stats")) return;
    const data = columns(this.stats);
    if (this.#plot) this.#plot.setData(data);
    else this.#draw(data);
  }

  #draw(data) {
    const target = this.querySelector(".plot");
    this.#plot = new uPlot(this.#options(target.clientWidth), data, target);
    this.#sizes.observe(target);
  }

  #fit() {
    const width = this.querySelector(".plot").clientWidth;
    if (width > 0) this.#plot.setSize({ width, height: HEIGHT });
  }

  #options(width) {
    const text = () => getComputedStyle(this.querySelector(".legend .aside")).color;
    const rule = () => getComputedStyle(this.querySelector(".plot")).borderTopColor;
    const axis = {
      font: "11px system-ui, sans-serif",
      stroke: text,
      grid: { stroke: rule, width: 1 },
      ticks: { show: false },
    };
    const bars = (name) => ({
      fill: () => this.#colour(name),
      paths: uPlot.paths.bars({ size: [0.72, 24], align: 1 }),
      points: { show: false },
    });
    return {
      width,
      height: HEIGHT,
      padding: [10, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { range: (_, from, to) => [from, to + 60] }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] } },
      axes: [
        { ...axis, grid: { show: false }, size: 26, values: (_, ticks) => ticks.map((t) => clock(t * 1_000)) },
        { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7], values: (_, ticks) => ticks.map(short) },
      ],
      series: [
        {},
        ...ENDS.toReversed().map(bars),
        {
          stroke: () => this.#colour("enqueued"),
          width: 1.5,
          paths: uPlot.paths.stepped({ align: 1 }),
          points: { show: false },
        },
      ],
      hooks: { setCursor: [(plot) => (this.shown = plot.cursor.idx ?? undefined)] },
    };
  }

  #colour(name) {
    return getComputedStyle(this.querySelector(`[data-series="${name}"] .swatch`)).backgroundColor;
  }
}

/** Columns for uPlot: time, then the ends stacked from the topmost down, then what came. */
function columns(stats) {
  const stacked = [];
  let below = stats.minutes.map(() => 0);
  for (const name of ENDS) {
    below = series(stats, name).map((n, minute) => n + below[minute]);
    stacked.unshift(below);
  }
  const at = stats.minutes.map((minute) => new Date(minute.at).getTime() / 1_000);
  return [at, ...stacked, series(stats, "enqueued")];
}

const CLOCK = new Intl.DateTimeFormat("sv", { hour: "2-digit", minute: "2-digit" });
const SHORT = new Intl.NumberFormat("en", { notation: "compact" });

function clock(at) {
  return CLOCK.format(new Date(at));
}

function short(n) {
  return SHORT.format(n);
}

customElements.define("tasuki-throughput-chart", ThroughputChart);
