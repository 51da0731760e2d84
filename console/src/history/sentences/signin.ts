import { type EventRecord, textAt } from "../record";
import { shorten } from "../template";
import type { Phrases } from "./phrase";

export const SIGNIN: Phrases = {
  CheckMfa: "show a second factor at sign-in",
  ConsoleLogin: consoleLogin,
  EmailUpdated: "change the root user's email address",
  ExitRole: "switch back from a role in the console",
  PasswordRecoveryCompleted: "reset the root user's password",
  PasswordRecoveryRequested: "ask to reset the root user's password",
  PasswordUpdated: "change their password at sign-in",
  RenewRole: "renew a role session of the console",
  SwitchRole: switchRole,
};

function consoleLogin(record: EventRecord): string {
  const mfa = textAt(record, "additionalEventData.MFAUsed");
  if (mfa === "Yes") return "sign in to the console with MFA";
  return mfa === "No" ? "sign in to the console without MFA" : "sign in to the console";
}

/** The event of the role's account tells who switched, that of the user's account tells to which role. */
function switchRole(record: EventRecord): string {
  const from = textAt(record, "additionalEventData.SwitchFrom");
  const to = textAt(record, "additionalEventData.SwitchTo");
  if (to) return `switch to role ${shorten(to)} in the console`;
  return from
    ? `switch to this role in the console (as ${shorten(from)} before)`
    : "switch role in the console";
}
