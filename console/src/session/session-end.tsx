import Button from "@cloudscape-design/components/button";
import { useEffect, useState } from "react";
import { href } from "../shell/href";
import { useNotify } from "../shell/notifications";
import { useTime } from "../shell/time";
import { roleNameOf } from "./principal";
import { useSession, useSignInAgain } from "./session-gate";

const switchAgain = (account: string, roleName: string) =>
  href(`/switch-role?${new URLSearchParams({ account, roleName })}`);

const WARNED_BEFORE_MS = 10 * 60_000;

/** Warns before the session, or the time in a role, ends: while there is time to go on without an interruption. */
export function SessionEnd() {
  const session = useSession();
  const { Expires } = session;
  const role = roleNameOf(session);
  const account = session.Account.Id;
  const [isNear, setNear] = useState(false);
  const notify = useNotify();
  const signInAgain = useSignInAgain();
  const time = useTime();
  useEffect(() => {
    setNear(false);
    const left = new Date(Expires).getTime() - Date.now() - WARNED_BEFORE_MS;
    const timer = window.setTimeout(() => setNear(true), Math.max(0, left));
    return () => window.clearTimeout(timer);
  }, [Expires]);
  const at = `${time.clock(Expires)} (${time.zoneName(Expires)})`;
  useEffect(() => {
    if (!isNear) return;
    const id = notify({
      type: "warning",
      id: "session-end",
      lasting: true,
      ...(role
        ? {
            content: `The time in the role ${role} ends at ${at}. Switch to it again to go on after that.`,
            action: <Button href={switchAgain(account, role)}>Switch role</Button>,
          }
        : {
            content: `Your session ends at ${at}. Sign in again to go on after that.`,
            action: <Button onClick={signInAgain}>Sign in again</Button>,
          }),
    });
    return () => notify.dismiss(id);
  }, [isNear, at, role, account, notify, signInAgain]);
  return null;
}
