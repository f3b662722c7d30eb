"use strict";
// bee-queue, in the settings of its own benchmarks: nothing is kept of what has succeeded, and no
// events. With `work N` it is the worker, otherwise the side the harness talks to.

const Queue = require("bee-queue");

const { inChunks, oneByOne } = require("./node/enqueue");
const latency = require("./node/latency");
const ledger = require("./node/ledger");
const { payload } = require("./node/payload");
const { serve, storeUrl } = require("./node/protocol");

const SETTINGS = {
  redis: { url: storeUrl() },
  removeOnSuccess: true,
  sendEvents: false,
  getEvents: false,
  storeJobs: false,
};

const worker = (concurrency) => [process.execPath, __filename, "work", String(concurrency)];

function work(concurrency) {
  const queue = new Queue("noop", SETTINGS);
  queue.process(concurrency, async (job) => ledger.start(job.data.n));
}

async function side() {
  const queue = await new Queue("noop", { ...SETTINGS, isWorker: false }).ready();
  const save = (n) => queue.createJob(payload(n)).save();
  const saveAll = (numbers) => queue.saveAll(numbers.map((n) => queue.createJob(payload(n))));
  const pending = async () => {
    const { waiting, active } = await queue.checkHealth();
    return waiting + active;
  };
  return {
    hello: async () => ({
      versions: { node: process.versions.node, "bee-queue": require("bee-queue/package.json").version },
      workers: Object.fromEntries([1, 10, 200].map((n) => [`concurrency ${n}`, worker(n)])),
      single: "save in a loop",
      bulk: ["saveAll of 1,000"],
    }),
    enqueue: ({ how, count }) =>
      how === "save in a loop" ? oneByOne(count, save) : inChunks(count, saveAll),
    pending,
    pick_up: (given) => latency.sample(save, pending, given),
  };
}

if (process.argv[2] === "work") work(Number(process.argv[3]));
else side().then(serve);
