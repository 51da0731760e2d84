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
  return (await response.json()) as Answer;
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
export async function createKey(region: string, policy: string, alias: string): Promise<string> {
  const answer = await kms<{ KeyMetadata: { Arn: string; KeyId: string } }>(region, "CreateKey", {
    Policy: policy,
    Description: "Encrypts the log files of CloudTrail",
  });
  await kms(region, "CreateAlias", { AliasName: alias, TargetKeyId: answer.KeyMetadata.KeyId });
  return answer.KeyMetadata.Arn;
}
