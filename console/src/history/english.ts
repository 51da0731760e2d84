/** `create` is `created`, `log in` is `logged in`: the first word of a phrase, in the past. */
export function inThePast(phrase: string): string {
  const [verb = "", ...rest] = phrase.split(" ");
  return [pastOf(verb), ...rest].join(" ");
}

function pastOf(verb: string): string {
  const known = IRREGULAR[verb];
  if (known) return known;
  if (verb.endsWith("e")) return `${verb}d`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`;
  if (DOUBLED.has(verb)) return `${verb}${verb.at(-1)}ed`;
  return `${verb}ed`;
}

const IRREGULAR: Record<string, string> = {
  begin: "began",
  break: "broke",
  bring: "brought",
  build: "built",
  buy: "bought",
  choose: "chose",
  find: "found",
  forget: "forgot",
  get: "got",
  give: "gave",
  leave: "left",
  let: "let",
  look: "looked",
  make: "made",
  put: "put",
  read: "read",
  run: "ran",
  send: "sent",
  set: "set",
  sign: "signed",
  split: "split",
  take: "took",
  tell: "told",
  write: "wrote",
};

const DOUBLED = new Set([
  "stop",
  "tag",
  "untag",
  "admit",
  "submit",
  "swap",
  "drop",
  "log",
  "plan",
  "map",
  "transfer",
]);

/** `policy` is `policies`. */
export function pluralOf(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** `policies` is `policy`; what is no plural stays. */
export function singularOf(noun: string): string {
  if (/ies$/.test(noun)) return `${noun.slice(0, -3)}y`;
  if (/(sses|xes|ches|shes)$/.test(noun)) return noun.slice(0, -2);
  return /[^su]s$/.test(noun) && !/(is|us|ss)$/.test(noun) ? noun.slice(0, -1) : noun;
}

/** `a, b and c`, or `a, b and 5 more`. */
export function listed(values: readonly string[]): string {
  const [first, second, third, ...rest] = values;
  if (first === undefined) return "";
  if (second === undefined) return first;
  if (third === undefined) return `${first} and ${second}`;
  return rest.length === 0
    ? `${first}, ${second} and ${third}`
    : `${first}, ${second} and ${values.length - 2} more`;
}

/** `DescribeVpcEndpointServices` is `describe`, `VPC`, `endpoint`, `services`. */
export function wordsOfName(name: string): string[] {
  const bare = name.replace(/_?20\d{2}_?\d{2}_?\d{2}(v\d+)?$/, "");
  const words = bare.match(/[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    // `EC2`, `S3`, `V2`: a figure belongs to what stands before it.
    if (before !== undefined && /^\d+$/.test(word)) joined.splice(-1, 1, `${before}${word}`);
    else joined.push(word);
  }
  return joined.map((word) => ACRONYMS[word.toLowerCase()] ?? (isAcronym(word) ? word : word.toLowerCase()));
}

const isAcronym = (word: string) => word.length > 1 && /^[A-Z][A-Z\d]+s?$/.test(word);

const ACRONYMS: Record<string, string> = Object.fromEntries(
  "ACL ACLs AMI API ARN AWS CIDR CORS CSR DB DNS EBS EC2 ECR ECS EFS EKS HTTP HTTPS IAM ID IP IPs KMS MFA NAT RDS S3 SAML SDK SNS SQL SQS SSH SSM SSL SSO STS TTL URI URL VPC VPCs VPN WAF XSS"
    .split(" ")
    .map((acronym) => [acronym.toLowerCase(), acronym]),
);
