"use strict";
// As benchmarks/payload.py: a numbered job of exactly 100 bytes of JSON.

const SIZE = 100;
const FRAME = JSON.stringify({ n: 0, x: "" }).length - 1;

const payload = (n) => ({ n, x: "x".repeat(SIZE - FRAME - String(n).length) });

module.exports = { payload };
