"use strict";
// The side's end of the harness, as benchmarks/protocol.py: one JSON object a line.

const readline = require("node:readline");

const storeUrl = () => process.env.BENCH_STORE;

/** Answers requests until stdin ends. `operations` are async functions of one object, by name. */
async function serve(operations) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { do: name, ...given } = JSON.parse(line);
    let answer;
    try {
      answer = { ok: await operations[name](given) };
    } catch (error) {
      answer = { error: String(error) };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
  process.exit(0);
}

module.exports = { serve, storeUrl };
