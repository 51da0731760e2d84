import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from "react";

/** A page above another: what it is called, and its path. */
export type Crumb = readonly [text: string, path: string];

interface Parts {
  crumbs: readonly Crumb[];
  help: ReactNode;
  helpOpen: boolean;
}

interface Frame extends Parts {
  setCrumbs: (crumbs: readonly Crumb[]) => void;
  setHelp: (help: ReactNode) => void;
  openHelp: (open: boolean) => void;
}

const Context = createContext<Frame | undefined>(undefined);

/** Keeps what a page tells of itself for the frame around it. */
export function FrameParts({ children }: { children: ReactNode }) {
  const [crumbs, setCrumbs] = useState<readonly Crumb[]>([]);
  const [help, setHelp] = useState<ReactNode>(null);
  const [helpOpen, openHelp] = useState(false);
  const frame = useMemo(
    () => ({ crumbs, help, helpOpen, setCrumbs, setHelp, openHelp }),
    [crumbs, help, helpOpen],
  );
  return <Context.Provider value={frame}>{children}</Context.Provider>;
}

export function useFrame(): Frame {
  const frame = useContext(Context);
  if (!frame) throw new Error("useFrame is used outside of FrameParts");
  return frame;
}

/** Names the page: in the browser's tab, where the first words count, and in the breadcrumbs below the pages above it. */
export function usePageTitle(title: string, above: readonly Crumb[] = []): void {
  const { setCrumbs } = useFrame();
  const key = JSON.stringify([...above, [title, ""]]);
  useLayoutEffect(() => {
    const crumbs = JSON.parse(key) as Crumb[];
    document.title = [...namesOf(crumbs), "Cairn"].join(" | ");
    setCrumbs(crumbs);
  }, [key, setCrumbs]);
}

/** What a page and those above it are called, its own name first: `Edit`, `main`, `Trails`. */
export const namesOf = (crumbs: readonly Crumb[]): string[] => crumbs.map(([text]) => text).reverse();

/** Offers a help panel beside the page; gives what opens it. The panel must keep its identity between renders. */
export function useHelp(help: ReactNode): () => void {
  const { setHelp, openHelp } = useFrame();
  useEffect(() => {
    setHelp(help ?? null);
    return () => {
      setHelp(null);
      openHelp(false);
    };
  }, [help, setHelp, openHelp]);
  return useCallback(() => openHelp(true), [openHelp]);
}
