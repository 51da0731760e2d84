import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useState,
} from "react";
import { Navigate, useLocation } from "react-router";
import { whenSignedOut } from "../api/call";
import { readSession, type Session } from "../api/session";
import { Refused } from "../shell/refused";
import { RegionPlace } from "./region";

export { useRegion } from "./region";

const SignInAgain = lazy(() => import("./sign-in-again"));

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
 * while a page is open is renewed above it: nothing that was typed is lost.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const location = useLocation();
  const queries = useQueryClient();
  const session = useQuery({ queryKey: ["session"], queryFn: readSession, staleTime: 60_000 });
  const [known, setKnown] = useState<Session>();
  const [asked, setAsked] = useState<"ended" | "early">();
  useEffect(() => whenSignedOut(() => setAsked("ended")), []);
  const isGone = session.data === null && known !== undefined;
  useEffect(() => {
    if (isGone) setAsked("ended");
  }, [isGone]);
  const askEarly = useCallback(() => setAsked("early"), []);
  if (session.data && session.data !== known) setKnown(session.data);
  if (session.isPending) return <Waiting />;
  if (session.isError && !known) {
    return (
      <Box padding="xxl">
        <Refused error={session.error} doing="reach Cairn" onRetry={() => session.refetch()} />
      </Box>
    );
  }
  const current = session.data ?? known;
  if (!current) {
    const back = `${location.pathname}${location.search}${location.hash}`;
    return <Navigate to={`/sign-in?to=${encodeURIComponent(back)}`} replace />;
  }
  const renewed = (next: Session) => {
    // Another principal must not see what the one before had on the screen.
    if (next.Principal.Arn !== current.Principal.Arn) return window.location.reload();
    queries.setQueryData(["session"], next);
    setAsked(undefined);
    queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
  };
  return (
    <Current.Provider value={current}>
      <Ending.Provider value={askEarly}>
        <RegionPlace home={current.Region} regions={current.Regions}>
          {children}
        </RegionPlace>
        {asked && (
          <Suspense>
            <SignInAgain
              session={current}
              ended={asked === "ended"}
              onSignedIn={renewed}
              onLater={() => setAsked(undefined)}
            />
          </Suspense>
        )}
      </Ending.Provider>
    </Current.Provider>
  );
}

function Waiting() {
  return (
    <Box textAlign="center" padding="xxxl">
      <Spinner size="large" />
    </Box>
  );
}
