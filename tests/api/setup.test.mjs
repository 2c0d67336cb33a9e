// First start, the command line, one server a folder.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Client, makeStore, refused, run, signIn, startServer } from "./helper.mjs";

let server;
before(async () => { server = await startServer({ demo: false }); });
after(() => server.stop());

const WIZARD = { company: "新公司", admin_name: "老板", login: "boss@example.com", password: "a good password", locale: "zh_CN", time_zone: "Asia/Shanghai" };

test("Setup_FirstStart_IsNeeded", async () => {
  assert.deepEqual(await new Client(server).ok("GET", "/setup"), { needed: true, demo: false });
});

test("Setup_BadInput_NamesTheFields", async () => {
  const client = new Client(server);
  refused(await client.post("/setup", {}), 400, "request.invalid_fields");
  refused(await client.post("/setup", { ...WIZARD, company: " " }), 400, "request.invalid_fields");
  const short = await client.post("/setup", { ...WIZARD, password: "short" });
  refused(short, 400, "request.invalid_fields");
  assert.equal(short.json.fields[0].field, "password");
  refused(await client.post("/setup", { ...WIZARD, locale: "fr" }), 400, "request.invalid_fields");
});

test("Setup_Once_SignsInAndNeverAgain", async () => {
  const client = new Client(server);
  const both = await Promise.all([client.post("/setup", WIZARD), new Client(server).post("/setup", { ...WIZARD, login: "other" })]);
  assert.deepEqual(both.map((a) => a.status).sort(), [200, 409]);
  const won = both.find((a) => a.status === 200);
  assert.equal(won.json.role.key, "administrator");
  assert.equal(won.json.tenant.name, "新公司");
  assert.deepEqual(await client.ok("GET", "/setup"), { needed: false, demo: false });
  refused(await client.post("/setup", { ...WIZARD, login: "third" }), 409, "setup.already_done");
  const admin = await signIn(server, won.json.user.login, WIZARD.password);
  assert.equal((await admin.ok("GET", "/widgets")).items.length, 1);
});

test("Admin_CreateUser_WorksWhileTheServerRuns", async () => {
  const made = run(["admin", "create-user", ...server.store.args, "--login", "clerk", "--name", "文员", "--role", "agent"]);
  assert.equal(made.code, 0, made.err);
  const password = /password: (\S+)/.exec(made.out)[1];
  const clerk = await signIn(server, "clerk", password);
  assert.equal(clerk.session.user.name, "文员");

  const reset = run(["admin", "reset-password", ...server.store.args, "--login", "clerk", "--password-stdin"], "another password\n");
  assert.equal(reset.code, 0, reset.err);
  assert.ok(!reset.out.includes("another password"));
  assert.equal((await clerk.get("/auth/session")).status, 401, "the reset ended his sessions");
  const again = await signIn(server, "clerk", "another password");
  const listed = run(["admin", "list-users", ...server.store.args]);
  assert.match(listed.out, /clerk\t文员\tagent/);
  // The server still writes and numbers its events after the other process did.
  const admin = await signIn(server, (await again.ok("GET", "/users")).items.find((u) => u.name === "老板").login, WIZARD.password);
  await admin.ok("PATCH", "/tenant", { name: "新公司二" });
});

test("Admin_Mistakes_AreToldAndFail", () => {
  for (const args of [["admin", "reset-password", ...server.store.args, "--login", "nobody"],
                      ["admin", "create-user", ...server.store.args, "--login", "clerk"],
                      ["admin", "create-user", ...server.store.args, "--login", "x", "--role", "king"],
                      ["admin", "list-users", ...server.store.args, "--company", "nowhere"],
                      ["admin"], ["nonsense"], ["serve", "--listen", "nowhere"]]) {
    const done = run(args);
    assert.notEqual(done.code, 0, args.join(" "));
    assert.ok(done.err.length > 0, args.join(" "));
  }
});

test("Login_KnownInTwoCompanies_NeedsTheCompany", async () => {
  assert.equal(run(["admin", "create-tenant", ...server.store.args, "--name", "二号公司"]).code, 0);
  const made = run(["admin", "create-user", ...server.store.args, "--company", "二号公司", "--login", "clerk", "--password-stdin"], "second company\n");
  assert.equal(made.code, 0, made.err);
  assert.notEqual(run(["admin", "list-users", ...server.store.args]).code, 0, "several companies");
  assert.equal((await new Client(server).login("clerk", "second company")).status, 401);
  const company = /(tn_\w+)\t二号公司/.exec(run(["admin", "list-tenants", ...server.store.args]).out)[1];
  const answer = await new Client(server).login("clerk", "second company", { company });
  assert.equal(answer.status, 200);
  assert.equal(answer.json.tenant.id, company);
});

test("Serve_SecondOnTheSameFolder_RefusesClearly", () => {
  const second = run(["serve", ...server.store.args, "--listen", "127.0.0.1:0"]);
  assert.equal(second.code, 1);
  assert.match(second.err, /app\.data_in_use.*in use by process \d+/);
});

test("Serve_PortTaken_SaysSo", () => {
  const store = makeStore();
  try {
    const second = run(["serve", ...store.args, "--listen", `127.0.0.1:${server.port}`]);
    assert.equal(second.code, 1);
    assert.match(second.err, /net\.address_in_use/);
  } finally {
    store.drop();
  }
});

test("Version_AndOpenapi_NeedNoStore", () => {
  assert.match(run(["--version"]).out, /^yingda \d+\.\d+\.\d+/);
  const document = JSON.parse(run(["openapi"]).out);
  assert.equal(document.openapi, "3.1.0");
});
