// Stores of every released schema open in this version in one step: people sign in, conversations and messages are there.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Person, Server } from "../lib/yingda.mjs";

const folder = new URL("../fixtures/", import.meta.url).pathname;
const fixtures = readdirSync(folder).filter((name) => name.endsWith(".db"));

test("Fixtures_OfReleasedSchemas_AreKept", () => assert.ok(fixtures.length > 0));

for (const fixture of fixtures) {
  test(`Fixture_${fixture}_OpensInThisVersion`, { skip: process.env.YINGDA_DATABASE_URL ? "fixtures are SQLite files" : false }, async () => {
    const data = mkdtempSync(join(tmpdir(), "yingda-fixture-"));
    mkdirSync(join(data, "store"));
    copyFileSync(join(folder, fixture), join(data, "store", "yingda.db"));
    const server = await Server.start({ data });
    try {
      const admin = await new Person(server.base).login("admin@demo", "yingda-demo");
      const { items } = await admin.call("GET", "/conversations?box=all&closed=true&limit=100");
      assert.ok(items.length > 0, "the demo company's past conversations");
      for (const conversation of items) {
        const { items: messages } = await admin.call("GET", `/conversations/${conversation.id}/messages?limit=200`);
        assert.equal(messages.at(-1).seq, conversation.last_seq);
      }
      const { items: widgets } = await admin.call("GET", "/widgets");
      assert.ok(widgets.some((w) => w.key === "demo"));
    } finally {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });
}
