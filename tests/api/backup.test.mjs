// Backup while the server runs, restore into an empty store.
import { test } from "node:test";
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { Visitor, eventually, makeStore, run, signIn, startServer } from "./helper.mjs";

test("Backup_WhileRunning_RestoredElsewhere_IsTheSameCompany", async () => {
  const server = await startServer();
  const file = server.store.data + ".backup";
  const target = makeStore();
  try {
    const wang = await signIn(server, "wang@demo");
    const upload = await wang.ok("POST", "/files?name=a.txt", "kept bytes", { "content-type": "text/plain" });
    const visitor = new Visitor(server);
    await visitor.begin();
    await visitor.say("记得我");
    const before = await eventually(async () => {
      const { items } = await wang.ok("GET", "/conversations?box=queue");
      return items.length === 1 && items;
    }, "the conversation waits in the queue");

    const saved = run(["backup", file, ...server.store.args]);
    assert.equal(saved.code, 0, saved.err);
    assert.equal(run(["backup", file, ...server.store.args]).code, 1, "never over an existing file");
    assert.match(run(["restore", file, ...server.store.args]).err, /app\.data_in_use/);

    const loaded = run(["restore", file, ...target.args]);
    assert.equal(loaded.code, 0, loaded.err);
    assert.match(run(["restore", file, ...target.args]).err, /storage\.not_empty/);
    const copy = await startServer({ store: target });
    const again = await signIn(copy, "wang@demo");
    assert.deepEqual((await again.ok("GET", "/conversations?box=queue")).items.map((c) => c.id), before.map((c) => c.id));
    assert.equal((await again.get(`/files/${upload.id}`)).bytes.toString(), "kept bytes");
    await again.ok("POST", `/conversations/${before[0].id}/grab`);
    assert.equal(await copy.end(), 0);
  } finally {
    rmSync(file, { force: true });
    rmSync(file + ".files", { force: true, recursive: true });
    target.drop();
    await server.stop();
  }
});

test("Restore_NotABackup_IsToldAndLeavesNothing", () => {
  const store = makeStore();
  const file = store.data + ".nonsense";
  try {
    writeFileSync(file, "this is not a backup");
    assert.equal(run(["restore", file, ...store.args]).code, 1);
    assert.equal(run(["restore", file + ".missing", ...store.args]).code, 1);
  } finally {
    rmSync(file);
    store.drop();
  }
});

test("Migrate_Twice_IsFine", () => {
  const store = makeStore();
  try {
    for (let i = 0; i < 2; ++i) assert.equal(run(["migrate", ...store.args]).code, 0);
  } finally {
    store.drop();
  }
});
