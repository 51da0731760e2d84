/**
 * Mute rules: which insights a trail is not told of. They are written as docs/insights.md says, and the server is
 * the judge of them; what is checked here is told while somebody types.
 */

export interface MuteRule {
  sources: string[];
  names: string[];
  principals: string[];
  windows: string[];
}

const TERMS = [
  ["source", "sources"],
  ["name", "names"],
  ["principal", "principals"],
  ["window", "windows"],
] as const;

/** The longest rule: what a tag's value holds. */
const CHARS_MAX = 256;

/** What stands for the rest of a value. */
const REST = "...";

/** Writes a rule as a tag has it. */
export const writeRule = (rule: MuteRule): string =>
  TERMS.flatMap(([key, list]) => rule[list].map((value) => `${key}=${value}`)).join(" ");

/** Reads what a tag has; nothing where it is no rule. */
export function readRule(written: string): MuteRule | undefined {
  const rule: MuteRule = { sources: [], names: [], principals: [], windows: [] };
  for (const term of written.split(/\s+/).filter(Boolean)) {
    const [, key, value] = /^(\w+)=(.+)$/.exec(term) ?? [];
    const list = TERMS.find(([name]) => name === key)?.[1];
    if (!list || !value) return undefined;
    rule[list].push(value);
  }
  return TERMS.some(([, list]) => rule[list].length > 0) ? rule : undefined;
}

/** Says what a rule mutes, as a part of a sentence: `insights about CreateTags of ec2.amazonaws.com`. */
export function inWords(rule: MuteRule): string {
  const or = (values: string[]) => values.join(" or ");
  const start = (value: string) =>
    value.endsWith(REST) ? `what begins with ${value.slice(0, -REST.length)}` : value;
  const parts: [string, string[]][] = [
    ["about", rule.names.map(start)],
    ["of", rule.sources.map((source) => start(fullSource(source)))],
    ["caused mostly by", rule.principals.map(start)],
    ["that begin", rule.windows.map(windowInWords)],
  ];
  const said = parts.filter(([, values]) => values.length > 0);
  return ["insights", ...said.map(([before, values]) => `${before} ${or(values)}`)].join(" ");
}

/** Whether nothing is left of which a trail with the rule is told: it has times alone, and they are all. */
export const mutesEverything = ({ names, sources, principals, windows }: MuteRule): boolean =>
  names.length + sources.length + principals.length === 0 &&
  WEEK.every((day) => windows.some((window) => wholeDaysOf(window).includes(day)));

const WHOLE_DAY = "00:00-24:00";

/** The days that a window has from midnight to midnight, week after week. */
function wholeDaysOf(window: string): string[] {
  if (window === WHOLE_DAY) return WEEK;
  const [days = "", times = WHOLE_DAY] = window.split("/");
  return DAYS_OF.test(days) && times === WHOLE_DAY ? days.split("+").flatMap(daysFrom) : [];
}

const WEEK = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The days of `Fri-Mon`, or of `Fri`. */
function daysFrom(range: string): string[] {
  const [from = "", to = from, more] = range.split("-");
  if (more !== undefined) return [];
  const start = WEEK.indexOf(from);
  const count = ((WEEK.indexOf(to) - start + WEEK.length) % WEEK.length) + 1;
  return [...WEEK, ...WEEK].slice(start, start + count);
}

function windowInWords(window: string): string {
  const [first = "", second] = window.split("/");
  if (second === undefined) {
    return DAYS_OF.test(first)
      ? `on ${first} (UTC)`
      : `between ${first.replace("-", " and ")} UTC on any day`;
  }
  if (DAYS_OF.test(first)) return `between ${second.replace("-", " and ")} UTC on ${first}`;
  return `from ${first} until ${second}`;
}

/** The name of a service that is written short. */
export const fullSource = (source: string): string =>
  source.includes(".") ? source : `${source.toLowerCase()}.amazonaws.com`;

const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const TIME = "(?:[01]\\d|2[0-4]):[0-5]\\d";
const DATE = "\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}Z?)?";
const DAYS_OF = new RegExp(`^${DAY}(?:[-+]${DAY})*$`);
const WINDOW = new RegExp(`^(?:${DAY}(?:[-+]${DAY})*(?:/${TIME}-${TIME})?|${TIME}-${TIME}|${DATE}/${DATE})$`);

/** Characters that tags have. */
const OF_TAGS = /^[\p{L}\p{N}_.:/=+\-@]*$/u;

/** Says what is wrong with a value of a term; nothing where nothing seems so. */
export function wrongValue(list: keyof MuteRule, value: string): string | undefined {
  if (!OF_TAGS.test(value)) return `${value} has characters that tags don't have, such as spaces or *.`;
  const withoutRest = value.endsWith(REST) ? value.slice(0, -REST.length) : value;
  if (withoutRest.includes(REST) || withoutRest === "")
    return `Put ${REST} at the end, after at least one character.`;
  if (list === "windows" && !WINDOW.test(value)) {
    return "Give days (Sat-Sun), times (22:00-06:00), both (Mon-Fri/22:00-06:00) or two dates (2026-12-24/2026-12-27), in UTC.";
  }
  const isPrincipal = /^(?:arn:.+|[^/]+\/.+|root|.*\..*|[A-Z0-9]{12,})$/;
  if (list === "principals" && !isPrincipal.test(value)) {
    return "Give an ARN, role/NAME, user/NAME, root, or a service such as ec2.amazonaws.com.";
  }
  return undefined;
}

/** Says what is wrong with a rule and its name; nothing where nothing seems so. */
export function wrongRule(name: string, rule: MuteRule): { name?: string; rule?: string } {
  const wrong: { name?: string; rule?: string } = {};
  if (!name) wrong.name = "Give the rule a name.";
  else if (!OF_TAGS.test(name)) wrong.name = "Use letters, digits and _ . : / = + - @ alone.";
  else if (name.length > NAME_CHARS_MAX) wrong.name = `Use at most ${NAME_CHARS_MAX} characters.`;
  const values = TERMS.flatMap(([, list]) => rule[list].map((value) => wrongValue(list, value)));
  if (values.length === 0) wrong.rule = "Choose at least one thing to be muted.";
  else if (values.some(Boolean)) wrong.rule = values.find(Boolean) ?? "";
  else if (writeRule(rule).length > CHARS_MAX) wrong.rule = `The rule has more than ${CHARS_MAX} characters.`;
  return wrong;
}

/** The longest name: a tag's key has 128 characters. */
const NAME_CHARS_MAX = 108;

/** Names a rule after an action. */
export const ruleName = (action: string): string =>
  action.replace(/[^A-Za-z0-9]/g, "").slice(0, 60) || "this";

/** Whether a rule can name something: tags, which rules are kept in, have few characters. */
export const canBeNamed = (value: string): boolean => OF_TAGS.test(value) && !value.includes(REST);
