import { Refusal, send, sendUnsigned } from "./call";

/** What `GET /_cairn/console/session` says of whoever is signed in. */
export interface Session {
  Account: { Id: string; Alias?: string; Name?: string };
  Principal: { Type: "Root" | "IAMUser" | "AssumedRole"; Name: string; Arn: string };
  /** The Region that the server is in, and where a visitor begins. */
  Region: string;
  /** Every Region that can be chosen. */
  Regions: string[];
  /** When the session ends, whatever is done in it. */
  Expires: string;
  /** Goes with every call, in the header `x-cairn-csrf`. */
  Csrf: string;
  /** Whether a second factor was shown. */
  Mfa: boolean;
  /** Who switched to this role; absent where nobody did. */
  SwitchedFrom?: { Account: string; Principal: string };
  /** Of the server. */
  Version: string;
}

/** Why nobody is signed in, or can be. */
export interface SignInRefusal {
  Code:
    | "Failed"
    | "MfaRequired"
    | "MfaFailed"
    | "PasswordChangeRequired"
    | "PasswordExpired"
    | "PasswordRefused"
    | "LockedOut"
    | "NotSignedIn"
    | "Forbidden"
    | "Unavailable";
  Message: string;
  /** For `LockedOut`. */
  RetryAfterSeconds?: number;
}

export interface SignIn {
  /** The account's id or alias. */
  Account: string;
  /** Absent for the root user. */
  UserName?: string;
  Password: string;
  /** Six digits of a virtual MFA device. */
  MfaCode?: string;
  /** Where the old one must be changed. */
  NewPassword?: string;
}

/** What `POST …/session/role` takes. `DELETE …/session/role` goes back to whoever switched. */
export interface SwitchRole {
  /** The id or alias of the role's account. */
  Account: string;
  RoleName: string;
}

/** What `POST …/session/password` takes, of an IAM user or root. */
export interface PasswordChange {
  OldPassword: string;
  NewPassword: string;
}

const SESSION = `${import.meta.env.BASE_URL}session`;

/** Whoever is signed in; `null` where nobody is. Whether calls go with it is for the caller to decide. */
export async function readSession(): Promise<Session | null> {
  try {
    return await sessionIn(await sendUnsigned(SESSION));
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null;
    throw error;
  }
}

export const signIn = async (input: SignIn): Promise<Session> =>
  sessionIn(await sendUnsigned(SESSION, posted(input)));

export const signOut = async (): Promise<void> => {
  await send(SESSION, { method: "DELETE" });
};

export const switchRole = async (input: SwitchRole): Promise<Session> =>
  sessionIn(await post("/role", input));

export const exitRole = async (): Promise<Session> =>
  sessionIn(await send(`${SESSION}/role`, { method: "DELETE" }));

export const changePassword = async (input: PasswordChange): Promise<void> => {
  await post("/password", input);
};

const post = (path: string, input: object): Promise<Response> => send(`${SESSION}${path}`, posted(input));

const posted = (input: object): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(input),
});

const sessionIn = async (response: Response): Promise<Session> => (await response.json()) as Session;
