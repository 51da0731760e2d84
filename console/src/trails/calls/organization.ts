import { Refusal, send, urlOf } from "../../api/call";

/** What is known of the caller's organization. */
export interface Organization {
  id: string;
  management: string;
  /** Whether the caller's account manages it, or administers CloudTrail for it. */
  governs: boolean;
  /** Why that is not certain. */
  doubt?: Refusal;
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

/** The organization that an account is in; `null` where it is in none. */
export async function findOrganization(account: string, signal?: AbortSignal): Promise<Organization | null> {
  try {
    const { Organization: found } = await organizations<{
      Organization: { Id: string; MasterAccountId: string };
    }>("DescribeOrganization", {}, signal);
    const management = found.MasterAccountId;
    const known = management === account ? { governs: true } : await administers(account, signal);
    return { id: found.Id, management, ...known };
  } catch (error) {
    if (error instanceof Refusal && error.code === "AWSOrganizationsNotInUseException") return null;
    throw error;
  }
}

/** Whether the account administers CloudTrail. */
async function administers(
  account: string,
  signal?: AbortSignal,
): Promise<Pick<Organization, "governs" | "doubt">> {
  try {
    const input = { ServicePrincipal: "cloudtrail.amazonaws.com" };
    const answer = await organizations<{ DelegatedAdministrators: { Id: string }[] }>(
      "ListDelegatedAdministrators",
      input,
      signal,
    );
    return { governs: answer.DelegatedAdministrators.some(({ Id }) => Id === account) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Who administers nothing may not even ask, whatever the policies allow; these name an action.
    const isAnswer = error.isDenied && !error.action;
    return isAnswer ? { governs: false } : { governs: false, doubt: error };
  }
}
