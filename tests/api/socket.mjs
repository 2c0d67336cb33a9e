// A WebSocket client for tests: text frames only, no compression. Node 20 has none of its own.
import http from "node:http";
import { randomBytes } from "node:crypto";

/** Opens the agents' socket as this client; `frames` grows with what comes. */
export async function openSocket(server, client) {
  const socket = await new Promise((resolve, reject) => {
    const request = http.request(`${server.url}/api/v1/socket`, {
      headers: {
        connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"), origin: server.url,
        ...(client.token ? { authorization: `Bearer ${client.token}` } : { cookie: client.cookie }),
      },
    });
    request.on("upgrade", (_answer, raw, head) => { if (head.length > 0) raw.unshift(head); resolve(raw); });
    request.on("response", (answer) => reject(new Error(`no upgrade: ${answer.statusCode}`)));
    request.on("error", reject);
    request.end();
  });
  socket.unref();
  const frames = [];
  let pending = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      if (pending.length < 2) return;
      const short = pending[1] & 127;
      const head = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (pending.length < head) return;
      const size = short === 127 ? Number(pending.readBigUInt64BE(2)) : short === 126 ? pending.readUInt16BE(2) : short;
      if (pending.length < head + size) return;
      if ((pending[0] & 15) === 1) frames.push(JSON.parse(pending.subarray(head, head + size).toString()));
      pending = pending.subarray(head + size);
    }
  });
  return {
    frames,
    send(frame) {
      const body = Buffer.from(JSON.stringify(frame));
      const mask = randomBytes(4);
      const head = body.length < 126 ? Buffer.from([0x81, 0x80 | body.length])
        : Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 255]);
      socket.write(Buffer.concat([head, mask, body.map((byte, i) => byte ^ mask[i % 4])]));
    },
    close() { socket.destroy(); },
  };
}
