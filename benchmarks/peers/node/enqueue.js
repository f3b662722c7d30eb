"use strict";
// The ways to enqueue many jobs, as seconds.

const CHUNK = 1000;

async function timed(work) {
  const before = performance.now();
  await work();
  return { seconds: (performance.now() - before) / 1000 };
}

/** `add(n)` for each job, one after another. */
const oneByOne = (count, add) =>
  timed(async () => {
    for (let n = 0; n < count; n++) await add(n);
  });

/** `addAll(numbers)` for a thousand jobs at a time. */
const inChunks = (count, addAll) =>
  timed(async () => {
    for (let first = 0; first < count; first += CHUNK) {
      const length = Math.min(CHUNK, count - first);
      await addAll(Array.from({ length }, (_, offset) => first + offset));
    }
  });

module.exports = { oneByOne, inChunks };
