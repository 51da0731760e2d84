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

/** Says how often something happens, given how often a minute: `20 a minute`, `25 an hour`, `once in 33 hours`. */
export function pace(average: number): string {
  if (!(average > 0)) return "none";
  if (Number(average.toFixed(2)) >= 1) return `${rate(average)} a minute`;
  const hours = Math.round(1 / (average * 60));
  if (hours <= 1) return `${rate(Math.max(1, average * 60))} an hour`;
  if (hours <= HOURS_SAID) return `once in ${many(hours, "hour", "hours")}`;
  return `once in ${many(Math.round(1 / (average * 1440)), "day", "days")}`;
}

/** What happens more seldom than once in so many hours is told by the day. */
const HOURS_SAID = 48;

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

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Leaves out zeros that end a fraction. */
const trimmed = (number: string): string => number.replace(/\.?0+$/, "");
