// The ordinary way to build such a chat: socket.io with rooms, one INSERT and one UPDATE a message in PostgreSQL, ack after the
// commit. Written for the comparison of `yingda bench chat --peer`.
import { createServer } from "node:http";
import pg from "pg";
import { Server } from "socket.io";

const [port, url] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 16 });
await pool.query(`CREATE TABLE IF NOT EXISTS conversation (id BIGINT PRIMARY KEY, last_seq BIGINT NOT NULL, last_text TEXT, updated_at TIMESTAMPTZ);
  CREATE TABLE IF NOT EXISTS message (id BIGSERIAL PRIMARY KEY, conversation_id BIGINT NOT NULL, seq BIGINT NOT NULL, author TEXT NOT NULL,
    client_msg_id TEXT NOT NULL, text TEXT NOT NULL, created_at TIMESTAMPTZ NOT NULL DEFAULT now(), UNIQUE (conversation_id, author, client_msg_id))`);

const server = createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false });
let agents = 0;

async function store(conversation, author, key, text) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const moved = await client.query(
      `INSERT INTO conversation (id, last_seq, last_text, updated_at) VALUES ($1, 1, $2, now())
       ON CONFLICT (id) DO UPDATE SET last_seq = conversation.last_seq + 1, last_text = $2, updated_at = now() RETURNING last_seq`, [conversation, text]);
    const added = await client.query(
      "INSERT INTO message (conversation_id, seq, author, client_msg_id, text) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id",
      [conversation, moved.rows[0].last_seq, author, key, text]);
    await client.query("COMMIT");
    return { seq: moved.rows[0].last_seq, id: added.rows[0]?.id };
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

io.on("connection", (socket) => {
  const { role, token } = socket.handshake.auth;
  if (role === "agent") {
    socket.join(`agent:${agents++}`);
    socket.on("send", async ({ conversation_id: id, client_msg_id: key, text }) => {
      const stored = await store(Number(id), "agent", key, text);
      socket.emit("ack", { client_msg_id: key, ...stored });
      io.to(`visitor:${id}`).emit("message", { conversation_id: String(id), ...stored, text });
    });
  } else {
    const id = Number(token);
    socket.join(`visitor:${id}`);
    socket.on("send", async ({ client_msg_id: key, text }) => {
      const stored = await store(id, "visitor", key, text);
      socket.emit("ack", { client_msg_id: key, ...stored });
      io.to(`agent:${id % Math.max(1, agents)}`).emit("message", { conversation_id: String(id), ...stored, text });
    });
  }
  socket.emit("welcome", {});
});
server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
process.on("SIGTERM", () => process.exit(0));
