import { createHash, createHmac } from "node:crypto";

/** A call that is to be signed. */
export interface Call {
  service: string;
  region: string;
  path: string;
  query: string;
  method: string;
  body: Buffer;
  key: string;
  secret: string;
  target: string;
}

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");

/** Signs a call as Signature Version 4 has it, and says how to send it. */
export function sign(call: Call, incoming: Record<string, string | string[] | undefined>) {
  const at = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = at.slice(0, 8);
  const payload = sha256(call.body);
  const headers: Record<string, string> = {
    host: new URL(call.target).host,
    "x-amz-content-sha256": payload,
    "x-amz-date": at,
  };
  for (const name of ["content-type", "x-amz-target"]) {
    const value = incoming[name];
    if (typeof value === "string") headers[name] = value;
  }
  const names = Object.keys(headers).sort();
  const query = call.query.split("&").filter(Boolean).sort().join("&");
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const canonical = [call.method, call.path, query, lines, names.join(";"), payload].join("\n");
  const scope = `${day}/${call.region}/${call.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", at, scope, sha256(canonical)].join("\n");
  const keys = [call.region, call.service, "aws4_request"];
  const signing = keys.reduce((parent, part) => hmac(parent, part), hmac(`AWS4${call.secret}`, day));
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${call.key}/${scope}, SignedHeaders=${names.join(";")}, Signature=${hmac(signing, text).toString("hex")}`;
  delete headers.host;
  const url = `${call.target}${call.path}${call.query ? `?${call.query}` : ""}`;
  const body = call.body.length > 0 ? new Uint8Array(call.body) : null;
  return { url, init: { method: call.method, headers, body } };
}
