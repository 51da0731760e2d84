import Spinner from "@cloudscape-design/components/spinner";
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useState } from "react";
import { Navigate, useLocation } from "react-router";
import { bindCalls, Refusal, send } from "../api/call";
import type { Session } from "../api/session";

const Current = createContext<Session | undefined>(undefined);
const Place = createContext<[string, (region: string) => void]>(["", () => {}]);

/** Whoever is signed in. Only below `SessionGate`. */
export function useSession(): Session {
  const session = useContext(Current);
  if (!session) throw new Error("useSession is used outside of SessionGate");
  return session;
}

/** The Region that is looked at, and a way to look at another. */
export const useRegion = () => useContext(Place);

/** Shows what is inside to whoever is signed in, and leads everybody else to the sign-in page. */
export function SessionGate({ children }: { children: ReactNode }) {
  const location = useLocation();
  const session = useQuery({ queryKey: ["session"], queryFn: readSession, staleTime: 60_000 });
  const [region, setRegion] = useState<string>();
  if (session.isPending) return <Spinner size="large" />;
  if (!session.data) {
    const back = `${location.pathname}${location.search}`;
    return <Navigate to={`/sign-in?to=${encodeURIComponent(back)}`} replace />;
  }
  const place = region ?? session.data.Region;
  return (
    <Current.Provider value={session.data}>
      <Place.Provider value={[place, setRegion]}>{children}</Place.Provider>
    </Current.Provider>
  );
}

async function readSession(): Promise<Session | null> {
  try {
    const session = (await (await send(`${import.meta.env.BASE_URL}session`)).json()) as Session;
    bindCalls(session.Csrf, () => window.location.reload());
    return session;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null;
    throw error;
  }
}
