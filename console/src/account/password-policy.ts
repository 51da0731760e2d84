import { Refusal } from "../api/call";
import { iam, textOf } from "./iam";

/** What a password of the account must have. */
export interface PasswordPolicy {
  lengthMin: number;
  upper: boolean;
  lower: boolean;
  digits: boolean;
  symbols: boolean;
  /** How many of the four kinds of letters there must be at least, where none of them is asked for by itself. */
  kindsMin: number;
  /** How many passwords of before can't be taken again. */
  remembered: number;
  /** After how many days a password must be changed; 0 for never. */
  daysMax: number;
  usersMayChange: boolean;
}

/** What IAM asks for where an account has no policy of its own. */
export const DEFAULT_POLICY: PasswordPolicy = {
  lengthMin: 8,
  upper: false,
  lower: false,
  digits: false,
  symbols: false,
  kindsMin: 3,
  remembered: 0,
  daysMax: 0,
  usersMayChange: true,
};

export async function readPasswordPolicy(): Promise<PasswordPolicy> {
  let answer: Document;
  try {
    answer = await iam("GetAccountPasswordPolicy");
  } catch (error) {
    if (error instanceof Refusal && error.code === "NoSuchEntity") return DEFAULT_POLICY;
    throw error;
  }
  const is = (name: string) => textOf(answer, name) === "true";
  const count = (name: string) => Number(textOf(answer, name)) || 0;
  return {
    lengthMin: count("MinimumPasswordLength"),
    upper: is("RequireUppercaseCharacters"),
    lower: is("RequireLowercaseCharacters"),
    digits: is("RequireNumbers"),
    symbols: is("RequireSymbols"),
    kindsMin: 0,
    remembered: count("PasswordReusePrevention"),
    daysMax: count("MaxPasswordAge"),
    usersMayChange: is("AllowUsersToChangePassword"),
  };
}

/** A rule of a policy, and whether a password keeps it; `undefined` where only the server can tell. */
export interface Rule {
  text: string;
  kept: boolean | undefined;
}

/** The rules of a policy, for a password as far as it is typed. */
export function rulesOf(policy: PasswordPolicy, password: string): Rule[] {
  const kinds = KINDS.filter(({ pattern }) => pattern.test(password)).length;
  const asked = KINDS.filter(({ name }) => policy[name]);
  return [
    { text: `At least ${policy.lengthMin} characters`, kept: [...password].length >= policy.lengthMin },
    ...asked.map(({ text, pattern }) => ({ text: `At least one ${text}`, kept: pattern.test(password) })),
    ...(policy.kindsMin
      ? [
          {
            text: `At least ${policy.kindsMin} of: upper-case letters, lower-case letters, digits, symbols`,
            kept: kinds >= policy.kindsMin,
          },
        ]
      : []),
    ...(policy.remembered
      ? [{ text: `None of your last ${plural(policy.remembered, "password")}`, kept: undefined }]
      : []),
  ];
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** IAM's four kinds of letters. */
const KINDS = [
  { name: "upper", text: "upper-case letter (A–Z)", pattern: /[A-Z]/ },
  { name: "lower", text: "lower-case letter (a–z)", pattern: /[a-z]/ },
  { name: "digits", text: "digit", pattern: /\d/ },
  {
    name: "symbols",
    text: "symbol (! @ # $ % ^ & * ( ) _ + - = [ ] { } | ')",
    pattern: /[!@#$%^&*()_+\-=[\]{}|']/,
  },
] as const;
