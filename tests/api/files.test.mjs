// Uploads: what they are, who may see them, how they are served.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Visitor, eventually, refused, signIn, startServer } from "./helper.mjs";

let server, wang, li;
before(async () => {
  server = await startServer();
  wang = await signIn(server, "wang@demo");
  li = await signIn(server, "li@demo");
  await wang.ok("PUT", "/agents/me/state", { state: "busy" });
});
after(() => server.stop());

const upload = (client, name, bytes, headers = { "content-type": "application/octet-stream" }) =>
  client.call("POST", `/files?name=${encodeURIComponent(name)}`, bytes, headers);

/** A real PNG of one colour. */
function png(width, height) {
  const crcOf = (data) => {
    let c = ~0;
    for (const byte of data) { c ^= byte; for (let k = 0; k < 8; ++k) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1; }
    return ~c >>> 0;
  };
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crcOf(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((width * 3 + 1) * height, 120);
  for (let y = 0; y < height; ++y) rows[y * (width * 3 + 1)] = 0;
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

test("Picture_Uploaded_HasSizeTypeAndThumbnail", async () => {
  const bytes = png(900, 300);
  const { json: file } = await upload(wang, "照片.jpg", bytes, { "content-type": "image/jpeg" });
  assert.deepEqual([file.content_type, file.width, file.height, file.thumbnail, file.bytes, file.name], ["image/png", 900, 300, true, bytes.length, "照片.jpg"]);
  const back = await wang.get(`/files/${file.id}`);
  assert.deepEqual(back.bytes, bytes);
  assert.equal(back.headers.get("content-type"), "image/png");
  assert.match(back.headers.get("content-disposition"), /^inline; .*filename\*=UTF-8''%E7%85%A7/);
  assert.equal(back.headers.get("x-content-type-options"), "nosniff");
  assert.match(back.headers.get("content-security-policy"), /^sandbox/);
  const thumbnail = await wang.get(`/files/${file.id}/thumbnail`);
  assert.equal(thumbnail.headers.get("content-type"), "image/jpeg");
  assert.equal(thumbnail.bytes.readUInt16BE(0), 0xffd8);
  assert.ok(thumbnail.bytes.length < 20_000);
  assert.match((await wang.get(`/files/${file.id}?download=1`)).headers.get("content-disposition"), /^attachment/);
});

test("Multipart_FieldFile_IsTaken", async () => {
  const form = new FormData();
  form.append("other", "x");
  form.append("file", new Blob(["a,b\n1,2\n"]), "../表.csv");
  const answer = await wang.call("POST", "/files", form);
  assert.equal(answer.status, 200, answer.bytes.toString());
  assert.deepEqual([answer.json.name, answer.json.content_type], ["表.csv", "text/csv"]);
  const empty = new FormData();
  empty.append("nothing", "x");
  refused(await wang.call("POST", "/files", empty), 400, "request.invalid_fields");
  refused(await wang.call("POST", "/files", "--x\r\nbroken", { "content-type": "multipart/form-data; boundary=x" }), 400);
});

test("DangerousFiles_AreOnlyDownloads", async () => {
  for (const [name, text] of [["a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"], ["a.html", "<!doctype html><script>alert(1)</script>"], ["a.png", "<html><script>x</script>"], ["a.exe", "MZ\x90\x00\x03\x00"]]) {
    const { json: file } = await upload(wang, name, Buffer.from(text, "latin1"));
    const back = await wang.get(`/files/${file.id}`);
    assert.equal(back.headers.get("content-type"), "application/octet-stream", name);
    assert.match(back.headers.get("content-disposition"), /^attachment/, name);
  }
});

test("Ranges_OfAFile_AreServed", async () => {
  const { json: file } = await upload(wang, "a.txt", "0123456789");
  const part = await wang.get(`/files/${file.id}`, { range: "bytes=2-4" });
  assert.equal(part.status, 206);
  assert.equal(part.bytes.toString(), "234");
  assert.equal((await wang.get(`/files/${file.id}`, { range: "bytes=50-" })).status, 416);
});

test("LargeBody_IsSpooledAndWhole", async () => {
  const bytes = Buffer.alloc(8 * 1024 * 1024, 7);
  const { json: file } = await upload(wang, "a.bin", bytes);
  assert.equal(file.bytes, bytes.length);
  assert.ok((await wang.get(`/files/${file.id}`)).bytes.equals(bytes));
  assert.deepEqual(readdirSync(join(server.store.data, "spool")), []);
});

test("EmptyOrTooLarge_IsRefused", async () => {
  refused(await upload(wang, "a", ""), 400, "files.empty");
  const answer = await upload(wang, "a", Buffer.alloc(51 * 1024 * 1024)).catch((error) => error);
  if (!(answer instanceof Error)) refused(answer, 413);
});

test("OthersFile_IsNotFoundUntilItStandsInAConversationTheySee", async () => {
  const { json: file } = await upload(wang, "a.txt", "secret words");
  refused(await li.get(`/files/${file.id}`), 404);
  refused(await wang.get(`/files/${file.id}/thumbnail`), 404, "files.no_thumbnail");

  const visitor = new Visitor(server);
  const session = await visitor.begin();
  await visitor.say("发我资料");
  const admin = await signIn(server, "admin@demo");
  const conversation = await eventually(async () => (await admin.ok("GET", "/conversations?box=all")).items.find((c) => c.customer.id === session.customer.id && c.team_id), "listed");
  await wang.ok("POST", `/conversations/${conversation.id}/grab`);
  const sent = await wang.ok("POST", `/conversations/${conversation.id}/messages`, { client_msg_id: "f-1", kind: "file", file_id: file.id });
  assert.equal(sent.message.file.id, file.id);
  assert.equal((await admin.get(`/files/${file.id}`)).status, 200);
  refused(await li.get(`/files/${file.id}`), 404);
});

test("RefusedUpload_LeavesNoBytes", async () => {
  const count = () => readdirSync(join(server.store.data, "files"), { recursive: true }).filter((n) => n.length > 10).length;
  const before = count();
  refused(await wang.call("POST", "/files?name=a.txt&nonsense=1", "bytes"), 400);
  assert.equal(count(), before);
});
