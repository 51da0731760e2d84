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
