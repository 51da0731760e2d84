import { createHmac } from "node:crypto";

/** The code that an authenticator app shows for a seed in Base32, at a time in milliseconds. */
export function totp(seed: string, at: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / STEP_MS)));
  const mac = createHmac("sha1", bytesOf(seed)).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** How long a code is shown. */
export const STEP_MS = 30_000;

/** An app with a seed whose codes until a time, in milliseconds, were used. */
export class Authenticator {
  private used: number;

  constructor(
    private readonly seed: string,
    until: number,
  ) {
    this.used = Math.floor(until / STEP_MS);
  }

  /** The next code that is good: of now, or of the next step where that of now was used. */
  code(): string {
    this.used = Math.max(this.used + 1, Math.floor(Date.now() / STEP_MS));
    return totp(this.seed, this.used * STEP_MS);
  }
}

function bytesOf(base32: string): Buffer {
  const bits = [...base32.replace(/=+$/, "")]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
