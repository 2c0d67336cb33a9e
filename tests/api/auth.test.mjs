// Sign-in, sessions, CSRF, second factor, tokens.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Client, refused, signIn, startServer, totp } from "./helper.mjs";

let server;
before(async () => { server = await startServer(); });
after(() => server.stop());

test("Login_RightPassword_OpensASession", async () => {
  const client = await signIn(server, "wang@demo");
  const session = await client.ok("GET", "/auth/session");
  assert.equal(session.user.login, "wang@demo");
  assert.equal(session.role.key, "agent");
  assert.equal(session.csrf_token, client.csrf);
  assert.ok(session.permissions.includes("conversation_handle"));
  assert.ok(!session.permissions.includes("org_manage"));
  assert.equal(typeof session.last_seq, "number");
});

test("Login_Cookie_IsHttpOnlyAndSameSite", async () => {
  const answer = await new Client(server).login("wang@demo");
  const [cookie] = answer.headers.getSetCookie();
  assert.match(cookie, /^yd_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
});

test("Login_WrongPasswordOrLogin_SaysTheSame", async () => {
  const wrong = await new Client(server).login("wang@demo", "not the password");
  const unknown = await new Client(server).login("nobody@demo", "not the password");
  refused(wrong, 401, "auth.wrong_credentials");
  refused(unknown, 401, "auth.wrong_credentials");
  assert.equal(wrong.bytes.toString(), unknown.bytes.toString());
});

test("Login_TooManyFailures_IsThrottledEvenWithTheRightPassword", async () => {
  for (let i = 0; i < 10; ++i) await new Client(server).login("zhao@demo", "wrong " + i);
  const answer = await new Client(server).login("zhao@demo");
  refused(answer, 429, "auth.too_many_attempts");
  assert.ok(Number(answer.headers.get("retry-after")) >= 1);
  refused(await new Client(server).login("li@demo", "wrong"), 401, "auth.wrong_credentials");
});

test("Error_Message_FollowsTheLanguage", async () => {
  const client = new Client(server);
  const zh = await client.get("/teams", { "accept-language": "zh-CN,zh;q=0.9" });
  const en = await client.get("/teams", { "accept-language": "en-GB" });
  refused(zh, 401, "auth.no_session");
  assert.equal(zh.json.message, "请先登录");
  assert.equal(en.json.message, "Please sign in");
});

test("Write_WithoutCsrfToken_IsRefused", async () => {
  const client = await signIn(server, "admin@demo");
  refused(await client.post("/teams", {}, { "x-csrf-token": "" }), 403, "auth.csrf");
  refused(await client.post("/teams", {}, { "x-csrf-token": "x".repeat(43) }), 403, "auth.csrf");
  refused(await client.put("/agents/me/state", { state: "online" }, { "x-csrf-token": "" }), 403, "auth.csrf");
});

test("Write_FromAnotherOrigin_IsRefused", async () => {
  const client = await signIn(server, "admin@demo");
  refused(await client.put("/agents/me/state", { state: "online" }, { origin: "https://evil.example" }), 403, "auth.wrong_origin");
  refused(await client.put("/agents/me/state", { state: "online" }, { origin: "null" }), 403, "auth.wrong_origin");
  await client.ok("PUT", "/agents/me/state", { state: "online" }, { origin: server.url });
});

test("Login_FromAnotherOrigin_IsRefused", async () => {
  const answer = await new Client(server).post("/auth/login", { login: "wang@demo", password: "yingda-demo" }, { origin: "https://evil.example" });
  refused(answer, 403, "auth.wrong_origin");
});

test("Login_AsAForm_IsRefused", async () => {
  const answer = await new Client(server).post("/auth/login", '{"login":"wang@demo","password":"yingda-demo"}', { "content-type": "text/plain" });
  refused(answer, 400, "request.wrong_content_type");
});

test("Logout_SessionEndsAtOnce", async () => {
  const client = await signIn(server, "wang@demo");
  const cookie = client.cookie;
  assert.equal((await client.post("/auth/logout")).status, 204);
  assert.equal(client.cookie, "");
  client.cookie = cookie;
  const answer = await client.get("/auth/session");
  assert.equal(answer.status, 401);
});

test("Session_MadeUpOrCut_IsNoSession", async () => {
  const client = await signIn(server, "wang@demo");
  for (const cookie of ["yd_session=x", "yd_session=", client.cookie.slice(0, -1), client.cookie + "x", "yd_session=" + "A".repeat(4000)]) {
    const other = new Client(server);
    other.cookie = cookie;
    assert.equal((await other.get("/auth/session")).status, 401, cookie.slice(0, 60));
  }
});

test("Password_Change_KeepsThisSessionAndEndsOthers", async () => {
  const admin = await signIn(server, "admin@demo");
  const roles = (await admin.ok("GET", "/roles")).items;
  await admin.ok("POST", "/users", { login: "pass@demo", name: "Pass", password: "first password", role_id: roles.find((r) => r.key === "agent").id, team_ids: [] });
  const one = await signIn(server, "pass@demo", "first password");
  const two = await signIn(server, "pass@demo", "first password");
  const wrong = await one.post("/auth/password", { current: "not it", password: "second password" });
  refused(wrong, 400, "request.invalid_fields");
  assert.equal(wrong.json.fields[0].reason, "auth.wrong_password");
  refused(await one.post("/auth/password", { current: "first password", password: "short" }), 400, "request.invalid_fields");
  assert.equal((await one.post("/auth/password", { current: "first password", password: "second password" })).status, 204);
  assert.equal((await one.get("/auth/session")).status, 200);
  assert.equal((await two.get("/auth/session")).status, 401);
  refused(await new Client(server).login("pass@demo", "first password"), 401, "auth.wrong_credentials");
  await signIn(server, "pass@demo", "second password");
});

test("SecondFactor_FromSetupToLoginToOff", async () => {
  const admin = await signIn(server, "admin@demo");
  const roles = (await admin.ok("GET", "/roles")).items;
  const user = await admin.ok("POST", "/users", { login: "totp@demo", name: "Totp", password: "some password", role_id: roles.find((r) => r.key === "agent").id, team_ids: [] });
  const client = await signIn(server, "totp@demo", "some password");
  const setup = await client.ok("POST", "/auth/totp/begin");
  assert.match(setup.uri, /^otpauth:\/\/totp\//);
  refused(await client.post("/auth/totp/confirm", { code: "000000" }), 401, "auth.wrong_code");
  assert.equal((await client.post("/auth/totp/confirm", { code: totp(setup.secret_base32) })).status, 204);
  refused(await new Client(server).login("totp@demo", "some password"), 401, "auth.code_required");
  refused(await new Client(server).login("totp@demo", "some password", { code: "000000" }), 401, "auth.wrong_code");
  const code = totp(setup.secret_base32, 1);
  assert.equal((await new Client(server).login("totp@demo", "some password", { code })).status, 200);
  refused(await new Client(server).login("totp@demo", "some password", { code }), 401, "auth.wrong_code");
  assert.equal((await admin.post(`/users/${user.id}/totp/disable`)).status, 204);
  await signIn(server, "totp@demo", "some password");
});

test("SecondFactor_GuessedCodes_AreThrottled", async () => {
  const admin = await signIn(server, "admin@demo");
  const roles = (await admin.ok("GET", "/roles")).items;
  await admin.ok("POST", "/users", { login: "guess@demo", name: "Guess", password: "some password", role_id: roles.find((r) => r.key === "agent").id, team_ids: [] });
  const client = await signIn(server, "guess@demo", "some password");
  const setup = await client.ok("POST", "/auth/totp/begin");
  await client.post("/auth/totp/confirm", { code: totp(setup.secret_base32) });
  let last;
  for (let i = 0; i < 12; ++i) last = await new Client(server).login("guess@demo", "some password", { code: "00000" + (i % 10) });
  refused(last, 429, "auth.too_many_attempts");
});

test("Token_ActsWithItsRightsAndNeedsNoCsrf_UntilRevoked", async () => {
  const admin = await signIn(server, "admin@demo");
  const made = await admin.ok("POST", "/tokens", { name: "reporting", permissions: ["org_manage"] });
  assert.match(made.secret, /^yd_/);
  const program = new Client(server, { token: made.secret });
  const team = (await program.ok("GET", "/teams")).items[0];
  await program.ok("POST", "/teams", { unit_id: team.unit_id, name: "made by a program" });
  refused(await program.get("/audit"), 403, "auth.permission_denied");
  assert.equal((await admin.ok("GET", "/tokens")).items.some((t) => JSON.stringify(t).includes(made.secret)), false);
  assert.equal((await admin.del(`/tokens/${made.token.id}`)).status, 204);
  assert.equal((await program.get("/teams")).status, 401);
});

test("Reset_ByAnAdministrator_EndsTheSessions", async () => {
  const admin = await signIn(server, "admin@demo");
  const li = await signIn(server, "li@demo");
  assert.equal((await admin.post(`/users/${li.session.user.id}/password`, { password: "a new password" })).status, 204);
  assert.equal((await li.get("/auth/session")).status, 401);
  await signIn(server, "li@demo", "a new password");
});

test("Disabled_User_IsOutAtOnce", async () => {
  const admin = await signIn(server, "admin@demo");
  const li = await signIn(server, "li@demo", "a new password");
  await admin.ok("PATCH", `/users/${li.session.user.id}`, { disabled: true });
  assert.equal((await li.get("/auth/session")).status, 401);
  assert.notEqual((await new Client(server).login("li@demo", "a new password")).status, 200);
});

test("LastAdministrator_CannotBeDisabled", async () => {
  const admin = await signIn(server, "admin@demo");
  refused(await admin.patch(`/users/${admin.session.user.id}`, { disabled: true }), 409, "org.last_administrator");
});

test("Flood_OfOneSession_Gets429WithRetryAfter", async () => {
  const client = await signIn(server, "wang@demo");
  client.patient = false;
  const answers = await Promise.all(Array.from({ length: 700 }, () => client.get("/teams")));
  const late = answers.filter((answer) => answer.status === 429);
  assert.ok(late.length > 0 && answers.some((answer) => answer.status === 200));
  refused(late[0], 429, "request.too_many");
  assert.ok(Number(late[0].headers.get("retry-after")) >= 1);
  // Others are not touched.
  const admin = await signIn(server, "admin@demo");
  await admin.ok("GET", "/teams");
});
