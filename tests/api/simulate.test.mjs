// Recorded arrivals under another policy: over the API and by the command.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { found, Server, until, Visitor } from "../lib/yingda.mjs";
import { freshDatabase } from "../lib/postgres.mjs";
import { run } from "./helper.mjs";

const kVisitors = 6;
let server, company, team;

before(async () => {
  const database = process.env.YINGDA_DATABASE_URL ? freshDatabase(process.env.YINGDA_DATABASE_URL) : "";
  server = await Server.start({ database, args: ["--no-rate-limits"] });
  company = await found(server, 2);
  team = company.team.id;
  const visitors = [];
  for (let i = 0; i < kVisitors; ++i) {
    const visitor = await new Visitor(server, company.widget.key).load();
    visitor.connect();
    await until("the socket stands", () => visitor.live);
    visitor.say(`问题 ${i}`);
    visitors.push(visitor);
  }
  await until("all are assigned", async () => {
    const open = (await company.admin.call("GET", "/conversations?box=all&limit=100")).items;
    return open.length === kVisitors && open.every((c) => c.state === "assigned");
  });
  for (const c of (await company.admin.call("GET", "/conversations?box=all&limit=100")).items) await company.admin.call("POST", `/conversations/${c.id}/close`, {});
  for (const visitor of visitors) visitor.stop();
});
after(() => server.stop());

const policy = async () => (await company.admin.call("GET", "/routing/policies")).items.find((p) => p.team_id === team);

test("Simulate_ServedArrivals_CountTheSameUnderThePresentPolicy", async () => {
  const result = await until("the facts are written", async () => {
    const done = await company.admin.call("POST", "/routing/simulate", { policy: await policy() });
    return done.recorded.served === kVisitors && done;
  });
  assert.equal(result.arrivals, kVisitors);
  assert.equal(result.before.served, kVisitors);
  assert.equal(result.after.served, kVisitors);
  assert.equal(result.before.abandoned, 0);
  assert.ok(result.before.capacity_ms > 0, "agents were online");
  assert.equal(result.after.by_agent.reduce((sum, one) => sum + one.served, 0), kVisitors);
});

test("Simulate_PolicyAsksASkillNobodyHas_NobodyIsServed", async () => {
  const hard = { ...(await policy()), skills: [{ name: "法语", level: 5 }] };
  const result = await company.admin.call("POST", "/routing/simulate", { policy: hard });
  assert.equal(result.after.served, 0);
  assert.equal(result.after.waiting + result.after.abandoned, kVisitors);
  assert.equal(result.before.served, kVisitors);
});

test("Simulate_TimeOutOfRange_IsRefusedByField", async () => {
  await assert.rejects(async () => company.admin.call("POST", "/routing/simulate", { policy: await policy(), from_at_ms: 5, until_at_ms: 1 }), (error) => error.status === 400 && error.body.fields[0].field === "from_at_ms");
  await assert.rejects(async () => company.admin.call("POST", "/routing/simulate", { policy: await policy(), from_at_ms: 5 }), (error) => error.status === 400);
});

test("Simulate_ByAnAgent_IsRefused", async () => {
  await assert.rejects(async () => company.staff[0].call("POST", "/routing/simulate", { policy: await policy() }), (error) => error.status === 403);
});

test("Command_ExportAndSimulate_TellTheSameStory", async () => {
  const store = server.database ? ["--database", server.database] : ["--data", join(server.data, "store")];
  const file = join(server.data, "recording.jsonl");
  const yesterday = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai" }).format(new Date(Date.now() - 86_400_000));
  const exported = run(["routing", "export", ...store, "--from", yesterday, "--out", file]);
  assert.equal(exported.code, 0, exported.err);
  const lines = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines[0].yingda_recording, 1);
  assert.equal(lines.filter((line) => line.item).length, kVisitors);
  assert.ok(!readFileSync(file, "utf8").includes("问题"), "no words of customers");
  const chosen = join(server.data, "policy.json");
  writeFileSync(chosen, JSON.stringify(await policy()));
  const replay = run(["routing", "simulate", "--from", file, "--policy", chosen, "--strategies", "--json"]);
  assert.equal(replay.code, 0, replay.err);
  const { items } = JSON.parse(replay.out);
  assert.equal(items[0].report.served, kVisitors);
  assert.equal(items[2].report.served, kVisitors);
  assert.ok(items.length > 5, "one line a strategy");
  const again = run(["routing", "export", ...store, "--from", yesterday, "--out", file]);
  assert.equal(again.code, 1);
  assert.match(again.err, /app\.file_exists/);
  assert.match(run(["routing", "simulate", "--from", chosen]).err, /routing\.invalid_recording/);
});
