import { listed, pluralOf } from "./english";
import { type EventRecord, textAt, valuesAt } from "./record";

/**
 * What a call does, as a phrase with places for what its record tells:
 *
 *     create access key[ {=accessKey.accessKeyId}][ for {userName}]
 *     terminate instance~ {instancesSet.items.instanceId}
 *
 * `{path}` looks into the request's parameters, `{=path}` into the response's elements, `{+path}` into the further
 * data and `{^path}` into the record itself; `{a|b}` takes the first that is there. `[…]` is left out where
 * something in it is missing, and what has `~` is in the plural where several things follow. Without brackets, a
 * phrase of which something is missing can't be told: there is none, unless another stands behind `||`.
 */
export function fillFirst(templates: string, record: EventRecord): string | undefined {
  for (const template of templates.split("||")) {
    const phrase = fill(template, record);
    if (phrase !== undefined) return phrase;
  }
  return undefined;
}

/** Fills one template. */
export function fill(template: string, record: EventRecord): string | undefined {
  let filled = "";
  for (const [part, optional] of template.matchAll(/\[([^\]]*)\]|[^[]+/g)) {
    const said = fillPart(optional ?? part, record);
    if (said === undefined && optional === undefined) return undefined;
    filled += said ?? "";
  }
  return filled;
}

function fillPart(part: string, record: EventRecord): string | undefined {
  let missing = false;
  const filled = part.replace(/(?:(\w+)~ )?\{([^}]*)\}/g, (_, noun: string | undefined, paths: string) => {
    const values = lookUp(paths, record);
    if (values.length === 0) missing = true;
    const named = noun === undefined ? "" : `${values.length > 1 ? pluralOf(noun) : noun} `;
    return `${named}${listed(values.map(shorten))}`;
  });
  return missing ? undefined : filled;
}

function lookUp(paths: string, record: EventRecord): string[] {
  for (const path of paths.split("|")) {
    const values = [...new Set(valuesFor(path, record))];
    if (values.length > 0) return values;
  }
  return [];
}

function valuesFor(path: string, record: EventRecord): string[] {
  const inner = path.slice(1);
  switch (path[0]) {
    case "=":
      return valuesAt(record.responseElements, inner);
    case "+":
      return valuesAt(record.additionalEventData, inner);
    case "^":
      return valuesAt(record, inner);
    default:
      return valuesAt(record.requestParameters, path);
  }
}

/** The longest value that a sentence shows whole. */
const SHOWN_MAX = 80;

/** `arn:aws:iam::aws:policy/ReadOnlyAccess` is `ReadOnlyAccess`: the name, without what it is and where. */
export function shorten(value: string): string {
  const name = nameInArn(value);
  return name.length > SHOWN_MAX ? `${name.slice(0, SHOWN_MAX - 1)}…` : name;
}

function nameInArn(value: string): string {
  const [, service, resource] = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.+)$/.exec(value) ?? [];
  if (resource === undefined) return value;
  if (service === "s3") return resource;
  const named = /^[\w-]+:(.+)$/.exec(resource);
  if (named?.[1]) return named[1];
  return service === "sts" || service === "iam"
    ? (resource.split("/").at(-1) ?? resource)
    : afterFirst(resource);
}

const afterFirst = (resource: string) => resource.slice(resource.indexOf("/") + 1);

/** The account that an ARN is of. */
export const accountOfArn = (arn: string | undefined) =>
  /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn ?? "")?.[1];

/** The error's code without the side that EC2 blames: `Client.UnauthorizedOperation`. */
export const codeOf = (record: EventRecord) =>
  textAt(record, "errorCode")
    ?.replace(/^(Client|Server)\./, "")
    .replace(/Exception$/, "");
