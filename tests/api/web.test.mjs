// What is not the API: pages, widget, health, metrics, TLS.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request as httpsRequest } from "node:https";
import { Client, makeStore, signIn, startServer } from "./helper.mjs";

let server, packed;
before(async () => {
  server = await startServer();
  packed = (await get("/widget.js")).status === 200;
});
after(() => server.stop());

async function get(path, headers = {}, method = "GET") {
  const answer = await fetch(server.url + path, { headers, method, redirect: "manual" });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

test("Root_LeadsToTheConsole", async () => {
  const answer = await get("/");
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.get("location"), "/console/");
});

test("Console_Policy_LetsNoInlineScriptAndNoFrameIn", async (t) => {
  if (!packed) return t.skip("built without the web apps");
  const answer = await get("/console/");
  assert.equal(answer.status, 200);
  const policy = answer.headers.get("content-security-policy");
  assert.match(policy, /script-src 'self';/);
  assert.ok(!/script-src[^;]*unsafe/.test(policy));
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, new RegExp(`connect-src 'self' ws://127\\.0\\.0\\.1:${server.port};`));
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.ok(!/<script(?![^>]*\bsrc=)[^>]*>/.test(answer.text), "no inline script in the page");
});

test("Console_HostThatIsNoHost_StaysOutOfThePolicy", async (t) => {
  if (!packed) return t.skip("built without the web apps");
  const { request } = await import("node:http");
  const policy = await new Promise((resolve, reject) => request({ port: server.port, path: "/console/", headers: { host: "a; script-src *" } },
    (answer) => { answer.resume(); resolve(answer.headers["content-security-policy"]); }).on("error", reject).end());
  assert.ok(!policy || !policy.includes("script-src *"));
});

test("Console_PagesOfTheApplication_AreTheApplication", async (t) => {
  if (!packed) return t.skip("built without the web apps");
  const page = await get("/console/");
  for (const path of ["/console/inbox", "/console/settings/agents", "/console/x/../inbox"]) assert.equal((await get(path)).text, page.text);
  assert.equal((await get("/console/assets/nothing-12345678.js")).status, 404);
});

test("Asset_HashedName_IsKeptForAYearAndCompressed", async (t) => {
  if (!packed) return t.skip("built without the web apps");
  const script = /src="(\/console\/assets\/[^"]+\.js)"/.exec((await get("/console/")).text)[1];
  const plain = await fetch(server.url + script, { headers: { "accept-encoding": "identity" } });
  assert.match(plain.headers.get("cache-control"), /immutable/);
  assert.match(plain.headers.get("content-type"), /^text\/javascript/);
  const brotli = await fetch(server.url + script, { headers: { "accept-encoding": "br, gzip" } });
  assert.equal(brotli.headers.get("content-encoding"), "br");
  assert.equal(await brotli.text(), await plain.text());
  const again = await fetch(server.url + script, { headers: { "accept-encoding": "br, gzip", "if-none-match": brotli.headers.get("etag") } });
  assert.equal(again.status, 304);
});

test("Widget_IsForOtherPages", async (t) => {
  if (!packed) return t.skip("built without the web apps");
  const answer = await get("/widget.js", { origin: "https://shop.example" });
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.match(answer.headers.get("cache-control"), /max-age=300/);
  assert.ok(answer.headers.get("etag"));
  const app = /app-[\w-]+\.js/.exec(answer.text)[0];
  assert.match((await get(`/widget/${app}`)).headers.get("cache-control"), /immutable/);
});

test("Demo_OnlyWithDemo", async (t) => {
  if (!packed) return t.skip("built without the web apps");
  assert.equal((await get("/demo/")).status, 200);
  assert.match((await get("/demo/")).text, /widget\.js/);
  const plain = await startServer({ demo: false });
  try {
    assert.equal((await fetch(plain.url + "/demo/")).status, 404);
    assert.deepEqual(await new Client(plain).ok("GET", "/setup"), { needed: true, demo: false });
  } finally {
    await plain.stop();
  }
});

test("StrangePaths_AreNotFound", async () => {
  for (const path of ["/nothing", "/etc/passwd", "/console/../../etc/passwd", "/widget/../console/index.html", "/%2e%2e/x", "/api", "/api/v2/x", "/.git/config"]) {
    const answer = await get(path);
    assert.ok([400, 404].includes(answer.status) || answer.text.includes("<div id=\"app\">"), `${path}: ${answer.status}`);
    assert.ok(!answer.text.includes("root:"));
  }
  assert.equal((await get("/console/", {}, "POST")).status, 404);
});

test("Health_AndReadiness_Answer", async () => {
  assert.deepEqual(JSON.parse((await get("/healthz")).text), { status: "ok" });
  assert.deepEqual(JSON.parse((await get("/readyz")).text), { status: "ready" });
});

test("Metrics_CountRequestsByEndpoint", async () => {
  const wang = await signIn(server, "wang@demo");
  await wang.ok("GET", "/teams");
  await wang.get("/users/us_0000000000001");
  const { text, headers } = await get("/metrics");
  assert.match(headers.get("content-type"), /^text\/plain; version=0\.0\.4/);
  assert.match(text, /yingda_http_requests_total\{endpoint="\/api\/v1\/teams",method="GET",status="200"\} \d+/);
  assert.match(text, /endpoint="\/api\/v1\/users\/\{id\}",method="GET",status="404"/);
  for (const name of ["process_resident_memory_bytes", "yingda_storage_commits", "yingda_net_websockets", "yingda_realtime_agents", "yingda_http_request_seconds_bucket"])
    assert.match(text, new RegExp(`^${name}`, "m"));
  assert.ok(!text.includes("us_0000000000001"), "paths of single objects are no labels");
});

test("RequestId_OfTheClient_ComesBack", async () => {
  assert.equal((await get("/healthz", { "x-request-id": "abc-123" })).headers.get("x-request-id"), "abc-123");
});

test("Tls_Cookie_IsSecureAndHstsIsSent", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "yingda-tls-"));
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost", "-days", "2"], { cwd: folder });
  if (made.error) return t.skip("no openssl program");
  const secure = await startServer({ args: ["--certificate", join(folder, "cert.pem"), "--private-key", join(folder, "key.pem")] });
  try {
    const answer = await new Promise((resolve, reject) => {
      const body = JSON.stringify({ login: "wang@demo", password: "yingda-demo" });
      const call = httpsRequest({ port: secure.port, path: "/api/v1/auth/login", method: "POST", rejectUnauthorized: false, headers: { "content-type": "application/json" } }, (response) => {
        response.resume();
        response.on("end", () => resolve(response));
      });
      call.on("error", reject);
      call.end(body);
    });
    assert.equal(answer.statusCode, 200);
    assert.match(answer.headers["set-cookie"][0], /; Secure$/);
    assert.match(answer.headers["strict-transport-security"], /max-age=\d+/);
  } finally {
    await secure.stop();
    rmSync(folder, { recursive: true });
  }
});

test("Stop_WithRequestsInHand_AnswersThem", async () => {
  const store = makeStore();
  const other = await startServer({ store });
  const wang = await signIn(other, "wang@demo");
  const waiting = wang.get(`/events?since=${wang.session.last_seq}&wait_s=20`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const began = Date.now();
  const code = await other.end();
  store.drop();
  assert.equal(code, 0, other.log());
  assert.ok((await waiting).status < 600);
  assert.ok(Date.now() - began < 12_000);
});
