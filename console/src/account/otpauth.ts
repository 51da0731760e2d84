import { create } from "qrcode";

/** What an authenticator app reads from a QR code. */
export function otpauth({ seed, name, account }: { seed: string; name: string; account: string }): string {
  const label = `Cairn:${name}@${account}`;
  return `otpauth://totp/${encodeURIComponent(label)}?secret=${encodeURIComponent(seed)}&issuer=Cairn`;
}

export interface QrCode {
  /** How many modules wide and high, with the quiet zone around it. */
  size: number;
  /** The dark modules, as an SVG path. */
  path: string;
}

/** Draws a text as a QR code. */
export function qrCode(text: string): QrCode {
  const { size, data } = create(text, { errorCorrectionLevel: "M" }).modules;
  const dark = [...data.keys()].filter((index) => data[index]);
  const path = dark.map((index) => {
    const [x, y] = [index % size, Math.floor(index / size)];
    return `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  });
  return { size: size + 2 * QUIET, path: path.join("") };
}

/** What a reader needs around a code. */
const QUIET = 4;
