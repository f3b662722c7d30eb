import { Element } from "../element.js";
import { count } from "../format.js";
import { series } from "../history.js";
import { html } from "../vendor/lit/lit.js";
import uPlot from "../vendor/uplot/uPlot.esm.js";

const HEIGHT = 220;
const LINE = "enqueued";
const BARS = ["completed", "retried", "failed"]; // how attempts ended, stacked from below
const STEPS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((n) => [n, 2 * n, 5 * n]);

const CLOCK = new Intl.DateTimeFormat("sv", { hour: "2-digit", minute: "2-digit" });
const SHORT = new Intl.NumberFormat("en", { notation: "compact" });

/** Jobs per minute over the last hour: those that came as a line, how attempts ended as bars. */
class ThroughputChart extends Element {
  static properties = {
    minutes: { attribute: false },
    minute: { state: true }, // the one under the pointer
  };

  #plot = null;
  #system = matchMedia("(prefers-color-scheme: dark)");
  #sizes = new ResizeObserver(() => this.#fit());
  #redraw = () => this.#plot?.redraw(false);

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

  render() {
    const minute = this.minutes[this.minute];
    const entry = (name) => {
      const values = series(this.minutes, name);
      const n = minute ? values[this.minute] : values.reduce((a, b) => a + b, 0);
      return html`<li data-series=${name}><span class="swatch"></span>${name}<b>${count(n)}</b></li>`;
    };
    return html`
      <ul class="legend">
        ${[LINE, ...BARS].map(entry)}
        <li class="aside">${minute ? `at ${CLOCK.format(new Date(minute.at))}` : "in the last hour"}</li>
      </ul>
      <div class="plot" role="img" aria-label="Jobs per minute over the last hour"></div>
    `;
  }

  updated(changed) {
    if (!changed.has("minutes")) return;
    if (this.#plot) this.#plot.setData(columns(this.minutes));
    else this.#draw();
  }

  #draw() {
    const target = this.querySelector(".plot");
    this.#plot = new uPlot(this.#options(target.clientWidth), columns(this.minutes), target);
    this.#sizes.observe(target);
  }

  #fit() {
    const width = this.querySelector(".plot").clientWidth;
    if (width > 0) this.#plot.setSize({ width, height: HEIGHT });
  }

  #options(width) {
    const style = (selector, property) => () =>
      getComputedStyle(this.querySelector(selector))[property];
    const colour = (name) => style(`[data-series="${name}"] .swatch`, "backgroundColor");
    const axis = {
      font: "11px system-ui, sans-serif",
      stroke: style(".legend .aside", "color"),
      ticks: { show: false },
    };
    const bars = (name) => ({
      fill: colour(name),
      paths: uPlot.paths.bars({ size: [0.7, 24] }),
      points: { show: false },
    });
    return {
      width,
      height: HEIGHT,
      padding: [10, 16, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { range: (_plot, first, last) => [first - 30, last + 30] },
        y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.1)] },
      },
      axes: [
        {
          ...axis,
          size: 26,
          grid: { show: false },
          values: (_plot, ticks) => ticks.map((seconds) => CLOCK.format(seconds * 1_000)),
        },
        {
          ...axis,
          size: 44,
          incrs: STEPS,
          grid: { stroke: style(".plot", "borderTopColor"), width: 1 },
          values: (_plot, ticks) => ticks.map((n) => SHORT.format(n)),
        },
      ],
      series: [
        {},
        ...BARS.toReversed().map(bars),
        { stroke: colour(LINE), width: 1.5, points: { show: false } },
      ],
      hooks: { setCursor: [(plot) => (this.minute = plot.cursor.idx)] },
    };
  }
}

/**
 * Columns for uPlot: the middle of each minute, the bars from the topmost down, the line. The line
 * leaves out the minute that has only begun, since it would always seem to fall.
 */
function columns(minutes) {
  const stacked = [];
  let below = minutes.map(() => 0);
  for (const name of BARS) {
    below = series(minutes, name).map((n, minute) => n + below[minute]);
    stacked.unshift(below);
  }
  const middle = minutes.map(({ at }) => new Date(at).getTime() / 1_000 + 30);
  return [middle, ...stacked, [...series(minutes, LINE).slice(0, -1), null]];
}

customElements.define("tasuki-throughput-chart", ThroughputChart);
