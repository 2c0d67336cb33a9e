// A visitor leaves, the answer follows him by mail through a real mail server, and he finds it again in the same box.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Visitor, eventually, refused, signIn, startServer } from "./helper.mjs";

const PASSWORD = "hunter2-密码";
let server, admin, wang, folder, certificate, mails, logs = "";
const started = [];

/** A mail server with a folder of its own; `sent()` gives what it took. */
async function startMailServer(args) {
  const box = mkdtempSync(join(folder, "box-"));
  const child = spawn("/usr/bin/python3", [new URL("../lib/smtp_server.py", import.meta.url).pathname, box, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  started.push(child);
  const port = await new Promise((resolve, reject) => {
    child.stdout.once("data", (chunk) => resolve(Number(chunk.toString())));
    child.once("exit", (code) => reject(new Error(`the mail server ended with ${code}`)));
  });
  for (const handle of [child, child.stdin, child.stdout]) handle.unref();
  const sent = () => readdirSync(box).filter((name) => name.endsWith(".json")).sort().map((name) => JSON.parse(readFileSync(join(box, name), "utf8")));
  return { port, sent, to: (address) => sent().filter((mail) => mail.envelope.to.includes(address)) };
}

const settings = (more = {}) => ({
  enabled: true, server: "localhost", port: mails.port, security: "starttls", user: "service", ca_pem: certificate,
  from_address: "service@shop.example", from_name: "应答小店", reply_to: "", away_after_ms: 1000, link_base_url: "https://shop.example/help", ...more,
});

/** A visitor who wrote something and whose address an agent (or he himself) noted; an agent has the conversation. */
async function visit(address, text, { locale = "zh-CN", page = "https://shop.example/cart?id=7", himself = false } = {}) {
  const visitor = new Visitor(server);
  await visitor.begin({ locale, page: { url: page, title: "Cart", referrer: "" } });
  assert.equal((await visitor.say(text)).t, "ack");
  const conversation = await eventually(async () =>
    (await admin.ok("GET", "/conversations?box=all")).items.find((c) => c.customer.id === visitor.session.customer.id), "the conversation is listed");
  if (himself) await visitor.poll([{ t: "contact", email: address }]);
  else await admin.ok("PATCH", `/customers/${visitor.session.customer.id}`, { email: address });
  await admin.ok("POST", `/conversations/${conversation.id}/transfer`, { agent_id: wang.session.user.id });
  return { visitor, id: conversation.id, customer: visitor.session.customer.id, address };
}
let keys = 0;
const answer = (one, text, kind = "text") => wang.ok("POST", `/conversations/${one.id}/messages`, { client_msg_id: `a-${++keys}`, kind, text });
const internal = async (one) => (await admin.ok("GET", `/conversations/${one.id}/messages?limit=200`)).items.filter((m) => m.system?.internal && m.system.key.startsWith("mail."));

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "yingda-mail-"));
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem"), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
  assert.equal(made.status, 0, made.stderr?.toString());
  certificate = readFileSync(join(folder, "cert.pem"), "utf8");
  mails = await startMailServer(["--cert", join(folder, "cert.pem"), "--key", join(folder, "key.pem"), "--auth", `service:${PASSWORD}`]);
  server = await startServer();
  admin = await signIn(server, "admin@demo");
  wang = await signIn(server, "wang@demo");
});
after(async () => {
  await server.stop();
  for (const child of started) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

test("Settings_PasswordIsKeptAndNeverTold", async () => {
  assert.equal((await admin.ok("GET", "/mail-settings")).enabled, false);
  const saved = await admin.ok("PUT", "/mail-settings", settings({ password: PASSWORD }));
  assert.equal(saved.has_password, true);
  const read = await admin.get("/mail-settings");
  assert.ok(!read.bytes.toString().includes("hunter2"));
  // What was read may be written back.
  assert.deepEqual(await admin.ok("PUT", "/mail-settings", read.json), read.json);
  refused(await admin.put("/mail-settings", { ...read.json, server: "elsewhere.example" }), 400, "request.invalid_fields");
  refused(await admin.put("/mail-settings", { ...read.json, port: 0 }), 400, "request.invalid_fields");
  const audit = await admin.get("/audit");
  assert.ok(audit.bytes.toString().includes("mail_settings.changed"));
  assert.ok(!audit.bytes.toString().includes("hunter2"));
  assert.equal(statSync(join(server.store.data, "secret.key")).mode & 0o777, 0o600);
});

test("TestMail_TellsTheTruthAboutTheServer", async () => {
  const test = async (more, expected) => {
    await admin.ok("PUT", "/mail-settings", settings({ password: PASSWORD, ...more }));
    const told = await admin.ok("POST", "/mail-settings/test", { to: "boss@shop.example" });
    assert.equal(told.verdict, expected, JSON.stringify(told));
    assert.equal(told.accepted, expected === "accepted");
    assert.ok(told.words.length > 0);
    return told;
  };
  const wrong = await test({ password: "wrong" }, "login_refused");
  assert.equal(wrong.code, 535);
  assert.match(wrong.words, /535/);
  await test({ ca_pem: "" }, "tls_failed");  // a certificate that nobody we trust has signed
  await test({ server: "127.0.0.1" }, "tls_failed");  // and one of another name
  await test({ port: 1 }, "unreachable");
  const plain = await startMailServer([]);
  await test({ port: plain.port, security: "starttls" }, "tls_failed");  // never in clear text when encryption was asked for
  await test({ port: plain.port, security: "none", user: "", password: "" }, "accepted");
  assert.deepEqual([plain.sent().length, plain.sent()[0].tls], [1, false]);
  const tls = await startMailServer(["--cert", join(folder, "cert.pem"), "--key", join(folder, "key.pem"), "--tls"]);
  await test({ port: tls.port, security: "tls", user: "", password: "" }, "accepted");
  assert.equal(tls.sent()[0].tls, true);
  await test({}, "accepted");
  const [mail] = mails.to("boss@shop.example");
  assert.equal(mail.tls, true);
  assert.equal(mail.login, true);
  refused(await admin.post("/mail-settings/test", { to: "nobody" }), 400, "request.invalid_fields");
});

test("VisitorGone_GetsTheAnswersByMailAndFindsThemInTheSameBox", async () => {
  const one = await visit("anna@home.example", "你好，什么时候发货？ <b>急</b>", { himself: true });
  await answer(one, "内部：别告诉客户", "note");
  await answer(one, "您好，今天下午发货。");
  await answer(one, "单号稍后给您 <3");
  const [mail] = await eventually(() => { const got = mails.to(one.address); return got.length > 0 && got; }, "the mail arrives", 20_000);
  assert.deepEqual(mail.defects, []);
  assert.equal(mail.type, "multipart/alternative");
  assert.deepEqual(mail.parts, ["text/plain", "text/html"]);
  assert.equal(mail.bare_newlines, 0);
  assert.ok(mail.ascii_head && mail.line_bytes_max <= 998);
  assert.equal(mail.from_name, "应答小店");
  assert.equal(mail.from_address, "service@shop.example");
  assert.equal(mail.envelope.from, "service@shop.example");
  assert.equal(mail.headers.subject, "回复您的咨询：你好，什么时候发货？ <b>急</b>");
  assert.match(mail.headers["message-id"], /^<ml_[^@]+@shop\.example>$/);
  assert.equal(mail.headers["auto-submitted"], "auto-generated");
  assert.equal(mail.headers["reply-to"], undefined);
  assert.ok(Math.abs(mail.date_ms - Date.now()) < 60_000);
  for (const words of ["> 你好，什么时候发货？ <b>急</b>", "您好，今天下午发货。", "单号稍后给您 <3", "https://shop.example/cart?id=7", "直接回复邮件不会被看到"])
    assert.ok(mail.text.includes(words), `${words} in ${mail.text}`);
  assert.ok(mail.html.includes("&lt;b&gt;急&lt;/b&gt;") && !mail.html.includes("<b>"));
  assert.ok(mail.html.includes('href="https://shop.example/cart?id=7"'));
  const whole = JSON.stringify(mail);
  assert.ok(!whole.includes("别告诉客户"));
  assert.ok(!whole.includes(one.visitor.token), "no secret travels in the mail");

  await eventually(async () => (await internal(one)).length > 0, "the agents are told");
  const [status] = (await admin.ok("GET", "/mail-outbox")).items.filter((m) => m.to === one.address);
  assert.deepEqual([status.state, status.answers, status.attempts, status.conversation_id], ["sent", 2, 1, one.id]);
  const back = await one.visitor.begin({ visitor_token: one.visitor.token, locale: "zh-CN" });
  assert.deepEqual(back.messages.filter((m) => m.author.kind === "agent").map((m) => m.text), ["您好，今天下午发货。", "单号稍后给您 <3"]);
  assert.ok(!JSON.stringify(back).includes("mail.sent"));
  assert.equal(mails.to(one.address).length, 1);
});

test("EnglishVisitor_IsWrittenToInEnglish", async () => {
  const one = await visit("ben@home.example", "When will it ship?", { locale: "en-GB", page: "javascript:alert(1)" });
  await answer(one, "This afternoon.");
  const [mail] = await eventually(() => { const got = mails.to(one.address); return got.length > 0 && got; }, "the mail arrives", 20_000);
  assert.equal(mail.headers.subject, "Reply to your question: When will it ship?");
  assert.match(mail.text, /Your question to 应答小店 has been answered/);
  assert.ok(mail.text.includes("https://shop.example/help") && !mail.text.includes("javascript"));
});

test("VisitorWhoReadsOrStays_GetsNoMail", async () => {
  const reader = await visit("reader@home.example", "hi");
  const stays = await visit("stays@home.example", "hi");
  let there = true;
  const staying = (async () => { while (there) await stays.visitor.poll([], 2); })();
  await answer(reader, "read at once");
  await answer(stays, "seen later");
  const session = await reader.visitor.begin({ visitor_token: reader.visitor.token });
  await reader.visitor.poll([{ t: "receipts", delivered_seq: session.conversation.last_seq, read_seq: session.conversation.last_seq }], 0);
  // Longer than it takes a mail to those who left: a third one proves that mails do go meanwhile.
  const witness = await visit("witness@home.example", "hi");
  await answer(witness, "by mail");
  await eventually(() => mails.to(witness.address).length === 1, "the witness has mail", 20_000);
  assert.deepEqual([mails.to(reader.address).length, mails.to(stays.address).length], [0, 0]);
  there = false;
  await staying;
  await eventually(() => mails.to(stays.address).length === 1, "who left is written to", 20_000);
  assert.equal(mails.to(reader.address).length, 0);
});

test("RefusedAddress_IsToldToTheAgents_PutOffOneIsTriedAgain", async () => {
  const bad = await visit("refused@home.example", "hi");
  const later = await visit("later@home.example", "hi");
  await answer(bad, "hello");
  await answer(later, "hello");
  const [told] = await eventually(async () => { const got = await internal(bad); return got.length > 0 && got; }, "the refusal is told", 20_000);
  assert.equal(told.system.key, "mail.refused");
  assert.equal(told.system.args.to, bad.address);
  assert.match(told.system.args.words, /550.*nobody of this name/);
  assert.ok(!JSON.stringify(await bad.visitor.begin({ visitor_token: bad.visitor.token })).includes("mail.refused"));
  await eventually(() => mails.to(later.address).length === 1, "the second attempt succeeds", 40_000);
  const items = (await admin.ok("GET", "/mail-outbox?limit=200")).items;
  const of = (one) => items.find((m) => m.to === one.address);
  assert.deepEqual([of(bad).state, of(bad).attempts], ["failed", 1]);
  await eventually(async () => {
    const mail = (await admin.ok("GET", "/mail-outbox")).items.find((m) => m.to === later.address);
    return mail.state === "sent" && mail.attempts === 2;
  }, "it is listed as sent");
});

test("ServerKilledBeforeTheTime_MailStillGoesOnce", async () => {
  await admin.ok("PUT", "/mail-settings", settings({ away_after_ms: 8000 }));
  const one = await visit("patient@home.example", "hi");
  await answer(one, "after the crash");
  await server.end("SIGKILL");
  logs += server.log();
  assert.equal(mails.to(one.address).length, 0);
  server = await startServer({ store: server.store });
  await eventually(() => mails.to(one.address).length > 0, "the mail arrives after the restart", 30_000);
  admin = await signIn(server, "admin@demo");
  await eventually(async () => (await internal(one)).length === 1, "it is told once");
  assert.equal(mails.to(one.address).length, 1);
});

test("Password_StandsInNoLog", () => assert.ok(!(logs + server.log()).includes("hunter2")));
