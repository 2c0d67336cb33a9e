// Walks every endpoint of the OpenAPI document: as nobody, as every role, as another company, with every kind of bad input.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Client, Visitor, eventually, refused, run, signIn, startServer } from "./helper.mjs";

let server, document, admin, clients, stranger;
const ids = {};

/** Every operation of the document. */
function operations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
}
const isPublic = (operation) => Array.isArray(operation.security) && operation.security.length === 0;
const isJsonWrite = ({ method, operation }) => method !== "GET" && operation.requestBody?.content["application/json"];

before(async () => {
  server = await startServer();
  document = await new Client(server).ok("GET", "/openapi.json");
  clients = {};
  for (const [role, login] of [["administrator", "admin@demo"], ["supervisor", "zhao@demo"], ["agent", "wang@demo"]])
    clients[role] = await signIn(server, login);
  admin = clients.administrator;
  const roles = (await admin.ok("GET", "/roles")).items;
  await admin.ok("POST", "/users", { login: "eye@demo", name: "Eye", password: "some password", role_id: roles.find((r) => r.key === "analyst").id, team_ids: [] });
  clients.analyst = await signIn(server, "eye@demo", "some password");

  // Another company, whose administrator may do everything there.
  assert.equal(run(["admin", "create-tenant", ...server.store.args, "--name", "Other"]).code, 0);
  const made = run(["admin", "create-user", ...server.store.args, "--company", "Other", "--login", "boss@other", "--role", "administrator", "--password-stdin"], "other password\n");
  assert.equal(made.code, 0, made.err);
  stranger = await signIn(server, "boss@other", "other password");

  // One object of every kind, for the {id}s.
  const visitor = new Visitor(server);
  await visitor.begin();
  assert.equal((await visitor.say("hello from the walk")).t, "ack");
  const open = await eventually(async () => (await admin.ok("GET", "/conversations?box=all")).items[0], "the conversation is listed");
  ids.conversations = open.id;
  ids.customers = open.customer.id;
  ids.messages = (await admin.ok("GET", `/conversations/${open.id}/messages`)).items[0].id;
  ids.units = (await admin.ok("GET", "/units")).items[0].id;
  ids.teams = (await admin.ok("GET", "/teams")).items[0].id;
  ids.roles = roles[0].id;
  ids.users = clients.agent.session.user.id;
  ids.tokens = (await admin.ok("POST", "/tokens", { name: "walk", permissions: [] })).token.id;
  ids["canned-replies"] = (await admin.ok("GET", "/canned-replies")).items[0].id;
  ids.widgets = (await admin.ok("GET", "/widgets")).items[0].id;
  ids["follow-ups"] = await complain(open.id);
  ids.agents = ids.users;
  ids.files = (await admin.ok("POST", "/files?name=a.txt", "some text", { "content-type": "text/plain" })).id;
});
after(() => server.stop());

/** A customer whom an agent served and who is not content: the follow-up's id. */
async function complain(other) {
  const visitor = new Visitor(server);
  await visitor.begin();
  assert.equal((await visitor.say("hello from the walk")).t, "ack");
  const agent = clients.agent;
  const waiting = await eventually(async () => (await admin.ok("GET", "/conversations?box=all")).items.find((c) => c.id !== other && c.team_id), "it waits");
  if (waiting.state !== "assigned") await agent.ok("POST", `/conversations/${waiting.id}/grab`);
  await admin.ok("POST", `/conversations/${waiting.id}/messages`, { client_msg_id: "walk", text: "hi" });
  await admin.ok("POST", `/conversations/${waiting.id}/close`, {});
  const session = await eventually(async () => {
    const again = await new Visitor(server).begin({ visitor_token: visitor.token });
    return again.invitation && again;
  }, "he is asked");
  await visitor.poll([{ t: "rate", episode_id: session.invitation.episode_id, solved: true, score: 1 }], 5);
  return (await eventually(async () => (await admin.ok("GET", "/rating/follow-ups")).items[0], "somebody follows up")).id;
}

/** Ids of things that come and go by themselves: well formed, never made. */
const unknown = { offers: "of_0000000000001", alarms: "al_0000000000001" };
/** The path with ids of the demo company in place of its parameters. */
const filled = (path) => path.replace(/\/([^/]+)\/\{id\}/, (_, area) => `/${area}/${ids[area] ?? unknown[area]}`).replace("{user_id}", ids.users);

test("Document_EveryOperation_IsComplete", () => {
  const names = new Set();
  assert.ok(operations().length > 60);
  for (const { path, method, operation } of operations()) {
    assert.ok(operation.summary, path);
    assert.ok(!names.has(operation.operationId), operation.operationId);
    names.add(operation.operationId);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
    assert.deepEqual(operation.parameters.filter((p) => p.in === "path").map((p) => p.name), inPath, `${method} ${path}`);
    assert.ok(operation.responses.default);
  }
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) assert.ok(document.components.schemas[name], name);
});

