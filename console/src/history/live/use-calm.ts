import { useEffect, useState } from "react";

/** So seldom it is told how many events came, to those who hear it. */
const CALM_MS = 30_000;

/** The newest words, but changed seldom: at once only where `kind` is another. */
export function useCalm(kind: string, words: string): string {
  const [told, setTold] = useState({ kind, words, at: 0 });
  useEffect(() => {
    if (told.kind === kind && told.words === words) return;
    const tell = () => setTold({ kind, words, at: Date.now() });
    const wait = told.kind === kind ? told.at + CALM_MS - Date.now() : 0;
    const timer = setTimeout(tell, Math.max(0, wait));
    return () => clearTimeout(timer);
  }, [kind, words, told]);
  return told.words;
}
