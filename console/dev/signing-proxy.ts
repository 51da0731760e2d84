import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { sign } from "./sign.ts";

/**
 * Lets the development server answer without signing in: what the console calls is signed with the key in
 * `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` and sent to the Cairn at `AWS_ENDPOINT_URL`. Without a key,
 * requests go to that Cairn as they are, with the cookies of its sign-in.
 */
export function signingProxy(base: string): Plugin {
  const target = process.env.AWS_ENDPOINT_URL ?? "http://127.0.0.1:4566";
  const key = process.env.AWS_ACCESS_KEY_ID;
  const secret = process.env.AWS_SECRET_ACCESS_KEY;
  const plain = { target, changeOrigin: false };
  return {
    name: "cairn-signing-proxy",
    config: () =>
      key && secret ? {} : { server: { proxy: { [`${base}call`]: plain, [`${base}session`]: plain } } },
    configureServer: (server) => {
      if (!key || !secret) return;
      server.middlewares.use((request, response, next) => {
        const url = request.url ?? "";
        if (url.startsWith(`${base}session`)) return tell(response, developer(key));
        if (!url.startsWith(`${base}call/`)) return next();
        forward(request, response, { key, secret, target, base }).catch((error: unknown) => {
          // A stream that its reader left has begun already.
          if (response.headersSent) response.destroy();
          else response.writeHead(502).end(String(error));
        });
      });
    },
  };
}

function tell(response: ServerResponse, body: unknown) {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { key, secret, target, base }: { key: string; secret: string; target: string; base: string },
) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const call = { ...parse(request.url ?? "", base), method: request.method ?? "GET", key, secret, target };
  const signed = sign({ ...call, body: Buffer.concat(chunks) }, request.headers);
  const leave = new AbortController();
  response.on("close", () => leave.abort());
  const answer = await fetch(signed.url, { ...signed.init, signal: leave.signal });
  const type = answer.headers.get("content-type") ?? "application/octet-stream";
  response.writeHead(answer.status, { "content-type": type });
  if (answer.body) for await (const piece of answer.body) response.write(piece);
  response.end();
}

/** The session that a developer has without signing in. */
function developer(key: string) {
  return {
    Account: { Id: process.env.CAIRN_ACCOUNT ?? "000000000000" },
    Principal: { Type: "IAMUser", Name: key, Arn: "" },
    Region: process.env.AWS_REGION ?? "us-east-1",
    Regions: [process.env.AWS_REGION ?? "us-east-1", "eu-central-1"],
    Expires: new Date(Date.now() + 12 * 3600e3).toISOString(),
    Csrf: "development",
    Mfa: false,
    Version: "development",
  };
}

function parse(url: string, base: string) {
  const rest = url.slice(`${base}call/`.length);
  const [service = "", region = "", ...path] = rest.split("/");
  const [pathname = "", query = ""] = `/${path.join("/")}`.split("?");
  return { service, region, path: pathname, query };
}
