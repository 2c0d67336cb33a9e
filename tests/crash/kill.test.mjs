// kill -9 under load at random moments: every acknowledged message is there once, in order, and both sides' state equals a fresh
// snapshot. Rounds: YINGDA_CRASH_ROUNDS (SQLite, default 50) and YINGDA_CRASH_ROUNDS_PG (default 20).
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAgentState, checkThread, checkVisitorState } from "../lib/checks.mjs";
import { freshDatabase } from "../lib/postgres.mjs";
import { Agent, Server, Visitor, found, sleep, until } from "../lib/yingda.mjs";

const kVisitors = 8;

async function killRounds(rounds, database) {
  const server = await Server.start({ database, args: ["--no-rate-limits"] });
  const { admin, widget, staff } = await found(server, 2);
  const agents = [];
  for (const person of staff) agents.push(await new Agent(server, person).load());
  const visitors = [];
  for (let i = 0; i < kVisitors; ++i) visitors.push(await new Visitor(server, widget.key).load());
  for (const agent of agents) {
    // Agents answer like people's clients do: the same key again until it is stored.
    agent.pending = [];
    agent.answered = new Map();
    agent.onMessage = (conversation, message, type) => {
      if (type !== "message.accepted" || message.author.kind !== "customer" || message.seq % 3) return;
      if (conversation.agent?.id === agent.person.session.user.id) agent.pending.push({ id: conversation.id, key: `answer-${message.id}`, text: `答 ${message.seq}` });
    };
    agent.loop = (async () => {
      while (!agent.stopped) {
        const one = agent.pending[0];
        if (!one) { await sleep(10); continue; }
        const sent = await agent.answer(one.id, one.text, one.key).then((r) => r, (error) => (error.status >= 400 && error.status < 500 && error.status !== 429 ? "refused" : undefined));
        if (sent) {
          agent.pending.shift();
          if (sent !== "refused") agent.answered.set(one.key, sent.message);
        } else await sleep(50);
      }
    })();
    agent.connect();
  }
  for (const visitor of visitors) visitor.connect();

  let talking = true;
  const talk = visitors.map(async (visitor, v) => {
    for (let n = 0; talking; ++n) {
      if (visitor.outbox.length < 20) visitor.say(`第 ${n} 句，访客 ${v}`);
      await sleep(5 + Math.random() * 15);
    }
  });
  try {
    await until("everybody is connected", () => [...agents, ...visitors].every((c) => c.live));
    for (let round = 0; round < rounds; ++round) {
      await sleep(150 + Math.random() * 500);
      const { signal } = await server.kill("SIGKILL");
      assert.equal(signal, "SIGKILL", `the server had ended by itself before round ${round}: ${server.log().slice(-1500)}`);
      await server.up();
      await until("everybody came back", () => [...agents, ...visitors].every((c) => c.live));
    }
    talking = false;
    await Promise.all(talk);
    await until("every outbox is empty", () => visitors.every((v) => v.outbox.length === 0) && agents.every((a) => a.pending.length === 0), 60000);
    await until("events have arrived", async () => {
      const { last_seq: last } = await admin.call("GET", "/auth/session");
      await sleep(150);
      const { last_seq: later } = await admin.call("GET", "/auth/session");
      return last === later;
    });
    await sleep(300);
    let stored = 0;
    for (const visitor of visitors) {
      stored += await checkThread(admin, visitor);
      await checkVisitorState(visitor);
    }
    for (const agent of agents) {
      await checkAgentState(agent);
      for (const [key, message] of agent.answered) {
        const { items } = await agent.person.call("GET", `/conversations/${message.conversation_id}/messages?after_seq=${message.seq - 1}&limit=1`);
        assert.equal(items[0]?.client_msg_id, key, "an acknowledged answer stands where it was acknowledged");
      }
    }
    const acknowledged = visitors.reduce((sum, v) => sum + v.acked.size, 0);
    assert.ok(acknowledged > rounds * kVisitors, `there was load: ${acknowledged} acknowledged`);
    assert.equal(stored, acknowledged, "nothing is stored that was not sent, nothing sent is missing");
  } finally {
    talking = false;
    for (const client of [...agents, ...visitors]) client.stop();
    await server.stop();
  }
}

const rounds = Number(process.env.YINGDA_CRASH_ROUNDS ?? 50);
test(`Kill_UnderLoadOnSqlite_LosesNothing (${rounds} rounds)`, () => killRounds(rounds));

const pgRounds = Number(process.env.YINGDA_CRASH_ROUNDS_PG ?? 20);
test(`Kill_UnderLoadOnPostgres_LosesNothing (${pgRounds} rounds)`, { skip: process.env.YINGDA_DATABASE_URL ? false : "no PostgreSQL was started" }, () =>
  killRounds(pgRounds, freshDatabase(process.env.YINGDA_DATABASE_URL)));
