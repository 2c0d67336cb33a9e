// The console's mock server: see README.md. Development and tests only.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

import { WebSocketServer } from "ws";

import { makeCompany } from "./mock-data.mjs";
import { makeSettings } from "./mock-settings.mjs";
import { makeSupervision } from "./mock-supervision.mjs";

const sessionCookie = "yd_session";
const built = new URL("../../../dist/console/", import.meta.url);
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
/** As strict as the real server's, so that a violation shows here first. */
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'";

/** The built console, with every unknown path answered by its index page. */
async function serveBuilt(path, response) {
  const name = path.replace(/^\/console\/?/, "");
  const file = extname(name) ? name : "index.html";
  try {
    const bytes = await readFile(new URL(file, built));
    response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": policy });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

export function startMock({ port = 4010, lively = false, setup = false, blockSockets = false } = {}) {
  const world = makeCompany();
  const settings = makeSettings(world);
  const log = [];
  const clients = new Set();
  const sessions = new Map();
  const files = new Map();
  const byKey = new Map();
  let setupNeeded = setup;
  let counter = 1000;
  const newId = (prefix) => `${prefix}_${(counter += 1).toString(36)}${randomBytes(3).toString("hex")}`;
  const lastSeq = () => log.length;

  const fail = (status, code, reason, message, fields) => ({ status, body: { code, reason, message, fields: fields ?? [] } });
  const missing = () => fail(404, "not_found", "request.not_found", "没有找到，可能已被删除。");

  // --- events

  function emit(type, data) {
    const event = { t: "event", seq: log.length + 1, at_ms: Date.now(), type, data: structuredClone(data) };
    log.push(event);
    for (const client of clients) {
      client.offer(event);
      if (client.board) client.send({ t: "board", board: supervision.board() });
    }
    return event;
  }
  function sees(client, event) {
    const c = event.data.conversation ?? world.conversations.get(event.data.conversation_id);
    if (!c) return true;
    const user = client.user;
    return (
      client.all || client.watch.has(c.id) || c.agent?.id === user.id || c.participants.some((p) => p.id === user.id) ||
      event.data.previous_agent_id === user.id || ((c.state === "queued" || c.state === "promised") && user.team_ids.includes(c.team_id)) ||
      (event.data.previous_team_id && user.team_ids.includes(event.data.previous_team_id))
    );
  }
  function touch(c, change = {}) {
    Object.assign(c, change, { version: c.version + 1, updated_at_ms: Date.now() });
    return c;
  }
  function addMessage(c, author, fields) {
    const thread = world.threads.get(c.id);
    const message = {
      id: newId("ms"), conversation_id: c.id, episode_id: c.episode_id, seq: c.last_seq + 1, author, kind: "text", text: "", mentions: [],
      client_msg_id: newId("key"), automatic: false, created_at_ms: Date.now(), ...fields,
    };
    thread.push(message);
    const change = { last_seq: message.seq };
    const shown = { image: "[图片]", file: `[文件] ${message.file?.name}`, video: "[视频]", voice: "[语音]" }[message.kind] ?? message.text;
    if (author.kind === "customer") Object.assign(change, { unread: c.unread + 1, waiting_since_ms: c.waiting_since_ms ?? Date.now() });
    else if (message.kind !== "note" && message.kind !== "system") Object.assign(change, { waiting_since_ms: undefined, unread: 0 });
    if (message.kind !== "note" && message.kind !== "system") Object.assign(change, { last_preview: shown.slice(0, 80), last_author: author.kind });
    touch(c, change);
    emit("message.accepted", { conversation: c, message });
    return message;
  }
  const system = (c, key, args, internal = false) =>
    addMessage(c, { kind: "system", id: "", name: "" }, { kind: "system", system: { key, args, internal }, automatic: true });
  function say(id, text) {
    const c = world.conversations.get(id);
    const customer = world.customers.get(c.customer.id);
    const message = addMessage(c, { kind: "customer", id: customer.id, name: customer.name || `访客 ${customer.label}` }, { text });
    ephemeral({ t: "typing", id, side: "customer", by: customer.id, name: "", on: false });
    return message;
  }
  function ephemeral(frame, except) {
    for (const client of clients) if (client !== except && (client.watch.has(frame.id) || frame.t === "agent")) client.send(frame);
  }
  function presence(id) {
    const agents = [...new Map([...clients].filter((k) => k.watch.has(id) && !k.unseen.has(id)).map((k) => [k.user.id, { id: k.user.id, name: k.user.name, typing: false }])).values()];
    for (const client of clients) if (client.watch.has(id)) client.send({ t: "presence", id, agents });
  }
  function agentOf(user) {
    let agent = world.agents.find((a) => a.user_id === user.id);
    if (!agent) {
      agent = { user_id: user.id, name: user.name, display_name: user.display_name || user.name, state: "offline", reason: "", since_at_ms: Date.now(), load: 0, capacity: user.capacity, connected: false, team_ids: user.team_ids };
      world.agents.push(agent);
    }
    return agent;
  }
  function recount() {
    for (const agent of world.agents) {
      const load = [...world.conversations.values()].filter((c) => c.state === "assigned" && c.agent?.id === agent.user_id).length;
      if (load !== agent.load) {
        agent.load = load;
        ephemeral({ t: "agent", agent });
      }
    }
  }
  const summary = (user) => ({ id: user.id, name: user.display_name || user.name });
  function transition(c, type, by, change, args, extra = {}) {
    const before = { previous_agent_id: c.agent?.id, previous_team_id: c.team_id };
    touch(c, change);
    emit(`conversation.${type}`, { conversation: c, by_id: by.id, by_name: by.name, reason: "", note: "", ...before, ...extra });
    if (args) system(c, `conversation.${type}`, args);
    recount();
    return c;
  }

  const supervision = makeSupervision({ world, emit, newId, missing, transition, system, summary });

  // --- REST

  function sessionInfo(user, csrf) {
    const role = world.roles.find((r) => r.id === user.role_id);
    return { user, role, tenant: world.tenant, csrf_token: csrf, permissions: role.permissions, last_seq: lastSeq() };
  }
  function openSession(user) {
    const id = randomBytes(12).toString("hex");
    sessions.set(id, { user, csrf: randomBytes(8).toString("hex") });
    return { status: 200, body: sessionInfo(user, sessions.get(id).csrf), cookie: `${sessionCookie}=${id}; HttpOnly; SameSite=Lax; Path=/` };
  }
  const list = (items) => ({ items, next: "" });
  function audit(user, action, object, before, after) {
    world.audit.unshift({ id: newId("au"), at_ms: Date.now(), actor_id: user.id, actor_name: user.name, action, object, before, after, address: "127.0.0.1" });
  }
  function collection(items, prefix, action, defaults = () => ({})) {
    return {
      get: () => list(items),
      post: (body, user) => {
        const item = { id: newId(prefix), ...defaults(user), ...body };
        items.push(item);
        audit(user, `${action}.created`, item.id, null, body);
        return item;
      },
      change: (id, body, user) => {
        const item = items.find((i) => i.id === id);
        if (!item) return missing();
        const before = structuredClone(item);
        Object.assign(item, body);
        audit(user, `${action}.changed`, id, before, item);
        return item;
      },
      remove: (id, user) => {
        const at = items.findIndex((i) => i.id === id);
        if (at < 0) return missing();
        audit(user, `${action}.deleted`, id, items[at], null);
        items.splice(at, 1);
        return null;
      },
    };
  }
  const collections = {
    units: collection(world.units, "un", "unit", () => ({ code: "" })),
    teams: collection(world.teams, "tm", "team", () => ({ member_count: 0 })),
    roles: collection(world.roles, "rl", "role", () => ({ key: "" })),
    users: collection(world.users, "us", "user", () => ({ display_name: "", team_ids: [], locale: "zh_CN", capacity: 5, disabled: false, totp_enabled: false, created_at_ms: Date.now() })),
    "canned-replies": collection(world.canned, "cr", "canned_reply", (user) => ({ owner_id: user.id, updated_at_ms: Date.now() })),
    widgets: collection(world.widgets, "wg", "widget", () => ({ key: `wk_${randomBytes(5).toString("hex")}` })),
    tokens: collection(world.tokens, "tk", "token", (user) => ({ hint: randomBytes(2).toString("hex"), created_by: user.id, created_at_ms: Date.now() })),
  };

  function conversationList(query, user) {
    const box = query.get("box") ?? "mine";
    const words = (query.get("search") ?? "").toLowerCase();
    const items = [...world.conversations.values()].filter((c) => {
      if (words) return `${c.customer.name}${c.customer.label}${c.last_preview}`.toLowerCase().includes(words);
      if (box === "mine") return c.state !== "closed" && (c.agent?.id === user.id || c.participants.some((p) => p.id === user.id));
      if (box === "queue") return c.state === "queued" || c.state === "promised";
      return query.get("closed") ? true : c.state !== "closed";
    });
    return { items: items.sort((a, b) => b.updated_at_ms - a.updated_at_ms), next: "", last_seq: lastSeq() };
  }

  function conversationRoute(method, c, rest, query, body, user) {
    const [verb, arg] = rest;
    const thread = world.threads.get(c.id);
    if (!verb && method === "GET") {
      return { conversation: c, customer: world.customers.get(c.customer.id), pages: world.pages.get(c.id) ?? [], messages: thread.slice(-50), episodes: world.episodes.get(c.id) ?? [], last_seq: lastSeq() };
    }
    if (!verb && method === "PATCH") return transition(c, "changed", user, { priority: body.priority ?? c.priority });
    if (verb === "messages" && method === "GET") {
      const before = Number(query.get("before_seq") ?? 0);
      const after = Number(query.get("after_seq") ?? 0);
      const limit = Number(query.get("limit") ?? 50);
      if (before) return { items: thread.filter((m) => m.seq < before).slice(-limit) };
      return { items: thread.filter((m) => m.seq > after).slice(0, limit) };
    }
    if (verb === "messages") {
      const known = byKey.get(body.client_msg_id);
      if (known) return { message: known, conversation: c, duplicate: true };
      if (body.text?.includes("拒绝")) return fail(400, "invalid_argument", "conversation.text_too_long", "消息太长，最多 5000 字。请分几条发送。");
      if (c.state === "closed") transition(c, "reopened", user, { state: "assigned", agent: summary(user), closed_at_ms: undefined }, { agent: summary(user).name });
      const quoted = body.quote_id && thread.find((m) => m.id === body.quote_id);
      const message = addMessage(c, { kind: "agent", ...summary(user) }, {
        client_msg_id: body.client_msg_id, kind: body.kind ?? "text", text: body.text ?? "", file: body.file_id ? files.get(body.file_id)?.info : undefined,
        quote: quoted ? { id: quoted.id, author_name: quoted.author.name, preview: quoted.text.slice(0, 80) } : undefined, mentions: body.mentions ?? [],
      });
      byKey.set(body.client_msg_id, message);
      setTimeout(() => markCustomer(c, message.seq, false), 900);
      setTimeout(() => markCustomer(c, message.seq, true), 2500);
      return { message, conversation: c, duplicate: false };
    }
    if (verb === "receipts") {
      markAgent(c, body);
      return null;
    }
    if (verb === "grab") {
      if (c.state !== "queued" && c.state !== "promised") return fail(409, "conflict", "conversation.already_taken", `手慢了，${c.agent?.name ?? "同事"}已经接起这个会话。`);
      return transition(c, "assigned", user, { state: "assigned", agent: summary(user), queued_at_ms: undefined, promised_at_ms: undefined, assign_reason: "conversation.grabbed" }, { agent: summary(user).name });
    }
    if (verb === "transfer") {
      const to = world.users.find((u) => u.id === body.agent_id);
      const team = world.teams.find((t) => t.id === body.team_id);
      const change = to ? { state: "assigned", agent: summary(to) } : { state: "queued", agent: undefined, team_id: team.id, queued_at_ms: Date.now() };
      transition(c, "transferred", user, change, to ? { agent: summary(to).name } : { team: team.name }, { note: body.note ?? "" });
      if (body.note) addMessage(c, { kind: "agent", ...summary(user) }, { kind: "note", text: body.note });
      return c;
    }
    if (verb === "close") return transition(c, "closed", user, { state: "closed", closed_at_ms: Date.now(), waiting_since_ms: undefined }, { agent: summary(user).name, reason: "agent" });
    if (verb === "reopen") return transition(c, "reopened", user, { state: "assigned", agent: summary(user), closed_at_ms: undefined }, { agent: summary(user).name });
    if (verb === "participants") {
      const colleague = world.users.find((u) => u.id === arg);
      const others = c.participants.filter((p) => p.id !== arg);
      transition(c, "changed", user, { participants: method === "PUT" ? [...others, summary(colleague)] : others });
      system(c, method === "PUT" ? "conversation.participant_joined" : "conversation.participant_left", { agent: summary(colleague).name }, true);
      return c;
    }
    return missing();
  }
  function markCustomer(c, seq, read) {
    const r = c.receipts;
    if ((read ? r.customer_read_seq : r.customer_delivered_seq) >= seq) return;
    r.customer_delivered_seq = Math.max(r.customer_delivered_seq, seq);
    if (read) r.customer_read_seq = seq;
    c.version += 1;
    emit("receipts.moved", { conversation_id: c.id, receipts: { ...r }, unread: c.unread, version: c.version });
  }
  function markAgent(c, { delivered_seq = 0, read_seq = 0 }) {
    const r = c.receipts;
    if (delivered_seq <= r.agent_delivered_seq && read_seq <= r.agent_read_seq) return;
    r.agent_delivered_seq = Math.max(r.agent_delivered_seq, delivered_seq);
    r.agent_read_seq = Math.max(r.agent_read_seq, read_seq);
    c.unread = world.threads.get(c.id).filter((m) => m.author.kind === "customer" && m.seq > r.agent_read_seq).length;
    c.version += 1;
    emit("receipts.moved", { conversation_id: c.id, receipts: { ...r }, unread: c.unread, version: c.version });
  }

  function open(method, parts, body) {
    if (parts[0] === "setup" && method === "GET") return { needed: setupNeeded, demo: true };
    if (parts[0] === "setup") {
      setupNeeded = false;
      Object.assign(world.tenant, { name: body.company, locale: body.locale });
      Object.assign(world.users[0], { name: body.admin_name, login: body.login });
      return openSession(world.users[0]);
    }
    const user = world.users.find((u) => u.login === body.login?.toLowerCase() && !u.disabled);
    if (!user || body.password !== "demo12345") return fail(401, "unauthenticated", "auth.wrong_credentials", "账号或密码不对。忘记密码请联系管理员重置。");
    if (user.login === "totp" && !body.code) return fail(401, "unauthenticated", "auth.code_required", "请输入验证码。");
    if (user.login === "totp" && body.code !== "123456") return fail(401, "unauthenticated", "auth.wrong_code", "验证码不对或已过期，请输入最新的 6 位数字。");
    return openSession(user);
  }

  async function route(method, parts, query, body, raw, request, session) {
    const { user, csrf } = session;
    const [area, id, verb] = parts;
    if (area === "auth") {
      if (id === "session") return sessionInfo(user, csrf);
      if (id === "totp" && verb === "begin") return { secret_base32: "JBSWY3DPEHPK3PXP", uri: `otpauth://totp/Yingda:${user.login}?secret=JBSWY3DPEHPK3PXP&issuer=Yingda` };
      if (id === "totp" && verb === "confirm") {
        if (body.code !== "123456") return fail(400, "invalid_argument", "auth.wrong_code", "验证码不对，请确认手机时间准确后再试。");
        user.totp_enabled = true;
      }
      if (id === "totp" && verb === "disable") user.totp_enabled = false;
      if (id === "password" && body.current !== "demo12345") return fail(400, "invalid_argument", "auth.wrong_password", "当前密码不对。", [{ field: "current", reason: "auth.wrong_password", message: "当前密码不对。" }]);
      return null;
    }
    const supervised = supervision.route(method, parts, query, body, user);
    if (supervised !== undefined) return supervised;
    if (area === "tenant") return method === "GET" ? world.tenant : Object.assign(world.tenant, body);
    if (area === "audit") {
      const after = Number(query.get("after") || 0);
      return { items: world.audit.slice(after, after + 50), next: world.audit.length > after + 50 ? String(after + 50) : "" };
    }
    if (area === "agents") {
      if (method === "GET") return { items: world.agents };
      const agent = Object.assign(agentOf(user), { state: body.state, reason: body.reason ?? "", since_at_ms: Date.now() });
      emit("agent.state_changed", agent);
      return agent;
    }
    if (area === "events" && id === "frames") return body.frames.forEach((f) => clientFrame(pollClient(user), f)), null;
    if (area === "events") return poll(user, query);
    if (area === "files" && method === "POST") {
      const info = { id: newId("fl"), name: query.get("name") ?? "file", content_type: request.headers["content-type"] ?? "application/octet-stream", bytes: raw.length, width: 0, height: 0, duration_ms: 0, thumbnail: false };
      files.set(info.id, { info, raw });
      return info;
    }
    if (area === "customers") {
      const customer = world.customers.get(id);
      if (!customer) return missing();
      if (method === "GET") return customer;
      Object.assign(customer, body);
      emit("customer.changed", customer);
      for (const c of world.conversations.values()) {
        if (c.customer.id !== id) continue;
        transition(c, "changed", user, { customer: { id, name: customer.name, label: customer.label, level: customer.level } });
      }
      return customer;
    }
    if (area === "conversations") {
      if (!id) return conversationList(query, user);
      const c = world.conversations.get(id);
      return c ? conversationRoute(method, c, parts.slice(2), query, body, user) : fail(404, "not_found", "conversation.not_found", "这个会话不存在，或您无权查看。");
    }
    if (area === "messages") {
      for (const [cv, thread] of world.threads) {
        const message = thread.find((m) => m.id === id);
        if (!message) continue;
        if (Date.now() - message.created_at_ms > world.tenant.recall_window_ms) return fail(409, "conflict", "conversation.recall_too_late", "已超过可撤回的时间。");
        Object.assign(message, { text: "", file: undefined, quote: undefined, recalled_at_ms: Date.now() });
        emit("message.recalled", { conversation: touch(world.conversations.get(cv)), message });
        return message;
      }
      return missing();
    }
    const answer = settings.route(method, parts, query, body);
    if (answer !== undefined) return answer;
    const set = collections[area];
    if (!set) return missing();
    if (verb === "password" || verb === "totp") return null;
    if (verb === "identity-key") return { identity_key: randomBytes(24).toString("base64url") };
    if (area === "canned-replies" && body) {
      const { shared, ...rest } = body;
      body = { ...rest, owner_id: shared ? undefined : user.id, updated_at_ms: Date.now() };
    }
    if (area === "tokens" && method === "POST") {
      const token = set.post(body, user);
      return { token, secret: `yd_${randomBytes(18).toString("base64url")}${token.hint}` };
    }
    if (area === "users" && method === "POST" && world.users.some((u) => u.login === body.login)) return fail(409, "conflict", "org.login_taken", "这个登录名已有人使用。", [{ field: "login", reason: "org.login_taken", message: "这个登录名已有人使用。" }]);
    if (area === "users" && body) delete body.password;
    if (method === "GET") return id ? (set.get().items.find((i) => i.id === id) ?? missing()) : set.get();
    if (method === "POST") return set.post(body, user);
    if (method === "DELETE") return set.remove(id, user);
    return set.change(id, body, user);
  }

  function picture() {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="420" viewBox="0 0 640 420"><rect width="640" height="420" fill="#d8e0d6"/><rect y="300" width="640" height="120" fill="#b08a5e"/><g transform="translate(230 70)"><path d="M10 40Q90 10 170 40L160 250Q90 275 20 250Z" fill="#2f6b4f"/><path d="M10 40Q90 10 170 40Q90 70 10 40" fill="#3e8362"/><path d="M120 90Q95 130 125 175Q140 130 120 90" fill="#1d4936"/><rect x="52" y="110" width="58" height="90" rx="4" fill="#f1e7cf"/><text x="81" y="150" font-size="26" text-anchor="middle" fill="#2f6b4f" font-family="serif">龙</text><text x="81" y="184" font-size="26" text-anchor="middle" fill="#2f6b4f" font-family="serif">井</text></g></svg>`;
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://mock");
    const send = (status, body, headers = {}) => {
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(body === null || body === undefined ? undefined : JSON.stringify(body));
    };
    try {
      if (url.pathname === "/mock/offer") return send(200, supervision.offer(url.searchParams.get("agent"), url.searchParams.get("kind") ?? "ring"));
      if (url.pathname === "/mock/say") return send(200, say(url.searchParams.get("id"), url.searchParams.get("text")));
      if (url.pathname === "/mock/cut") return clients.forEach((c) => c.cut?.()), send(204, null);
      if (url.pathname === "/mock/typing") {
        const id = url.searchParams.get("id");
        const text = url.searchParams.get("text") ?? "";
        ephemeral({ t: "typing", id, side: "customer", by: "", name: "", on: Boolean(text), preview: text });
        return send(204, null);
      }
      if (url.pathname.startsWith("/console")) return await serveBuilt(url.pathname, response);
      if (!url.pathname.startsWith("/api/v1/")) return send(404, null);
      const parts = url.pathname.slice(8).split("/").map(decodeURIComponent);
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const raw = Buffer.concat(chunks);
      const body = raw.length && (request.headers["content-type"] ?? "").includes("json") ? JSON.parse(raw) : undefined;
      const cookie = new RegExp(`${sessionCookie}=([0-9a-f]+)`).exec(request.headers.cookie ?? "")?.[1];
      const session = sessions.get(cookie);
      let answer;
      if (parts[0] === "setup" || (parts[0] === "auth" && parts[1] === "login")) answer = open(request.method, parts, body ?? {});
      else if (!session) answer = fail(401, "unauthenticated", "auth.no_session", "请先登录。");
      else if (parts[0] === "auth" && parts[1] === "logout") answer = (sessions.delete(cookie), null);
      else if (parts[0] === "files" && request.method === "GET") {
        const file = files.get(parts[1]);
        response.writeHead(200, { "Content-Type": file ? file.info.content_type : "image/svg+xml" });
        return response.end(file ? file.raw : picture());
      } else answer = await route(request.method, parts, url.searchParams, body, raw, request, session);
      if (answer === null) return send(204, null);
      if (answer?.status && answer?.body) return send(answer.status, answer.body, answer.cookie ? { "Set-Cookie": answer.cookie } : {});
      return send(200, answer);
    } catch (error) {
      console.error(error);
      return send(500, { code: "internal", reason: "internal", message: "服务器出错了，请稍后重试。" });
    }
  });

  // --- live

  function clientFrame(client, frame) {
    if (frame.t === "board") {
      client.board = frame.on;
      if (frame.on) client.send({ t: "board", board: supervision.board() });
      return;
    }
    if (frame.t === "watch" && frame.silent) {
      client.watch.add(frame.id);
      client.unseen.add(frame.id);
      return client.send({ t: "presence", id: frame.id, agents: [] });
    }
    if (frame.t === "watch" && world.conversations.has(frame.id)) client.watch.add(frame.id);
    if (frame.t === "unwatch") for (const set of [client.watch, client.unseen]) set.delete(frame.id);
    if (frame.t === "watch" || frame.t === "unwatch") presence(frame.id);
    if (frame.t === "all") client.all = frame.on;
    if (frame.t === "typing") ephemeral({ t: "typing", id: frame.id, side: "agent", by: client.user.id, name: client.user.name, on: frame.on }, client);
    if (frame.t === "receipts") markAgent(world.conversations.get(frame.id), frame);
    if (frame.t === "ping") client.send({ t: "pong" });
  }
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const cookie = new RegExp(`${sessionCookie}=([0-9a-f]+)`).exec(request.headers.cookie ?? "")?.[1];
    const session = sessions.get(cookie);
    if (blockSockets || !session) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const client = {
        user: session.user, watch: new Set(), unseen: new Set(), all: false, sent: 0, live: false,
        send: (frame) => ws.readyState === 1 && ws.send(JSON.stringify(frame)),
        cut: () => ws.terminate(),
        offer(event) {
          if (!this.live || !sees(this, event)) return;
          this.send({ ...event, prev: this.sent });
          this.sent = event.seq;
        },
      };
      clients.add(client);
      ws.on("close", () => {
        clients.delete(client);
        for (const id of client.watch) presence(id);
      });
      ws.on("message", (data) => {
        const frame = JSON.parse(data);
        if (frame.t !== "hello") return clientFrame(client, frame);
        Object.assign(client, { live: true, all: frame.all, sent: frame.since, watch: new Set([...frame.watch, ...(frame.watch_silent ?? [])]), unseen: new Set(frame.watch_silent ?? []) });
        for (const event of log.slice(frame.since)) client.offer(event);
        client.sent = lastSeq();
        client.send({ t: "welcome", last_seq: lastSeq(), socket: "mock" });
        for (const id of client.watch) presence(id);
      });
    });
  });
  const pollers = new Map();
  function pollClient(user) {
    if (!pollers.has(user.id)) {
      const client = { user, watch: new Set(), unseen: new Set(), all: false, queue: [], wake: () => {}, send(f) { this.queue.push(f); this.wake(); }, offer() { this.wake(); } };
      pollers.set(user.id, client);
      clients.add(client);
    }
    return pollers.get(user.id);
  }
  async function poll(user, query) {
    const client = pollClient(user);
    const since = Number(query.get("since"));
    client.watch = new Set((query.get("watch") ?? "").split(",").filter(Boolean));
    client.all = query.get("all") === "true";
    const take = () => log.slice(since).filter((event) => sees(client, event)).map((event) => ({ ...event, prev: since }));
    if (take().length === 0 && client.queue.length === 0) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Number(query.get("wait_s")) * 1000);
        client.wake = () => (clearTimeout(timer), setTimeout(resolve, 5));
      });
    }
    const queue = client.queue.splice(0);
    return { events: [...take(), ...queue], last_seq: lastSeq(), resync: false };
  }

  const words = ["好的，谢谢", "那我再看看", "大概什么时候能到？", "可以便宜一点吗", "麻烦开一下发票", "收到，我试一下"];
  const timer = lively && setInterval(() => say(`cv_${1 + Math.floor(Math.random() * 7)}`, words[Math.floor(Math.random() * words.length)]), 5000);
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () =>
      resolve({
        world, say, port: server.address().port,
        stop: () => { clearInterval(timer); for (const c of clients) c.cut?.(); server.closeAllConnections(); server.close(); },
      }),
    );
  });
}

if (process.argv[1]?.endsWith("mock-server.mjs")) {
  const has = (flag) => process.argv.includes(flag);
  const mock = await startMock({ port: Number(process.env.PORT ?? 4010), lively: has("--lively"), setup: has("--setup"), blockSockets: has("--block-sockets") });
  console.log(`mock server on http://127.0.0.1:${mock.port}`);
}
