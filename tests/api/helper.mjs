// Starts the real server for a test file and speaks its API. Node only, no packages.
import { spawn, spawnSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

export const BINARY = process.env.YINGDA_BINARY ?? "build/release/yingda";
export const DEMO_PASSWORD = "yingda-demo";

/** A database of this test alone: "" for SQLite in the data folder, else a fresh one on the given PostgreSQL. */
function freshDatabase() {
  const url = process.env.YINGDA_DATABASE_URL;
  if (!url) return { url: "", drop() {} };
  const name = "api_" + randomBytes(6).toString("hex");
  const sql = (text) => {
    const done = spawnSync("psql", [url, "-qc", text], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
  };
  sql(`CREATE DATABASE ${name}`);
  const fresh = new URL(url);
  fresh.pathname = "/" + name;
  return { url: fresh.href, drop: () => sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

export function makeStore() {
  const data = mkdtempSync(join(tmpdir(), "yingda-api-"));
  const database = freshDatabase();
  return {
    data,
    database: database.url,
    args: ["--data", data, ...(database.url ? ["--database", database.url] : [])],
    drop() {
      rmSync(data, { recursive: true, force: true });
      database.drop();
    },
  };
}

// A failed test must not leave a server behind: it would keep the test program alive.
const running = new Set();
process.on("exit", () => { for (const child of running) child.kill("SIGKILL"); });

/** Runs a command of the binary to its end. */
export function run(args, input = "") {
  const done = spawnSync(BINARY, args, { encoding: "utf8", input, timeout: 60_000 });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

export async function startServer({ store = makeStore(), demo = true, args = [] } = {}) {
  const child = spawn(BINARY, ["serve", ...store.args, "--listen", "127.0.0.1:0", ...(demo ? ["--demo"] : []), ...args]);
  running.add(child);
  child.on("exit", () => running.delete(child));
  let out = "", err = "";
  child.stderr.on("data", (chunk) => (err += chunk));
  const port = await new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      out += chunk;
      const match = /:(\d+)\/console\//.exec(out);
      if (match) resolve(Number(match[1]));
    });
    child.once("exit", (code) => reject(new Error(`server ended with ${code}: ${err}`)));
    child.on("error", reject);
  });
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve(code)));
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) handle.unref();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    store,
    child,
    log: () => err,
    /** Ends the server; gives its exit code. */
    async end(signal = "SIGTERM") {
      child.ref();
      child.kill(signal);
      return await ended;
    },
    async stop() {
      const code = await this.end();
      store.drop();
      assert.equal(code, 0, err);
    },
  };
}

/** One browser or program: keeps cookie and CSRF token. */
export class Client {
  constructor(server, { token = "" } = {}) {
    this.base = server.url + "/api/v1";
    this.cookie = "";
    this.csrf = "";
    this.token = token;
    this.patient = true;
  }

  /** Waits and asks again where the rate limit says so: the tests are faster than any person. */
  async call(method, path, body, headers = {}) {
    for (;;) {
      const answer = await this.once(method, path, body, headers);
      if (!this.patient || answer.json?.reason !== "request.too_many") return answer;
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get("retry-after"))));
    }
  }

  async once(method, path, body, headers) {
    const all = { ...headers };
    if (this.token) all.authorization = `Bearer ${this.token}`;
    if (this.cookie) all.cookie = this.cookie;
    if (this.csrf && method !== "GET" && !("x-csrf-token" in all)) all["x-csrf-token"] = this.csrf;
    let payload = body;
    if (body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array) && !(body instanceof FormData)) {
      payload = JSON.stringify(body);
      all["content-type"] ??= "application/json";
    }
    const answer = await fetch(path.startsWith("/api") || path.startsWith("http") ? new URL(path, this.base) : this.base + path, {
      method, headers: all, body: payload, redirect: "manual",
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair] = cookie.split(";");
      this.cookie = pair.endsWith("=") ? "" : pair;
    }
    const bytes = Buffer.from(await answer.arrayBuffer());
    let json;
    if (answer.headers.get("content-type")?.startsWith("application/json")) json = JSON.parse(bytes.toString());
    return { status: answer.status, headers: answer.headers, bytes, json };
  }

  get(path, headers) { return this.call("GET", path, undefined, headers); }
  post(path, body, headers) { return this.call("POST", path, body, headers); }
  put(path, body, headers) { return this.call("PUT", path, body, headers); }
  patch(path, body, headers) { return this.call("PATCH", path, body, headers); }
  del(path, headers) { return this.call("DELETE", path, undefined, headers); }

  /** The answer's JSON of a call that must succeed. */
  async ok(method, path, body, headers) {
    const answer = await this.call(method, path, body, headers);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.bytes.toString().slice(0, 500)}`);
    return answer.json;
  }

  async login(login, password = DEMO_PASSWORD, more = {}) {
    const answer = await this.post("/auth/login", { login, password, ...more });
    if (answer.status === 200) {
      this.csrf = answer.json.csrf_token;
      this.session = answer.json;
    }
    return answer;
  }
}

export async function signIn(server, login, password = DEMO_PASSWORD) {
  const client = new Client(server);
  const answer = await client.login(login, password);
  assert.equal(answer.status, 200, answer.bytes.toString());
  return client;
}

/** Checks the error shape and what it says. */
export function refused(answer, status, reason) {
  assert.equal(answer.status, status, answer.bytes.toString().slice(0, 500));
  assert.ok(answer.json, "an error is JSON");
  assert.deepEqual(Object.keys(answer.json).sort(), ["code", "fields", "message", "reason"]);
  assert.ok(answer.json.message.length > 0);
  if (reason) assert.equal(answer.json.reason, reason);
}

/** A visitor of the demo shop, by long-polling. */
export class Visitor {
  constructor(server, key = "demo") {
    this.base = `${server.url}/api/v1/webchat`;
    this.key = key;
    this.number = 0;
  }
  async begin(more = {}) {
    const answer = await fetch(`${this.base}/${this.key}/session`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(more),
    });
    const json = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(json));
    this.token = json.visitor_token;
    this.since = json.last_seq;
    this.session = json;
    return json;
  }
  async poll(frames, wait_s = 0) {
    const answer = await fetch(`${this.base}/poll`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ since: this.since, wait_s, frames }),
    });
    const json = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(json));
    this.since = json.last_seq;
    return json.frames;
  }
  /** Sends a text; gives the ack frame. */
  async say(text) {
    const client_msg_id = `v-${Date.now()}-${++this.number}`;
    for (let i = 0; i < 5; ++i) {
      const frames = await this.poll([{ t: "send", client_msg_id, kind: "text", text }], 10);
      const ack = frames.find((frame) => (frame.t === "ack" || frame.t === "nack") && frame.client_msg_id === client_msg_id);
      if (ack) return ack;
    }
    throw new Error("no ack");
  }
}

/** Waits until `probe` gives something truthy. */
export async function eventually(probe, what, ms = 10_000) {
  const end = Date.now() + ms;
  for (;;) {
    const got = await probe();
    if (got) return got;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function fromBase32(text) {
  let bits = "";
  for (const c of text) bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** The six digits of an authenticator app; `steps` of 30 s from now. */
export function totp(secretBase32, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", fromBase32(secretBase32)).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
