/** Numbers, spans and names as `cairn insights` says them. */

/** Says a number of calls a minute: three digits that mean something, no more. */
export function rate(average: number): string {
  if (!(average > 0)) return "0";
  if (average < 0.001) return average.toFixed(6);
  if (average < 0.0995) return trimmed(average.toFixed(4));
  if (average < 9.995) return trimmed(average.toFixed(2));
  if (average < 99.95) return trimmed(average.toFixed(1));
  return count(Math.round(average));
}

/** Says a count, in groups of three digits. */
export const count = (number: number): string => number.toLocaleString("en-US");

/** Says a count of something. */
export const many = (number: number, one: string, more: string): string =>
  number === 1 ? `1 ${one}` : `${count(number)} ${more}`;

/** Says how long something takes. */
export function span(minutes: number): string {
  const part = (number: number, name: string) => many(number, name, `${name}s`);
  const [days, hours, left] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days === 0 && hours === 0) return part(left, "minute");
  if (days === 0) return left === 0 ? part(hours, "hour") : `${hours} h ${left} min`;
  return hours === 0 ? part(days, "day") : `${part(days, "day")} ${hours} h`;
}

/** Returns a service's name without what all of them end with. */
export const service = (source: string): string => source.replace(/\.amazonaws\.com$/, "");

/** Returns the part of an ARN that names somebody: `user/alice`, `assumed-role/fleet`. */
export function principal(arn: string): string {
  if (!arn.startsWith("arn:")) return arn;
  return arn.split(":").slice(5).join(":") || arn;
}

/** Returns the name of a trail. */
export const trailName = (arn: string): string => arn.split(":trail/")[1] ?? arn;

/** Leaves out zeros that end a fraction. */
const trimmed = (number: string): string => number.replace(/\.?0+$/, "");
