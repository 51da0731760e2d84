import { Refusal } from "../api/call";

/** What is told of an error. */
export interface Explanation {
  type: "error" | "warning";
  header: string;
  message: string;
  /** What to do about it. */
  hint?: string;
  /** What an administrator would add to a policy. */
  statement?: string;
  /** For whoever looks into the logs. */
  reference?: string;
  /** Whether the same again may work. */
  retryable: boolean;
}

/** Explains what was thrown while doing something, such as `list the trails`. */
export function explain(error: unknown, doing: string): Explanation {
  const header = `Could not ${doing}`;
  if (!(error instanceof Refusal)) {
    const message = error instanceof Error ? error.message : String(error);
    return { type: "error", header, message, retryable: true };
  }
  const reference = referenceOf(error);
  const told = { header, message: error.message, ...(reference ? { reference } : {}) };
  if (error.code === "Unreachable") {
    const hint = "See that it runs and that your network reaches it, then try again.";
    return { type: "error", header, message: error.message, hint, retryable: true };
  }
  if (error.code === "SignedOut" || error.code === "NotSignedIn") {
    return { type: "warning", header, message: "You are not signed in any more.", retryable: true };
  }
  if (error.isDenied) return denied(error, doing, told);
  if ((error.isThrottled || /LimitExceeded$/.test(error.code)) && error.status !== 409) {
    const hint = "There were too many requests. Wait a few seconds, then try again.";
    return { type: "warning", ...told, hint, retryable: true };
  }
  if (error.status >= 500) {
    const hint = "This is not your fault. The server's log tells more.";
    return { type: "error", ...told, hint, retryable: true };
  }
  return { type: "error", ...told, retryable: error.status === 0 };
}

function denied(
  error: Refusal,
  doing: string,
  told: { header: string; message: string; reference?: string },
): Explanation {
  const { action } = error;
  const header = `You may not ${doing}`;
  // A policy that allows it would change nothing where another forbids it.
  const isExplicit = /explicit deny/i.test(error.message);
  if (!action || isExplicit) {
    const hint = isExplicit
      ? "A policy forbids it. Ask whoever administers the account."
      : "Ask whoever administers the account for permission.";
    return { type: "warning", ...told, header, hint, retryable: true };
  }
  return {
    type: "warning",
    ...told,
    header,
    hint:
      action === "sts:AssumeRole"
        ? "The role's trust policy must name you or your account, what it asks for besides must be so (such as MFA at your sign-in), and a policy of yours must allow it:"
        : `Ask whoever administers the account to allow ${action}:`,
    statement: JSON.stringify({ Effect: "Allow", Action: action, Resource: error.resource ?? "*" }, null, 2),
    retryable: true,
  };
}

function referenceOf({ code, requestId }: Refusal): string {
  const parts = [code !== "Unknown" ? code : "", requestId ? `request ${requestId}` : ""];
  return parts.filter(Boolean).join(", ");
}
