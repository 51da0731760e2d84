import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";
import { Navigate, useLocation } from "react-router";
import { bindCalls, whenSignedOut } from "../api/call";
import { readSession, type Session } from "../api/session";
import { PageLoading } from "../shell/page-loading";
import { RefusedAlone } from "../shell/refused-alone";
import { RegionPlace } from "./region";
import { standingOf } from "./standing";

export { useRegion } from "./region";

const loadSignInAgain = () => import("./sign-in-again");
const SignInAgain = lazy(loadSignInAgain);
const loadSomebodyElse = () => import("./somebody-else");
const SomebodyElse = lazy(loadSomebodyElse);

/** After which what the page itself needs is there. */
const QUIET_AFTER_MS = 5_000;

const Current = createContext<Session | undefined>(undefined);
const Ending = createContext<() => void>(() => {});

/** Whoever is signed in. Only below `SessionGate`. */
export function useSession(): Session {
  const session = useContext(Current);
  if (!session) throw new Error("useSession is used outside of SessionGate");
  return session;
}

/** Asks to sign in again above the page, which stays as it is. */
export const useSignInAgain = () => useContext(Ending);

/**
 * Shows what is inside to whoever is signed in, and leads everybody else to the sign-in page. A session that ends
 * while a page is open is renewed above it: nothing that was typed is lost. What one principal sees is never done as
 * another: where somebody else is signed in by now, the page is loaded anew.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const location = useLocation();
  const [asked, setAsked] = useState(false);
  const ask = useCallback(() => setAsked(true), []);
  const isPutOff = useRef(false);
  const askUnlessPutOff = useCallback(() => {
    if (!isPutOff.current || hasJustActed()) setAsked(true);
  }, []);
  const { session, known, standing, renewed } = useStanding(askUnlessPutOff);
  useDialogsAtHand();
  useEffect(() => {
    isPutOff.current = false;
    setAsked(standing === "ended");
  }, [standing]);
  if (!known) {
    if (session.isError)
      return (
        <RefusedAlone error={session.error} doing="open the console" onRetry={() => session.refetch()} />
      );
    if (session.data !== null) return <PageLoading />;
    const back = `${location.pathname}${location.search}${location.hash}`;
    return <Navigate to={`/sign-in?to=${encodeURIComponent(back)}`} replace />;
  }
  const signedIn = (next: Session) => {
    // Another principal must not see what the one before had on the screen.
    if (standingOf(known, next) === "changed") return window.location.reload();
    renewed(next);
    setAsked(false);
  };
  const later = () => {
    isPutOff.current = standing === "ended";
    setAsked(false);
  };
  return (
    <Current.Provider value={known}>
      <Ending.Provider value={ask}>
        <RegionPlace home={known.Region} regions={known.Regions}>
          {children}
        </RegionPlace>
        <Suspense>
          {asked && (
            <SignInAgain session={known} ended={standing === "ended"} onSignedIn={signedIn} onLater={later} />
          )}
          {standing === "changed" && session.data && <SomebodyElse session={session.data} />}
        </Suspense>
      </Ending.Provider>
    </Current.Provider>
  );
}

/** The session that the page was opened in, and how it stands. Each call that nobody is signed in for tells so. */
function useStanding(onEnded: () => void) {
  const queries = useQueryClient();
  const session = useQuery({
    queryKey: ["session"],
    queryFn: readSession,
    staleTime: 60_000,
    refetchOnWindowFocus: true,
  });
  const [known, setKnown] = useState<Session>();
  const standing = session.data === undefined ? "goes on" : standingOf(known, session.data);
  if (session.data && session.data !== known && standing === "goes on") {
    // Before what is inside asks for anything: children's effects run before those of this component.
    bindCalls(session.data.Csrf);
    setKnown(session.data);
  }
  useEffect(() => {
    // A refused call may mean that nobody is signed in, or somebody else, or the same one anew.
    const look = async () => {
      await queries.refetchQueries({ queryKey: ["session"] });
      if (queries.getQueryData<Session | null>(["session"]) === null) onEnded();
    };
    whenSignedOut(() => void look());
  }, [queries, onEnded]);
  useAskAnew(known?.Csrf);
  const renewed = (next: Session) => queries.setQueryData(["session"], next);
  return { session, known, standing, renewed };
}

/** Asks anew for whatever is shown when another token goes with calls: it may have been refused under the one before. */
function useAskAnew(csrf: string | undefined) {
  const queries = useQueryClient();
  const before = useRef(csrf);
  useEffect(() => {
    // Not before calls are bound to the token, which is done by now.
    if (before.current && before.current !== csrf) {
      void queries.invalidateQueries({ predicate: isNoSession });
    }
    before.current = csrf;
  }, [csrf, queries]);
}

/** Loads both dialogs for later: where a server that was renewed ended the session, they could not be loaded then. */
function useDialogsAtHand() {
  useEffect(() => {
    const load = () => void Promise.allSettled([loadSignInAgain(), loadSomebodyElse()]);
    const timer = window.setTimeout(load, QUIET_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, []);
}

/** Whether a call may be of somebody's doing; pages make others by themselves every few seconds. */
const hasJustActed = () => navigator.userActivation?.isActive ?? true;

const isNoSession = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== "session";
