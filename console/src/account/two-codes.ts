/** What two codes in a row are typed as. */
export type TwoCodes = [string, string];

/** The codes as they are sent, without the space in the middle that some apps show. */
export const digitsOf = ([first, second]: TwoCodes): TwoCodes => [digits(first), digits(second)];

/** Why two codes can't be sent; nothing where they can. */
export function problemOf(codes: TwoCodes): string | undefined {
  const [first, second] = digitsOf(codes);
  if (![first, second].every((code) => /^\d{6}$/.test(code))) return "Enter two codes of six digits.";
  return first === second ? "Wait for the next code: the two must differ." : undefined;
}

const digits = (code: string) => code.replace(/\s/g, "");
