/**
 * Characters that show nothing themselves or turn what stands around them: controls, marks and overrides of the
 * direction of writing, blanks without width, tags. Joiners stay, for words of several scripts are written with them.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Such characters but the end of a line. */
const HIDDEN_IN_LINES = new RegExp(
  HIDDEN.source.replace("\\u0000-\\u001f", "\\u0000-\\u0009\\u000b-\\u001f"),
  "gu",
);

/**
 * A name as it is, whatever it is made of: `exe\u202egnp.evil`. Names in events are chosen by whoever calls, and one
 * that turns what is written after it would tell another story than the record.
 */
export const visible = (text: string): string => text.replace(HIDDEN, escaped);

/** The same for a text of several lines. In JSON, what it writes means what was there. */
export const visibleInLines = (text: string): string => text.replace(HIDDEN_IN_LINES, escaped);

/** As JSON escapes it. */
const escaped = (character: string): string => character.split("").map(unitEscaped).join("");

function unitEscaped(unit: string): string {
  const known = JSON.stringify(unit).slice(1, -1);
  return known === unit ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}` : known;
}
