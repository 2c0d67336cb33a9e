// Drives the real binary in tests: a server in a child process, people at its public API, clients that keep their state by the
// protocol's rules (docs/protocol.md) so that it can be held against a fresh snapshot.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const WebSocket = createRequire(new URL("../../web/package.json", import.meta.url))("ws");
export const BINARY = process.env.YINGDA_BINARY ?? new URL("../../build/release/yingda", import.meta.url).pathname;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(what, condition, limitMs = 30000) {
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(20)) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`waited ${limitMs} ms for: ${what}`);
}

export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** A `yingda serve` of its own. Killed with the test at the latest. */
export class Server {
  static async start({ database, args = [], port, data, shell } = {}) {
    const server = new Server();
    server.own = !data;
    server.data = data ?? mkdtempSync(join(tmpdir(), "yingda-test-"));
    server.port = port ?? (await freePort());
    server.database = database;
    server.args = args;
    server.shell = shell;
    await server.up();
    return server;
  }
  get base() { return `http://127.0.0.1:${this.port}`; }
  async up() {
    const log = openSync(join(this.data, "server.log"), "a");
    const line = ["serve", "--data", join(this.data, "store"), "--listen", `127.0.0.1:${this.port}`, ...(this.database ? ["--database", this.database] : []), ...this.args];
    this.process = this.shell ? spawn("bash", ["-c", `${this.shell} exec "$0" "$@"`, BINARY, ...line], { stdio: ["ignore", log, log] }) : spawn(BINARY, line, { stdio: ["ignore", log, log] });
    this.gone = new Promise((resolve) => this.process.once("exit", (code, signal) => resolve({ code, signal })));
    const child = this.process;
    process.once("exit", () => child.kill("SIGKILL"));
    await until("the server answers", async () => {
      if (child.exitCode !== null) throw new Error(`the server ended: ${this.log().slice(-2000)}`);
      return fetch(`${this.base}/readyz`).then((r) => r.ok, () => false);
    });
  }
  async kill(signal = "SIGKILL") {
    this.process.kill(signal);
    return this.gone;
  }
  async stop() {
    const ended = await this.kill("SIGTERM");
    if (this.own) rmSync(this.data, { recursive: true, force: true });
    return ended;
  }
  log() { return readFileSync(join(this.data, "server.log"), "utf8"); }
}

export class ApiError extends Error {
  constructor(status, body) {
    super(`${status} ${body?.reason ?? ""} ${body?.message ?? ""}`);
    this.status = status;
    this.body = body;
  }
}

/** Somebody at the console's API. */
export class Person {
  constructor(base) { this.base = base; }
  async call(method, path, body, headers = {}) {
    const answer = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(this.cookie ? { Cookie: this.cookie } : {}), ...(this.csrf ? { "X-CSRF-Token": this.csrf } : {}), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const value = text ? JSON.parse(text) : undefined;
    if (!answer.ok) throw new ApiError(answer.status, value);
    const cookie = answer.headers.getSetCookie().find((c) => c.startsWith("yd_session="));
    if (cookie) this.cookie = cookie.split(";")[0];
    return value;
  }
  async login(login, password) {
    this.session = await this.call("POST", "/auth/login", { login, password });
    this.csrf = this.session.csrf_token;
    return this;
  }
}

export const PASSWORD = "correct horse 9";

/** A fresh company: administrator, agents (online), a widget. */
export async function found(server, agents = 2, widget = {}) {
  const admin = new Person(server.base);
  admin.session = await admin.call("POST", "/setup", { company: "测试公司", locale: "zh_CN", time_zone: "Asia/Shanghai", admin_name: "管理员", login: "admin@example.com", password: PASSWORD });
  admin.csrf = admin.session.csrf_token;
  const role = (await admin.call("GET", "/roles")).items.find((r) => r.key === "agent");
  const team = (await admin.call("GET", "/teams")).items[0];
  const made = await admin.call("POST", "/widgets", { name: "Test", enabled: true, allowed_origins: [], team_id: team.id, typing_preview: true, identity_required: false, languages: [], look: LOOK, ...widget });
  const staff = [];
  for (let i = 0; i < agents; ++i) {
    const user = await admin.call("POST", "/users", { login: `agent${i}@example.com`, name: `坐席${i}`, password: PASSWORD, role_id: role.id, team_ids: [team.id], capacity: 100 });
    const person = await new Person(server.base).login(user.login, PASSWORD);
    await person.call("PUT", "/agents/me/state", { state: "online" });
    staff.push(person);
  }
  return { admin, team, widget: made, staff };
}

export const LOOK = {
  color: "#1677ff", side: "right", launcher: "bubble", launcher_text: { zh_CN: "", en: "" }, title: { zh_CN: "", en: "" }, subtitle: { zh_CN: "", en: "" },
  greeting: { zh_CN: "", en: "" }, auto_open_s: 0, avatar_url: "", offset_x: 20, offset_y: 20, dark: "auto", sound: true,
};

