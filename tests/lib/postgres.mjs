// Databases of their own on the private PostgreSQL that the test script started.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";

/** An empty database beside the one of `url`; gives its URL. */
export function freshDatabase(url) {
  const name = `t_${randomBytes(6).toString("hex")}`;
  query(url, `CREATE DATABASE ${name}`);
  return url.replace(/\/[^/]*$/, `/${name}`);
}

export function query(url, sql) {
  return execFileSync("psql", [url, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql], { encoding: "utf8" });
}
