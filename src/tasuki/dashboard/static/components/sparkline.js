import { svg, html } from "../vendor/lit/lit.js";

/** A tiny picture of some numbers. @param {number[]} values @param {string} label */
export function sparkline(values, label) {
  const top = Math.max(1, ...values);
  const bars = values.map((n, x) => {
    const height = n === 0 ? 0 : Math.max(1, (n / top) * 20);
    return svg`<rect x=${x} y=${20 - height} width="0.8" height=${height} />`;
  });
  return html`<svg class="sparkline" viewBox="0 0 ${values.length} 20" preserveAspectRatio="none"
    role="img" aria-label=${label}>${bars}</svg>`;
}
