import Button from "@cloudscape-design/components/button";
import { useEffect, useState } from "react";
import { useNotify } from "../shell/notifications";
import { useTime } from "../shell/time";
import { useSession, useSignInAgain } from "./session-gate";

const WARNED_BEFORE_MS = 10 * 60_000;

/** Warns before the session ends, while there is time to sign in again without an interruption. */
export function SessionEnd() {
  const { Expires } = useSession();
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
      content: `Your session ends at ${at}. Sign in again to go on after that.`,
      action: <Button onClick={signInAgain}>Sign in again</Button>,
    });
    return () => notify.dismiss(id);
  }, [isNear, at, notify, signInAgain]);
  return null;
}