/** The part that visitors and agents share: a socket that comes back with `since` and counts what the chain of `prev` says. */
class Client {
  lastSeq = 0;
  live = false;
  stopped = false;
  gaps = 0;
  connect() {
    if (this.stopped) return;
    const port = this.port ?? this.server.port;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${this.path}`, { headers: { ...this.headers, Origin: `http://127.0.0.1:${port}` }, perMessageDeflate: false });
    this.socket = socket;
    socket.on("open", () => socket.send(JSON.stringify(this.hello())));
    socket.on("message", (data) => {
      if (socket !== this.socket) return;
      const frame = JSON.parse(data);
      if (frame.t === "welcome") {
        this.live = true;
        this.lastSeq = Math.max(this.lastSeq, frame.last_seq);
        this.onLive();
      } else if (frame.t === "event") {
        if (frame.seq <= this.lastSeq) return;
        if (frame.prev > this.lastSeq) {
          ++this.gaps;
          return socket.terminate();
        }
        this.lastSeq = frame.seq;
        this.onEvent(frame);
      } else if (frame.t === "resync") {
        this.resyncs = (this.resyncs ?? 0) + 1;
        void this.load().then(() => socket.terminate(), () => socket.terminate());
      } else this.onFrame(frame);
    });
    const again = async (code) => {
      if (socket !== this.socket) return;
      this.socket = undefined;
      this.live = false;
      // 4001: the token is not accepted any more, a new session is needed; what came meanwhile is in its snapshot.
      if (code === 4001 && !this.stopped) await this.load().catch(() => undefined);
      if (!this.stopped) setTimeout(() => this.connect(), 30 + Math.random() * 120);
    };
    socket.on("close", again);
    socket.on("error", () => socket.terminate());
  }
  send(frame) { if (this.live) this.socket.send(JSON.stringify(frame)); }
  cut() { this.socket?.terminate(); }
  stop() {
    this.stopped = true;
    this.socket?.terminate();
  }
  onFrame() {}
}

/** A visitor with an outbox: everything is sent again until it is acknowledged. */
export class Visitor extends Client {
  path = "/api/v1/webchat/socket";
  outbox = [];
  acked = new Map(); // client_msg_id -> {seq, text}
  messages = new Map(); // seq -> message
  duplicates = 0;
  constructor(server, key) {
    super();
    this.server = server;
    this.key = key;
  }
  async load() {
    const answer = await fetch(`${this.server.base}/api/v1/webchat/${this.key}/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ visitor_token: this.token, locale: "zh-CN" }) });
    if (!answer.ok) throw new ApiError(answer.status, await answer.json());
    const session = await answer.json();
    this.token = session.visitor_token;
    this.customer = session.customer;
    this.conversation = session.conversation;
    this.lastSeq = session.last_seq;
    for (const message of session.messages) this.messages.set(message.seq, message);
    return this;
  }
  hello() { return { t: "hello", token: this.token, since: this.lastSeq }; }
  onLive() { for (const one of this.outbox) this.send({ t: "send", ...one }); }
  say(text) {
    const one = { client_msg_id: randomUUID(), kind: "text", text };
    this.outbox.push(one);
    this.send({ t: "send", ...one });
    return one.client_msg_id;
  }
  onFrame(frame) {
    if (frame.t === "ack") {
      const at = this.outbox.findIndex((one) => one.client_msg_id === frame.client_msg_id);
      if (at >= 0) this.acked.set(frame.client_msg_id, { seq: frame.seq, text: this.outbox.splice(at, 1)[0].text });
    } else if (frame.t === "nack") {
      this.nacks = (this.nacks ?? 0) + 1;
      this.lastNack = frame;
      setTimeout(() => this.send({ t: "send", ...(this.outbox.find((one) => one.client_msg_id === frame.client_msg_id) ?? {}) }), frame.retry_after_ms ?? 300);
    }
  }
  onEvent({ data, type }) {
    if (data.conversation && data.conversation.version > (this.conversation?.version ?? -1)) this.conversation = data.conversation;
    if (data.receipts && this.conversation && data.version > this.conversation.version) this.conversation = { ...this.conversation, receipts: data.receipts, version: data.version };
    if (data.message) {
      if (type === "message.accepted" && this.messages.has(data.message.seq)) ++this.duplicates;
      this.messages.set(data.message.seq, data.message);
    }
  }
  /** What a page that loads now would see. */
  async fresh() {
    const other = new Visitor(this.server, this.key);
    other.token = this.token;
    await other.load();
    return other;
  }
}

/** An agent's console: watches the conversations it sees, answers through the API with keys. */
export class Agent extends Client {
  path = "/api/v1/socket";
  conversations = new Map();
  messages = new Map(); // conversation id -> Map(seq -> message)
  constructor(server, person) {
    super();
    this.server = server;
    this.person = person;
    this.headers = { Cookie: person.cookie };
  }
  async load() {
    const list = await this.person.call("GET", "/conversations?box=mine&limit=100");
    this.lastSeq = list.last_seq;
    this.conversations = new Map(list.items.map((c) => [c.id, c]));
    return this;
  }
  hello() { return { t: "hello", since: this.lastSeq, all: false, watch: [] }; }
  onLive() {}
  onEvent({ data, type }) {
    const c = data.conversation;
    if (c && c.version > (this.conversations.get(c.id)?.version ?? -1)) {
      if (c.agent?.id === this.person.session.user.id && c.state !== "closed") this.conversations.set(c.id, c);
      else this.conversations.delete(c.id);
    }
    if (type === "receipts.moved") {
      const known = this.conversations.get(data.conversation_id);
      if (known && data.version > known.version) this.conversations.set(known.id, { ...known, receipts: data.receipts, unread: data.unread, version: data.version });
    }
    if (data.message) {
      const thread = this.messages.get(c.id) ?? new Map();
      thread.set(data.message.seq, data.message);
      this.messages.set(c.id, thread);
      this.onMessage?.(c, data.message, type);
    }
  }
  async answer(conversation, text, key = randomUUID()) {
    return this.person.call("POST", `/conversations/${conversation}/messages`, { client_msg_id: key, kind: "text", text });
  }
}

/** Every message of a conversation, in order, through the administrator. */
export async function wholeThread(admin, conversation) {
  const out = [];
  for (let after = 0; ; ) {
    const { items } = await admin.call("GET", `/conversations/${conversation}/messages?after_seq=${after}&limit=200`);
    out.push(...items);
    if (items.length < 200) return out;
    after = items.at(-1).seq;
  }
}