test("Nobody_EveryOperation_IsAskedToSignIn", async () => {
  for (const { path, method, operation } of operations()) {
    if (isPublic(operation)) continue;
    const frames = path === "/api/v1/events/frames" ? { frames: [] } : undefined;
    const answer = await new Client(server).call(method, filled(path) + (path === "/api/v1/events" ? "?since=0" : ""), frames);
    refused(answer, 401, "auth.no_session");
  }
});

test("EveryRole_WithoutTheRight_IsDenied", async () => {
  let denied = 0;
  for (const [role, client] of Object.entries(clients)) {
    for (const { path, method, operation } of operations()) {
      const right = operation["x-permission"];
      if (!right || client.session.permissions.includes(right)) continue;
      refused(await client.call(method, filled(path)), 403, "auth.permission_denied");
      ++denied;
    }
  }
  assert.ok(denied > 40, `${denied} denials`);
});

test("EveryRole_EveryRead_AnswersOrRefusesInShape", async () => {
  for (const [role, client] of Object.entries(clients)) {
    for (const { path, method } of operations()) {
      if (method !== "GET" || path === "/api/v1/events") continue;
      const answer = await client.get(filled(path));
      assert.ok([200, 403, 404].includes(answer.status), `${role} ${path}: ${answer.status} ${answer.bytes.toString().slice(0, 300)}`);
      if (answer.status !== 200) refused(answer, answer.status);
    }
  }
});

test("Administrator_EveryReadOfAnObject_Works", async () => {
  for (const { path, method } of operations()) {
    if (method !== "GET" || path === "/api/v1/events" || path.endsWith("/thumbnail")) continue;
    assert.equal((await admin.get(filled(path))).status, 200, path);
  }
});

test("AnotherCompany_EveryObject_DoesNotExist", async () => {
  let walked = 0;
  for (const { path, method, operation } of operations()) {
    if (!path.includes("{id}")) continue;
    const schema = operation.requestBody?.content["application/json"]?.schema;
    const answer = await stranger.call(method, filled(path), schema ? sample(schema) : undefined);
    // 400 would hide whether the object was looked up: the samples below are valid.
    assert.ok([404, 403].includes(answer.status), `${method} ${path}: ${answer.status} ${answer.bytes.toString().slice(0, 300)}`);
    assert.ok(!answer.bytes.toString().includes("hello from the walk"));
    ++walked;
  }
  assert.ok(walked > 25);
});

test("AnotherCompany_EveryList_HoldsNothingOfOurs", async () => {
  const ours = new Set(Object.values(ids));
  for (const { path, method } of operations()) {
    if (method !== "GET" || path.includes("{") || path === "/api/v1/events") continue;
    const text = (await stranger.get(path + (path.endsWith("conversations") ? "?box=all&closed=true" : ""))).bytes.toString();
    for (const id of ours) assert.ok(!text.includes(id), `${path} shows ${id}`);
  }
});

test("AnotherCompany_PointingAtOurObjectsInABody_IsRefused", async () => {
  const roles = (await stranger.ok("GET", "/roles")).items;
  const agent = roles.find((r) => r.key === "agent").id;
  const user = { login: "x@other", name: "X", password: "some password", role_id: agent, team_ids: [] };
  for (const bad of [{ ...user, role_id: ids.roles }, { ...user, unit_id: ids.units }, { ...user, team_ids: [ids.teams] }]) {
    const answer = await stranger.post("/users", bad);
    assert.ok([400, 404].includes(answer.status), `${answer.status} ${answer.bytes}`);
  }
  assert.ok([400, 404].includes((await stranger.post("/teams", { unit_id: ids.units, name: "x" })).status));
  assert.ok([400, 404].includes((await stranger.post("/units", { parent_id: ids.units, kind: "centre", name: "x" })).status));
});

test("BadBodies_EveryWrite_AreToldInShape", async () => {
  for (const one of operations().filter(isJsonWrite)) {
    if (one.path === "/api/v1/events/frames") continue;
    const path = filled(one.path);
    const json = { "content-type": "application/json" };
    const open = one.path === "/api/v1/setup" || one.path === "/api/v1/auth/login";
    const client = open ? new Client(server) : admin;
    refused(await client.call(one.method, path, "{", json), 400, "request.invalid_json");
    refused(await client.call(one.method, path, '{"a":"\xff"}', json), 400);
    refused(await client.call(one.method, path, "[]", json), 400, "request.invalid_fields");
    refused(await client.call(one.method, path, '{"no_such_field":1}', json), 400, "request.invalid_fields");
    refused(await client.call(one.method, path, "[".repeat(10_000), json), 400);
    refused(await client.call(one.method, path, "a=b", { "content-type": "application/x-www-form-urlencoded" }), 400, "request.wrong_content_type");
    const large = await client.call(one.method, path, JSON.stringify({ x: "y".repeat(300 * 1024) }), json);
    assert.equal(large.status, 413, one.path);
    for (const wrong of wrongTypes(one.operation.requestBody.content["application/json"].schema)) {
      const answer = await client.call(one.method, path, wrong);
      refused(answer, 400, "request.invalid_fields");
      assert.ok(answer.json.fields.length > 0 && answer.json.fields[0].message.length > 0);
    }
  }
});

