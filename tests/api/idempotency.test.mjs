// Idempotency-Key: the same key with the same request gives the first answer again.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { refused, signIn, startServer } from "./helper.mjs";

let server, admin, unit;
before(async () => {
  server = await startServer();
  admin = await signIn(server, "admin@demo");
  unit = (await admin.ok("GET", "/units")).items[0].id;
});
after(() => server.stop());
const key = (value) => ({ "idempotency-key": value });

test("SameKeySameRequest_GivesTheFirstAnswerAndDoesItOnce", async () => {
  const body = { unit_id: unit, name: "一次" };
  const first = await admin.post("/teams", body, key("k-1"));
  const second = await admin.post("/teams", body, key("k-1"));
  assert.equal(first.status, 200);
  assert.equal(first.headers.get("idempotent-replay"), null);
  assert.equal(second.headers.get("idempotent-replay"), "true");
  assert.equal(second.bytes.toString(), first.bytes.toString());
  assert.equal((await admin.ok("GET", "/teams")).items.filter((t) => t.name === "一次").length, 1);
});

test("SameKeyAtOnce_IsDoneOnce", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => admin.post("/teams", { unit_id: unit, name: "同时" }, key("k-2"))));
  assert.deepEqual([...new Set(answers.map((a) => a.json.id))].length, 1);
  assert.equal((await admin.ok("GET", "/teams")).items.filter((t) => t.name === "同时").length, 1);
});

test("SameKeyOtherRequest_IsAConflict", async () => {
  await admin.ok("POST", "/teams", { unit_id: unit, name: "甲" }, key("k-3"));
  refused(await admin.post("/teams", { unit_id: unit, name: "乙" }, key("k-3")), 409, "request.idempotency_conflict");
});

test("SameKeyOtherPerson_IsAnotherRequest", async () => {
  const wang = await signIn(server, "wang@demo");
  const li = await signIn(server, "li@demo");
  await wang.ok("PUT", "/agents/me/state", { state: "busy" }, key("k-4"));
  const answer = await li.put("/agents/me/state", { state: "busy" }, key("k-4"));
  assert.equal(answer.headers.get("idempotent-replay"), null);
  assert.equal(answer.json.user_id, li.session.user.id);
});

test("FailedRequest_IsTriedAgain", async () => {
  refused(await admin.post("/teams", { unit_id: unit, name: "" }, key("k-5")), 400);
  await admin.ok("POST", "/teams", { unit_id: unit, name: "再来" }, key("k-5x"));
});

test("NoContentAnswer_IsReplayedToo", async () => {
  const team = await admin.ok("POST", "/teams", { unit_id: unit, name: "走" });
  assert.equal((await admin.del(`/teams/${team.id}`, key("k-6"))).status, 204);
  const again = await admin.del(`/teams/${team.id}`, key("k-6"));
  assert.equal(again.status, 204);
  assert.equal(again.headers.get("idempotent-replay"), "true");
});

test("AnswerWithASecret_IsNeverKept", async () => {
  const body = { name: "secret", permissions: [] };
  await admin.ok("POST", "/tokens", body, key("k-7"));
  refused(await admin.post("/tokens", body, key("k-7")), 409, "request.already_done");
  assert.equal((await admin.ok("GET", "/tokens")).items.filter((t) => t.name === "secret").length, 1);
});

test("Upload_Repeated_GivesTheSameFile", async () => {
  const first = await admin.ok("POST", "/files?name=a.txt", "bytes", { "content-type": "text/plain", ...key("k-8") });
  const second = await admin.ok("POST", "/files?name=a.txt", "bytes", { "content-type": "text/plain", ...key("k-8") });
  assert.equal(first.id, second.id);
  refused(await admin.post("/files?name=a.txt", "other", { "content-type": "text/plain", ...key("k-8") }), 409);
});

test("BadKeys_AreRefused", async () => {
  for (const bad of ["x".repeat(65), "a b", "\u00e9"]) refused(await admin.post("/teams", { unit_id: unit, name: "x" }, key(bad)), 400, "request.invalid_key");
});
