import { send, urlOf } from "../../api/call";

async function kms<Answer>(
  region: string,
  operation: string,
  input: object,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await send(urlOf("kms", region, "/"), {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `TrentService.${operation}` },
    body: JSON.stringify(input),
    ...(signal ? { signal } : {}),
  });
  // CreateAlias answers nothing at all.
  return JSON.parse((await response.text()) || "{}") as Answer;
}

/** The aliases that somebody gave to keys of the account. */
export async function listAliases(region: string, signal?: AbortSignal): Promise<string[]> {
  const answer = await kms<{ Aliases: { AliasName: string; TargetKeyId?: string }[] }>(
    region,
    "ListAliases",
    { Limit: 100 },
    signal,
  );
  return answer.Aliases.filter(
    ({ AliasName, TargetKeyId }) => TargetKeyId && !AliasName.startsWith("alias/aws/"),
  ).map(({ AliasName }) => AliasName);
}

/** Makes a key for log files; gives its ARN. */
export async function createKey(region: string, policy: string): Promise<string> {
  const answer = await kms<{ KeyMetadata: { Arn: string } }>(region, "CreateKey", {
    Policy: policy,
    Description: "Encrypts the log files of CloudTrail",
  });
  return answer.KeyMetadata.Arn;
}

export async function createAlias(region: string, alias: string, key: string): Promise<void> {
  await kms(region, "CreateAlias", { AliasName: alias, TargetKeyId: key.slice(key.lastIndexOf("/") + 1) });
}
