"use strict";
// BullMQ on ioredis; completed jobs are removed, as they are not by default. With `work N` it is the
// worker, otherwise the side the harness talks to.

const { Queue, Worker } = require("bullmq");
const Redis = require("ioredis");

const { inChunks, oneByOne } = require("./node/enqueue");
const latency = require("./node/latency");
const ledger = require("./node/ledger");
const { payload } = require("./node/payload");
const { serve, storeUrl } = require("./node/protocol");

const connect = () => new Redis(storeUrl(), { maxRetriesPerRequest: null });

const worker = (concurrency) => [process.execPath, __filename, "work", String(concurrency)];

function work(concurrency) {
  new Worker("noop", async (job) => ledger.start(job.data.n), { connection: connect(), concurrency });
}

async function side() {
  const queue = new Queue("noop", {
    connection: connect(),
    defaultJobOptions: { removeOnComplete: true },
  });
  await queue.waitUntilReady();
  const add = (n) => queue.add("noop", payload(n));
  const addBulk = (numbers) => queue.addBulk(numbers.map((n) => ({ name: "noop", data: payload(n) })));
  const pending = () => queue.getJobCountByTypes("waiting", "active", "prioritized");
  return {
    hello: async () => ({
      versions: { node: process.versions.node, bullmq: require("bullmq/package.json").version },
      workers: Object.fromEntries([1, 10, 200].map((n) => [`concurrency ${n}`, worker(n)])),
      single: "add in a loop",
      bulk: ["addBulk of 1,000"],
    }),
    enqueue: ({ how, count }) =>
      how === "add in a loop" ? oneByOne(count, add) : inChunks(count, addBulk),
    pending,
    pick_up: (given) => latency.sample(add, pending, given),
  };
}

if (process.argv[2] === "work") work(Number(process.argv[3]));
else side().then(serve);
