import { visibleInLines } from "../../shell/visible";

/** A piece of JSON text, for colours. */
export interface JsonToken {
  kind: "member" | "text" | "number" | "word" | "plain";
  text: string;
}

/** The largest text that is coloured: a browser is slow with more pieces than such a one has. */
const COLOURED_MAX = 300_000;

/** Cuts JSON into pieces that together are the text again; foreign text is cut somehow, never lost. */
export function jsonTokens(text: string): JsonToken[] {
  if (text.length > COLOURED_MAX) return [{ kind: "plain", text }];
  const tokens: JsonToken[] = [];
  for (const [piece, quoted, after, number, word] of text.matchAll(PIECES)) {
    if (quoted !== undefined) {
      tokens.push({ kind: after ? "member" : "text", text: quoted });
      if (after) tokens.push({ kind: "plain", text: after });
    } else if (number !== undefined) tokens.push({ kind: "number", text: piece });
    else if (word !== undefined) tokens.push({ kind: "word", text: piece });
    else tokens.push({ kind: "plain", text: piece });
  }
  return tokens;
}

const PIECES =
  /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b|[^"\d\-tfn]+|[\s\S]/g;

/**
 * A record in lines that people can read; as it is where it is no JSON. Its pieces stay as they are written: a number
 * that was read and written again may be another one.
 */
export function indented(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return visibleInLines(text);
  }
  const lines: string[] = [];
  let line = "";
  let depth = 0;
  const next = () => {
    lines.push(line);
    line = "  ".repeat(depth);
  };
  let before = "";
  for (const [piece] of text.matchAll(PARTS)) {
    if (piece === "}" || piece === "]") {
      depth -= 1;
      if (!OPENING.has(before)) next();
    } else if (OPENING.has(before)) next();
    line += piece === ":" ? ": " : piece;
    if (OPENING.has(piece)) depth += 1;
    if (piece === ",") next();
    before = piece;
  }
  return visibleInLines([...lines, line].join("\n"));
}

/** Texts, signs, and whatever else: numbers and words. */
const PARTS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

const OPENING: ReadonlySet<string> = new Set(["{", "["]);
