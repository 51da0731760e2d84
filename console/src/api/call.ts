/**
 * Calls of the public API. The server takes `/_cairn/console/call/SERVICE/REGION/PATH` for a call of PATH that is
 * signed for SERVICE and REGION, with the session's cookie in place of a signature.
 */
import { Refusal, readRefusal } from "./refusal";

export { Refusal } from "./refusal";

const BASE = import.meta.env.BASE_URL;

let csrf = "";
let onSignedOut: () => void = () => {};

/** Tells calls which token goes with them. */
export function bindCalls(token: string): void {
  csrf = token;
}

/** Tells calls whom to tell that the session has ended. */
export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell;
}

/** The URL of a path of the public API. A Region may come from an address that somebody else wrote. */
export const urlOf = (service: string, region: string, path: string): string =>
  `${BASE}call/${encodeURIComponent(service)}/${encodeURIComponent(region)}${path}`;

/** Sends a request, and gives the answer if it is a good one. */
export async function send(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await sendUnsigned(url, init);
  } catch (error) {
    if (error instanceof Refusal && /^(SignedOut|NotSignedIn)$/.test(error.code)) onSignedOut();
    throw error;
  }
}

/** Does so where it is no news that nobody is signed in. */
export async function sendUnsigned(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("x-cairn-csrf", csrf);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Refusal("Unreachable", "Cairn does not answer. Is the server running?", 0);
  }
  if (response.ok) return response;
  throw await readRefusal(response);
}

/** Calls an operation of CloudTrail. */
export async function cloudtrail<Answer>(
  region: string,
  operation: string,
  input: object = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await send(urlOf("cloudtrail", region, "/"), {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`,
    },
    body: JSON.stringify(input),
    ...(signal ? { signal } : {}),
  });
  return (await response.json()) as Answer;
}

/** Asks one of Cairn's own pages, `/_cairn/…`, with a JSON body where there is one. */
export async function page<Answer>(
  region: string,
  path: string,
  input?: object,
  signal?: AbortSignal,
): Promise<Answer> {
  return (await pageResponse(region, path, input, signal)).json() as Promise<Answer>;
}

/** Asks a page that answers JSON lines, as they come. */
export async function* pageLines<Line>(
  region: string,
  path: string,
  input?: object,
  signal?: AbortSignal,
): AsyncGenerator<Line> {
  const response = await pageResponse(region, path, input, signal);
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line) yield JSON.parse(line) as Line;
  }
  // A line without its end is half of one, where the server went away politely.
  if (rest) yield lastLine<Line>(rest);
}

function lastLine<Line>(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch (error) {
    return brokenOff(error);
  }
}

/** Tells of an answer that began, and did not come to its end. */
export function brokenOff(error: unknown): never {
  if (isAbort(error)) throw error;
  throw new Refusal("Unreachable", "The answer broke off before its end.", 0);
}

const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";

export function pageResponse(region: string, path: string, input?: object, signal?: AbortSignal) {
  const sent = input
    ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(input) }
    : {};
  return send(urlOf("cloudtrail", region, path), { ...sent, ...(signal ? { signal } : {}) });
}

/** Calls an action of IAM, STS, SNS …: a form goes, XML comes. */
export async function query(
  service: string,
  region: string,
  version: string,
  action: string,
  input: Record<string, string> = {},
): Promise<Document> {
  const response = await send(urlOf(service, region, "/"), {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ Action: action, Version: version, ...input }).toString(),
  });
  return new DOMParser().parseFromString(await response.text(), "text/xml");
}
