import { PAGES } from "./pages";

/** What a key does. */
export type Shortcut = { go: string } | { do: "filter" | "help" };

export interface Pressed {
  key: string;
  /** Whether Ctrl, Alt or Meta is held. */
  modified: boolean;
  /** Whether something is typed into: letters are letters there. */
  typing: boolean;
}

/** What a key does after the one before it (`""` for none, or long ago), and what the next key comes after. */
export function shortcutOf(
  before: string,
  { key, modified, typing }: Pressed,
): [Shortcut | undefined, string] {
  if (modified || typing) return [undefined, ""];
  if (before === "g") {
    const page = PAGES.find((page) => page.key === key.toLowerCase());
    return [page ? { go: page.path } : undefined, ""];
  }
  if (key === "g") return [undefined, "g"];
  if (key === "/") return [{ do: "filter" }, ""];
  if (key === "?") return [{ do: "help" }, ""];
  return [undefined, ""];
}
