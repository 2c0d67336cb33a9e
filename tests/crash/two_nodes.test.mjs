// Two processes on one PostgreSQL: whatever both of them decide at once, nothing is given out twice and nobody gets more than he can
// carry. Visitors and agents of both are live.
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshDatabase, query } from "../lib/postgres.mjs";
import { found, PASSWORD, Person, Server, sleep, until, Visitor } from "../lib/yingda.mjs";

const kAgents = 6;
const kCapacity = 3;
const kVisitors = 60;

async function twoNodes() {
  const database = freshDatabase(process.env.YINGDA_DATABASE_URL);
  const first = await Server.start({ database, args: ["--no-rate-limits"] });
  const company = await found(first, kAgents);
  for (const person of company.staff) await company.admin.call("PATCH", `/users/${person.session.user.id}`, { capacity: kCapacity });
  const second = await Server.start({ database, args: ["--node", "1", "--no-rate-limits"] });
  // Half of the agents work on each process.
  const staff = [];
  for (let i = 0; i < kAgents; ++i) {
    const person = await new Person((i % 2 ? second : first).base).login(`agent${i}@example.com`, PASSWORD);
    staff.push(person);
  }
  return { database, first, second, ...company, staff };
}

async function come(nodes, count) {
  const visitors = [];
  for (let i = 0; i < count; ++i) {
    const visitor = await new Visitor(i % 2 ? nodes.second : nodes.first, nodes.widget.key).load();
    visitor.connect();
    visitors.push(visitor);
  }
  await until("the visitors' sockets stand", () => visitors.every((v) => v.live));
  for (const visitor of visitors) visitor.say("在吗");
  await until("every message is stored", () => visitors.every((v) => v.outbox.length === 0));
  return visitors;
}

async function end(nodes, visitors) {
  for (const visitor of visitors) visitor.stop();
  await nodes.second.stop();
  await nodes.first.stop();
}

test("TwoNodes_EnginesDecideAtOnce_NothingIsAssignedTwice", async () => {
  const nodes = await twoNodes();
  for (const person of nodes.staff) await person.call("PUT", "/agents/me/state", { state: "online" });
  const visitors = await come(nodes, kVisitors);
  const mine = (person) => person.call("GET", "/conversations?box=mine&limit=100").then((list) => list.items);
  await until("every agent is full", async () => (await Promise.all(nodes.staff.map(mine))).every((list) => list.length >= kCapacity));
  let closed = 0;
  for (const stopAt = Date.now() + 6000; Date.now() < stopAt && closed < kVisitors; await sleep(20)) {
    const lists = await Promise.all(nodes.staff.map(mine));
    lists.forEach((list, i) => assert.ok(list.length <= kCapacity, `agent ${i} carries ${list.length}`));
    // One on each process becomes free at the same moment.
    await Promise.all(lists.map((list, i) => list.length ? nodes.staff[i].call("POST", `/conversations/${list[0].id}/close`, {}).then(() => ++closed) : 0));
  }
  assert.ok(closed > kAgents * kCapacity, `${closed} were closed: what waited moved up`);
  const doubled = query(nodes.database, "SELECT episode_id, count(*) FROM routing_assignment GROUP BY episode_id HAVING count(*) > 1");
  assert.equal(doubled.trim(), "", "an episode was assigned twice");
  const assigned = Number(query(nodes.database, "SELECT count(*) FROM routing_assignment"));
  assert.ok(assigned > kAgents * kCapacity);
  await end(nodes, visitors);
});

test("TwoNodes_TwoGrabTheSame_OneGetsIt", async () => {
  const nodes = await twoNodes();
  // Nobody is online: what comes waits until somebody grabs it.
  for (const person of nodes.staff) await person.call("PUT", "/agents/me/state", { state: "busy" });
  const visitors = await come(nodes, 12);
  const waiting = (await nodes.admin.call("GET", "/conversations?box=all&limit=100")).items;
  assert.equal(waiting.length, 12);
  for (const conversation of waiting) {
    const results = await Promise.allSettled(nodes.staff.map((person) => person.call("POST", `/conversations/${conversation.id}/grab`, {})));
    const winners = results.filter((r) => r.status === "fulfilled");
    assert.equal(winners.length, 1, results.map((r) => r.reason?.message ?? "won").join("; "));
    for (const lost of results.filter((r) => r.status === "rejected")) assert.equal(lost.reason.body?.reason, "conversation.already_taken");
  }
  await end(nodes, visitors);
});
