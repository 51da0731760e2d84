/** An answer that is not the one that was asked for. */
export class Refusal extends Error {
  constructor(
    /** The code of the AWS error; `Unreachable` where no answer came, `SignedOut` where the session has ended. */
    readonly code: string,
    message: string,
    readonly status: number,
    /** The id of the request, for whoever looks it up. */
    readonly requestId?: string,
    /** When to try again at the earliest, where the answer says so. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = "Refusal";
  }

  /** Whether the caller's policies don't allow the call. */
  get isDenied(): boolean {
    return /AccessDenied|UnauthorizedOperation|NotAuthorized/.test(this.code);
  }

  /** Whether there were too many requests, so that the same may be answered a little later. */
  get isThrottled(): boolean {
    return this.status === 429 || /Throttl|TooManyRequests|SlowDown|RequestLimitExceeded/.test(this.code);
  }

  /** The action that the caller's policies lack, where the message names it. */
  get action(): string | undefined {
    return /is not authorized to perform: ([\w-]+:\w+)/.exec(this.message)?.[1];
  }

  /** The ARN of what they lack it on, where the message names it. */
  get resource(): string | undefined {
    // S3 puts it in quotation marks: there may be blanks in it.
    const [, quoted, plain] = / on resource: (?:"(arn:[^"]+)"|(arn:[^\s"]+))/.exec(this.message) ?? [];
    return quoted ?? plain;
  }
}

/** Reads what an answer refuses with, whichever of AWS's protocols it is in. */
export async function readRefusal(response: Response): Promise<Refusal> {
  const requestId = response.headers.get("x-amzn-requestid") ?? undefined;
  const text = await response.text().catch(() => "");
  const words = wordsOf(text) ?? {
    code: "Unknown",
    message: `Cairn answered with status ${response.status}.`,
  };
  return new Refusal(words.code, words.message, response.status, requestId, words.retryAfterSeconds);
}

interface Words {
  code: string;
  message: string;
  retryAfterSeconds?: number;
}

function wordsOf(text: string): Words | undefined {
  try {
    return wordsOfJson(JSON.parse(text) as Record<string, unknown>);
  } catch {
    // A parser makes a page about what is no XML, with a style of its own, which the security policy forbids.
    if (!text.includes("<Code>")) return undefined;
    const xml = new DOMParser().parseFromString(text, "text/xml");
    const code = xml.querySelector("Error > Code, Code")?.textContent;
    return code ? { code, message: xml.querySelector("Message")?.textContent ?? code } : undefined;
  }
}

function wordsOfJson(body: Record<string, unknown>): Words {
  const text = (name: string) => (typeof body[name] === "string" ? (body[name] as string) : undefined);
  const code = (text("__type") ?? text("Code") ?? "Unknown").replace(/^.*#/, "");
  const message = text("message") ?? text("Message") ?? code;
  const seconds = body.RetryAfterSeconds;
  return typeof seconds === "number" ? { code, message, retryAfterSeconds: seconds } : { code, message };
}
