import { html } from "../vendor/lit/lit.js";

/** A tiny bar chart of some numbers. @param {number[]} values @param {string} label */
export function sparkline(values, label) {
  const top = Math.max(...values);
  const bar = (n, x) => (n ? `M${x + 0.5} 20v-${Math.max(1, (n / top) * 20).toFixed(1)}` : "");
  return html`<svg class="sparkline" viewBox="0 0 ${values.length} 20" preserveAspectRatio="none"
    role="img" aria-label=${label}><path d=${values.map(bar).join("")} /></svg>`;
}
