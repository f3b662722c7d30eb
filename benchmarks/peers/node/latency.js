"use strict";
// As benchmarks/latency.py: enqueues jobs one by one on an idle queue.

const { setTimeout: sleep } = require("node:timers/promises");

const ledger = require("./ledger");

const LOOK_AGAIN = 1;
const GIVE_UP = 10_000;

/** Enqueues up to `samples` jobs within `seconds`, each when the one before is settled. */
async function sample(enqueue, pending, { samples, seconds, pause }) {
  const deadline = performance.now() + seconds * 1000;
  for (let n = 0; n < samples; n++) {
    if (performance.now() > deadline) return { count: n };
    ledger.call(n);
    await enqueue(n);
    await untilIdle(pending, n);
    await sleep(pause * 1000);
  }
  return { count: samples };
}

async function untilIdle(pending, n) {
  const deadline = performance.now() + GIVE_UP;
  while (!ledger.hasStarted(n) || (await pending())) {
    if (performance.now() > deadline) throw new Error(`job ${n} was not picked up and settled`);
    await sleep(LOOK_AGAIN);
  }
}

module.exports = { sample };