test("BadIds_EveryPath_AreRefused", async () => {
  for (const { path, method, operation } of operations()) {
    if (!path.includes("{id}")) continue;
    const schema = operation.requestBody?.content["application/json"]?.schema;
    for (const bad of ["1", "xx_0123456789abc", "..%2f..", "%00", "cv_" + "z".repeat(13), "a".repeat(300), "' OR 1=1 --"]) {
      const answer = await admin.call(method, path.replace("{id}", encodeURIComponent(bad).replaceAll("%25", "%")).replace("{user_id}", ids.users), schema ? sample(schema) : undefined);
      assert.ok([400, 404].includes(answer.status), `${method} ${path} ${bad}: ${answer.status}`);
      refused(answer, answer.status);
    }
  }
});

test("BadQueries_EveryRead_AreRefused", async () => {
  for (const { path, method, operation } of operations()) {
    if (method !== "GET" || path === "/api/v1/events" || isPublic(operation)) continue;
    refused(await admin.get(filled(path) + "?no_such_parameter=1"), 400, "request.invalid_fields");
    refused(await admin.get(filled(path) + "?a=%ff"), 400);
    for (const parameter of operation.parameters.filter((p) => p.in === "query" && p.name === "limit")) {
      for (const bad of ["0", "-1", "201", "x", "99999999999999999999", "1.5"])
        refused(await admin.get(`${filled(path)}?${parameter.name}=${bad}`), 400, "request.invalid_fields");
    }
    if (operation.parameters.some((p) => p.name === "after")) refused(await admin.get(filled(path) + "?after=nonsense!"), 400);
  }
});

test("WrongMethod_EveryPath_IsToldWhatIsPossible", async () => {
  for (const path of Object.keys(document.paths)) {
    if (path.startsWith("/api/v1/events")) continue;
    const possible = Object.keys(document.paths[path]).map((m) => m.toUpperCase());
    const wrong = ["GET", "POST", "PUT", "PATCH", "DELETE"].find((m) => !possible.includes(m));
    const answer = await admin.call(wrong, filled(path));
    refused(answer, 405, "request.method_not_allowed");
    assert.deepEqual(answer.headers.get("allow").split(", ").sort(), possible.sort());
  }
  refused(await admin.get("/nothing/here"), 404, "request.not_found");
  refused(await admin.get("/teams/"), 404, "request.not_found");
});

test("EveryAnswer_HasTheSafeHeaders", async () => {
  for (const path of ["/teams", "/nothing", "/openapi.json", `/conversations/${ids.conversations}`]) {
    const { headers } = await admin.get(path);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.match(headers.get("content-security-policy"), /default-src 'none'/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.match(headers.get("x-request-id"), /^\w+/);
  }
});

/** Bodies with one member of a wrong type each. */
function* wrongTypes(schema) {
  const properties = resolve(schema).properties ?? {};
  for (const [name, member] of Object.entries(properties)) {
    const type = resolve(member).type;
    if (!type) continue;
    yield { [name]: type === "string" ? 5 : type === "boolean" ? "yes" : type === "array" ? {} : type === "object" ? [] : "x" };
  }
}

function resolve(schema) {
  return schema.$ref ? document.components.schemas[schema.$ref.split("/").at(-1)] : schema;
}

/** A smallest valid value of a schema. */
function sample(schema) {
  const real = resolve(schema);
  if (real.enum) return real.enum[0];
  switch (real.type) {
    case "string": return real.pattern ? sampleId(real.pattern) : "sample-text";
    case "integer": return 1;
    case "number": return 1;
    case "boolean": return false;
    case "array": return [];
    case "object": {
      const out = {};
      for (const name of real.required ?? []) out[name] = sample(real.properties[name]);
      if (real.properties?.text) out.text = "sample-text"; // optional in the schema because files have none
      if (real.properties?.avatar_url) Object.assign(out, { color: "#123456", avatar_url: "" });
      if (real.properties?.expected_version) out.agent_id = ids.users; // to a team or to an agent
      return out;
    }
    default: return {};
  }
}

/** An id of the demo company whose form fits, so that only its company is wrong. */
function sampleId(pattern) {
  const fitting = Object.values(ids).find((id) => new RegExp(pattern).test(id));
  assert.ok(fitting, pattern);
  return fitting;
}
