// BullMQ with nodemailer, the yardstick of notification.py: jobs are added, a worker hands each over
// to an SMTP server. As their documents advise: jobs with an id of their own, tries again with a
// growing distance, pooled connections that stay open, and as many jobs at once as connections.
// Without an SMTP server the yardstick of change_queue.py: the worker has nothing to do.
//
//   node bullmq.js work --queue=mails --redis=6379 --smtp=2525 --at_once=16 --mail=mail.json
//   node bullmq.js work --queue=jobs --redis=6379 --at_once=64
//     Says "ready". For each line of input answers one of JSON: {"done": [[id, instant], ...]} since
//     the last, instants in Unix microseconds.
//   node bullmq.js add --queue=mails --redis=6379 --calls=1000 --in_flight=64 --answers=FILE
//   node bullmq.js add --queue=jobs --redis=6379 --calls=6400 --in_flight=4 --bulk=64 --answers=FILE
//   node bullmq.js add --queue=mails --redis=6379 --rate=300 --warmup=0.5 --seconds=3 --answers=FILE
//     Adds jobs with so many adds under way, or at exponential distances whatever they do, and
//     reports as wici-load does (generator.h). With --bulk each add is an addBulk of so many jobs.
//     The file has "planned added id" of each job.
'use strict';

const fs = require('fs');
const readline = require('readline');
const { parseArgs } = require('util');
const { Queue, Worker } = require('bullmq');
const nodemailer = require('nodemailer');

const HOST = '127.0.0.1';
const names = ['queue', 'redis', 'smtp', 'at_once', 'mail', 'calls', 'in_flight', 'bulk', 'rate',
  'warmup', 'seconds', 'answers', 'run'];
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const number = (name) => Number(flags[name] ?? 0);
const connection = { host: HOST, port: number('redis') };

// Unix microseconds.
const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

async function work() {
  const atOnce = number('at_once');
  const mail = flags.smtp ? JSON.parse(fs.readFileSync(flags.mail, 'utf8')) : {};
  const transport = flags.smtp && nodemailer.createTransport({
    host: HOST, port: number('smtp'), secure: false, ignoreTLS: true,
    pool: true, maxConnections: atOnce, maxMessages: Infinity,
  });
  let done = [];
  const worker = new Worker(flags.queue, async (job) => {
    if (transport) await transport.sendMail({ ...mail, to: job.data.to });
    done.push([job.id, now()]);
  }, { connection, concurrency: atOnce });
  worker.on('error', (error) => console.error(error));
  worker.on('failed', (job, error) => console.error(error));
  await worker.waitUntilReady();
  console.log('ready');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const answer = { asked: line, done };
    done = [];
    console.log(JSON.stringify(answer));
  }
  await worker.close();
  if (transport) transport.close();
}

// Numbers from 0 to 1, the same each time (mulberry32).
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

class Adder {
  constructor(queue) {
    this.queue = queue;
    this.lines = [];
    this.late = [];
    this.count = 0;
  }

  job() {
    const id = `${flags.run}-${this.count++}`;
    return { name: 'mail', data: { to: `p${id}@example.org` }, opts: {
      jobId: id, attempts: 5, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: true,
    } };
  }

  async add(planned) {
    const job = this.job();
    await this.queue.add(job.name, job.data, job.opts);
    this.lines.push(`${planned} ${now()} ${job.opts.jobId}`);
  }

  async addBulk(planned, count) {
    const jobs = Array.from({ length: count }, () => this.job());
    await this.queue.addBulk(jobs);
    const added = now();
    for (const job of jobs) this.lines.push(`${planned} ${added} ${job.opts.jobId}`);
  }

  // Each answer brings the next.
  async closed(calls, inFlight, bulk) {
    const next = async () => {
      while (this.count < calls) {
        await (bulk ? this.addBulk(now(), Math.min(bulk, calls - this.count)) : this.add(now()));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, next));
  }

  async open(rate, begin, end) {
    const random = seeded(20151218);
    const underWay = [];
    let planned = begin;
    while (planned < end) {
      planned += (-Math.log(1 - random()) / rate) * 1e6;
      // Timers come once a millisecond.
      while (now() < planned) await new Promise((resolve) => { setTimeout(resolve, 0); });
      this.late.push(now() - planned);
      underWay.push(this.add(Math.round(planned)));
    }
    await Promise.all(underWay);
  }
}

async function add() {
  const queue = new Queue(flags.queue, { connection });
  await queue.waitUntilReady();
  const adder = new Adder(queue);
  const [cpu, begin] = [process.cpuUsage(), now()];
  if (number('rate') > 0) {
    await adder.open(number('rate'), begin, begin + (number('warmup') + number('seconds')) * 1e6);
  } else {
    await adder.closed(number('calls'), number('in_flight'), number('bulk'));
  }
  const elapsed = (now() - begin) / 1e6;
  const used = process.cpuUsage(cpu);
  const seconds = (used.user + used.system) / 1e6;
  adder.late.sort((a, b) => a - b);
  const late = adder.late[Math.floor(0.99 * (adder.late.length - 1))] ?? 0;
  fs.writeFileSync(flags.answers, adder.lines.map((line) => `${line}\n`).join(''));
  console.log(JSON.stringify({
    calls: adder.count, counts: { ADDED: adder.lines.length }, offered: number('rate'), elapsed,
    late_p99_ms: late / 1000, client_cpu_seconds: seconds, busiest_thread: seconds / elapsed,
  }));
  await queue.close();
}

({ work, add })[positionals[0]]().catch((error) => {
  console.error(error);
  process.exit(1);
});
