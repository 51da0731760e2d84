import type { SignIn, SignInRefusal } from "../api/session";
import { accountOf } from "./account";

/** What is asked for, one after another. */
export type Step = "credentials" | "mfa" | "new-password";

export type Field = "account" | "userName" | "password" | "code" | "newPassword" | "repeated";

/** What was typed. */
export interface Entries {
  kind: "user" | "root";
  account: string;
  userName: string;
  password: string;
  code: string;
  newPassword: string;
  repeated: string;
}

export const NOTHING_ENTERED: Entries = {
  kind: "user",
  account: "",
  userName: "",
  password: "",
  code: "",
  newPassword: "",
  repeated: "",
};

export interface Outcome {
  step: Step;
  /** What is told above the form. */
  alert?: { type: "error" | "warning" | "info"; header: string; message: string };
  /** What is told below a field. */
  errors?: Partial<Record<Field, string>>;
  /** How long nothing can be tried. */
  lockedSeconds?: number;
  /** What must be typed again. */
  forget: Field[];
}

/** What is missing before the answers of a step can be sent. */
export function missing(step: Step, entries: Entries): Partial<Record<Field, string>> {
  switch (step) {
    case "credentials":
      return missingCredentials(entries);
    case "mfa":
      return /^\d{6}$/.test(codeOf(entries)) ? {} : { code: "Enter the six digits that your device shows." };
    case "new-password":
      return missingPassword(entries);
  }
}

/** How long a code is good for at least, from when it was typed. */
const CODE_LASTS_MS = 30_000;

/**
 * Forgets a code that went by while a new password was thought of: sent along, it would be a failed attempt. Without
 * it the code of now is asked for, and all else stays.
 */
export function withFreshCode(step: Step, entries: Entries, codeAgeMs: number): Entries {
  return step === "new-password" && codeAgeMs > CODE_LASTS_MS ? { ...entries, code: "" } : entries;
}

/** What is sent. A code is sent along with a new password: the server takes it with that alone. */
export function signInOf(entries: Entries): SignIn {
  const code = codeOf(entries);
  return {
    Account: accountOf(entries.account),
    ...(entries.kind === "user" ? { UserName: entries.userName.trim() } : {}),
    Password: entries.password,
    ...(code ? { MfaCode: code } : {}),
    ...(entries.newPassword ? { NewPassword: entries.newPassword } : {}),
  };
}

/** What a refusal leads to. */
export function outcomeOf(
  refusal: { code: string; message: string; retryAfterSeconds?: number | undefined },
  step: Step,
): Outcome {
  switch (refusal.code as SignInRefusal["Code"] | "Unreachable" | "NoCookie") {
    case "Failed":
      return {
        step: "credentials",
        alert: { type: "error", header: "Your sign-in information is incorrect", message: refusal.message },
        forget: ["password", "code"],
      };
    case "MfaRequired":
      return { step: "mfa", forget: ["code"] };
    case "MfaFailed":
      return {
        step: "mfa",
        errors: { code: "This code is not right, or was used already. Wait for the next one." },
        forget: ["code"],
      };
    case "PasswordChangeRequired":
      return {
        step: "new-password",
        // Asked for again though a new one came: none may be chosen here.
        alert: { type: step === "new-password" ? "error" : "info", header: "", message: refusal.message },
        forget: ["newPassword", "repeated"],
      };
    case "PasswordExpired":
      return {
        step: "credentials",
        alert: { type: "error", header: "Your password has expired", message: refusal.message },
        forget: ["password", "code", "newPassword", "repeated"],
      };
    case "PasswordRefused":
      // The code that went with it may be spent.
      return { step: "new-password", errors: { newPassword: refusal.message }, forget: ["code", "repeated"] };
    case "LockedOut":
      return {
        step,
        lockedSeconds: Math.max(1, Math.ceil(refusal.retryAfterSeconds ?? 60)),
        forget: ["code"],
      };
    case "Forbidden":
      return failed(step, "Your browser may not sign in here", refusal.message);
    case "Unavailable":
      return failed(step, "Nobody can sign in at the moment", refusal.message);
    case "NoCookie":
      return {
        step: "credentials",
        alert: {
          type: "error",
          header: "Your browser does not keep the session",
          message:
            "Allow cookies for this address, and sign in again. Behind a proxy, see that it says by X-Forwarded-Proto how it is reached.",
        },
        forget: ["password", "code", "newPassword", "repeated"],
      };
    case "Unreachable":
      return failed(step, "Cairn does not answer", "Is the server running, and your network well?");
    default:
      return failed(step, "You could not be signed in", refusal.message);
  }
}

const codeOf = ({ code }: Entries) => code.replace(/\s/g, "");

function failed(step: Step, header: string, message: string): Outcome {
  return { step, alert: { type: "error", header, message }, forget: [] };
}

function missingCredentials({ kind, account, userName, password }: Entries) {
  return {
    ...(account.trim() ? {} : { account: "Enter the account's ID, 12 digits, or its alias." }),
    ...(kind === "root" || userName.trim() ? {} : { userName: "Enter your user name." }),
    ...(password ? {} : { password: "Enter your password." }),
  };
}

function missingPassword({ password, newPassword, repeated }: Entries) {
  if (!newPassword) return { newPassword: "Enter a new password." };
  if (newPassword === password) return { newPassword: "Enter a password that is not your old one." };
  return newPassword === repeated ? {} : { repeated: "The two passwords are not the same." };
}
