"use strict";
// The ledger of benchmarks/ledger.py: two columns of 64-bit nanoseconds of CLOCK_MONOTONIC, which
// is what hrtime reads. Node.js cannot map a file; a write to one in memory costs about as little.

const fs = require("node:fs");

const WORD = 8;

const file = fs.openSync(process.env.BENCH_LEDGER, "r+");
const startedColumn = fs.fstatSync(file).size / 2;

function mark(position) {
  const word = Buffer.alloc(WORD);
  word.writeBigInt64LE(process.hrtime.bigint());
  fs.writeSync(file, word, 0, WORD, position);
}

/** Marks that job `n` is about to be enqueued. */
const call = (n) => mark(n * WORD);

/** Marks that the handler of job `n` runs. */
const start = (n) => mark(startedColumn + n * WORD);

function hasStarted(n) {
  const word = Buffer.alloc(WORD);
  fs.readSync(file, word, 0, WORD, startedColumn + n * WORD);
  return word.readBigInt64LE() !== 0n;
}

module.exports = { call, start, hasStarted };
