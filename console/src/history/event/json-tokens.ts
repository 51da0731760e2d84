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

/** A record in lines that people can read; as it is where it is no JSON. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
