// Makes S3 calls with the JavaScript SDK: one line of JSON in, one line out (../README.md). A `stream` is sent as a
// stream of unknown length, in pieces; a body that comes back is told as base64.
const readline = require("node:readline");
const { Readable } = require("node:stream");
const sdk = require("@aws-sdk/client-s3");

const { AWS_ENDPOINT_URL: endpoint, AWS_DEFAULT_REGION: region } = process.env;
const clients = new Map();

function client(style) {
  if (!clients.has(style)) {
    clients.set(style, new sdk.S3Client({ region, endpoint, forcePathStyle: style !== "virtual", maxAttempts: 1 }));
  }
  return clients.get(style);
}

function input({ stream, length, ...given }) {
  if (stream === undefined) return given;
  const pieces = stream.match(/[^]{1,1000}/g) ?? [];
  const known = length ? { ContentLength: length } : {};
  return { ...given, ...known, Body: Readable.from(pieces.map((piece) => Buffer.from(piece))) };
}

async function answer({ operation, style, input: given }) {
  try {
    const { $metadata, Body, ...output } = await client(style).send(new sdk[`${operation}Command`](input(given)));
    const body = Body ? Buffer.from(await Body.transformToByteArray()).toString("base64") : undefined;
    return { output: { ...output, body }, requestId: $metadata.requestId };
  } catch (error) {
    // Whatever is no answer of the service is a failure of the client.
    if (!error.$response) return { failure: String(error.stack ?? error) };
    return { error: error.name, message: error.message, requestId: error.$metadata.requestId };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
}

main();
