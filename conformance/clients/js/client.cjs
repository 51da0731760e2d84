// Makes CloudTrail calls with the JavaScript SDK: one line of JSON in, one line out (../README.md).
const readline = require("node:readline");
const sdk = require("@aws-sdk/client-cloudtrail");

const clients = new Map();

function client(region) {
  if (!clients.has(region)) {
    const endpoint = process.env.AWS_ENDPOINT_URL;
    clients.set(region, new sdk.CloudTrailClient({ region, endpoint, maxAttempts: 1 }));
  }
  return clients.get(region);
}

function input(given) {
  const times = ["StartTime", "EndTime"].filter((name) => name in given);
  return { ...given, ...Object.fromEntries(times.map((name) => [name, new Date(given[name])])) };
}

async function answer({ operation, region, input: given }) {
  try {
    const { $metadata, ...output } = await client(region).send(new sdk[`${operation}Command`](input(given)));
    return { output };
  } catch (error) {
    // Whatever is no answer of the service is a failure of the client.
    if (!error.$response) return { failure: String(error.stack ?? error) };
    return { error: error.name, message: error.message };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
}

main();
