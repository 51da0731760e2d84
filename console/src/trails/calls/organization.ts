import { send, urlOf } from "../../api/call";

/** What is known of the caller's organization. */
export interface Organization {
  id: string;
  management: string;
  /** Whether the caller's account manages it, or administers CloudTrail for it. */
  governs: boolean;
}

async function organizations<Answer>(
  operation: string,
  input: object,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await send(urlOf("organizations", "us-east-1", "/"), {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSOrganizationsV20161128.${operation}`,
    },
    body: JSON.stringify(input),
    ...(signal ? { signal } : {}),
  });
  return (await response.json()) as Answer;
}

/** The organization that an account is in; `null` where it is in none, or may not look. */
export async function findOrganization(account: string, signal?: AbortSignal): Promise<Organization | null> {
  try {
    const { Organization: found } = await organizations<{
      Organization: { Id: string; MasterAccountId: string };
    }>("DescribeOrganization", {}, signal);
    const management = found.MasterAccountId;
    const governs = management === account || (await administers(account, signal));
    return { id: found.Id, management, governs };
  } catch (error) {
    if (signal?.aborted) throw error;
    return null;
  }
}

/** Whether the account administers CloudTrail; who does not may not even ask. */
async function administers(account: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const input = { ServicePrincipal: "cloudtrail.amazonaws.com" };
    const answer = await organizations<{ DelegatedAdministrators: { Id: string }[] }>(
      "ListDelegatedAdministrators",
      input,
      signal,
    );
    return answer.DelegatedAdministrators.some(({ Id }) => Id === account);
  } catch {
    return false;
  }
}
