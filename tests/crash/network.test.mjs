// The network and the store misbehave: sockets cut at random, the disk full, PostgreSQL slow or restarted in mid-chat. After it
// everything acknowledged is there and every client's state equals a fresh snapshot.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { checkAgentState, checkThread, checkVisitorState } from "../lib/checks.mjs";
import { freshDatabase, query } from "../lib/postgres.mjs";
import { Agent, Server, Visitor, found, sleep, until } from "../lib/yingda.mjs";

const kVisitors = 6;
const noPostgres = process.env.YINGDA_DATABASE_URL ? false : "no PostgreSQL was started";

/** A TCP relay in front of the server that cuts connections in the middle of bytes. */
async function cuttingProxy(port) {
  const pairs = new Set();
  const proxy = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const pair = { near, far };
    pairs.add(pair);
    const end = () => { near.destroy(); far.destroy(); pairs.delete(pair); };
    near.on("error", end).on("close", end);
    far.on("error", end).on("close", end);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    port: proxy.address().port,
    cutSome(share) { for (const { near, far } of [...pairs]) if (Math.random() < share) { near.resetAndDestroy?.(); far.destroy(); } },
    close() { for (const { near } of pairs) near.destroy(); proxy.close(); },
  };
}

async function company(server, port) {
  const made = await found(server, 2);
  const agents = [];
  for (const person of made.staff) agents.push(await new Agent(server, person).load());
  const visitors = [];
  for (let i = 0; i < kVisitors; ++i) visitors.push(await new Visitor(server, made.widget.key).load());
  for (const client of [...agents, ...visitors]) {
    client.port = port;
    client.connect();
  }
  const everybody = [...agents, ...visitors];
  await until("everybody is connected", () => everybody.every((c) => c.live)).catch((error) => {
    for (const client of everybody) client.stop();
    throw error;
  });
  return { ...made, agents, visitors, everybody };
}

async function settle({ admin, visitors, agents }) {
  await until("every outbox is empty", () => visitors.every((v) => v.outbox.length === 0 && v.live), 60000);
  await until("the log is quiet", async () => {
    const { last_seq: last } = await admin.call("GET", "/auth/session");
    await sleep(300);
    return last === (await admin.call("GET", "/auth/session")).last_seq;
  });
  await until("agents are back", () => agents.every((a) => a.live));
  await sleep(400);
  for (const visitor of visitors) {
    const stored = await checkThread(admin, visitor);
    assert.equal(stored, visitor.acked.size);
    await checkVisitorState(visitor);
  }
  for (const agent of agents) await checkAgentState(agent);
}

test("Network_SocketsCutAtRandom_StateEqualsSnapshot", async () => {
  const server = await Server.start({ args: ["--no-rate-limits"] });
  const proxy = await cuttingProxy(server.port);
  const all = await company(server, proxy.port);
  try {
    for (let n = 0; n < 120; ++n) {
      for (const visitor of all.visitors) visitor.say(`第 ${n} 句`);
      if (n % 4 === 0) proxy.cutSome(0.4);
      for (const visitor of all.visitors) if (n % 7 === 0) visitor.send({ t: "receipts", delivered_seq: visitor.messages.size, read_seq: visitor.messages.size });
      await sleep(20 + Math.random() * 30);
    }
    await settle(all);
    assert.equal(all.everybody.reduce((sum, c) => sum + c.gaps, 0), 0, "the chain of events never broke");
  } finally {
    for (const client of all.everybody) client.stop();
    proxy.close();
    await server.stop();
  }
});

test("Store_DiskFull_RefusesClearlyAndRecovers", async () => {
  // A file size limit stands for the full disk: the kernel refuses to let the store's files grow.
  const server = await Server.start({ args: ["--no-rate-limits"], shell: "trap '' XFSZ; ulimit -S -f unlimited;" });
  const all = await company(server, server.port);
  const setLimit = (bytes) => execFileSync("prlimit", ["--pid", String(server.process.pid), `--fsize=${bytes}:unlimited`]);
  try {
    for (const visitor of all.visitors) visitor.say("还有地方");
    await until("the first are stored", () => all.visitors.every((v) => v.outbox.length === 0));
    setLimit(16384);
    for (const visitor of all.visitors) for (let n = 0; n < 5; ++n) visitor.say(`满了 ${n}`);
    const refused = await until("a refusal", () => all.visitors.find((v) => v.lastNack));
    assert.equal(refused.lastNack.code, "unavailable");
    assert.match(refused.lastNack.reason, /^storage\./);
    assert.equal(server.process.exitCode, null, "the server lives");
    const answer = await fetch(`${server.base}/readyz`);
    assert.ok([200, 503].includes(answer.status));
    setLimit("unlimited");
    await settle(all);
    for (const visitor of all.visitors) assert.equal(visitor.acked.size, 6);
  } finally {
    for (const client of all.everybody) client.stop();
    await server.stop();
  }
});

test("Postgres_RestartedInMidChat_LosesNothing", { skip: noPostgres || (process.env.YINGDA_PG_DIR ? false : "its folder is not known") }, async () => {
  const server = await Server.start({ database: freshDatabase(process.env.YINGDA_DATABASE_URL), args: ["--no-rate-limits"] });
  const all = await company(server, server.port);
  try {
    for (let round = 0; round < 3; ++round) {
      for (let n = 0; n < 30; ++n) {
        for (const visitor of all.visitors) visitor.say(`${round}.${n}`);
        if (n === 15) execFileSync(new URL("../../tools/pg_test_server.sh", import.meta.url).pathname, ["restart", process.env.YINGDA_PG_DIR]);
        await sleep(15);
      }
      await until("messages flow again", () => all.visitors.every((v) => v.outbox.length === 0), 60000);
    }
    await settle(all);
  } finally {
    for (const client of all.everybody) client.stop();
    await server.stop();
  }
});

test("Postgres_Slow_KeepsOrderAndAnswersLate", { skip: noPostgres }, async () => {
  const url = freshDatabase(process.env.YINGDA_DATABASE_URL);
  const server = await Server.start({ database: url, args: ["--no-rate-limits"] });
  const all = await company(server, server.port);
  try {
    for (const visitor of all.visitors) for (let n = 0; n < 3; ++n) visitor.say(`先 ${n}`);
    // Nobody can commit while another session holds the counter of the log.
    query(url, "BEGIN; LOCK TABLE storage_tenant_seq; SELECT pg_sleep(2); COMMIT");
    for (const visitor of all.visitors) for (let n = 0; n < 3; ++n) visitor.say(`后 ${n}`);
    await settle(all);
  } finally {
    for (const client of all.everybody) client.stop();
    await server.stop();
  }
});
