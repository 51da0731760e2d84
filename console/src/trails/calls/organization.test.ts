import { afterEach, expect, test, vi } from "vitest";
import { findOrganization } from "./organization";

afterEach(() => vi.unstubAllGlobals());

/** Answers each operation with its members; an Error refuses with its message as the code. */
function serve(answers: Record<string, object>) {
  vi.stubGlobal("fetch", async (_: string, { headers }: { headers: Headers }) => {
    const answer = answers[headers.get("x-amz-target")?.split(".")[1] ?? ""] ?? {};
    return answer instanceof Error
      ? Response.json({ __type: answer.name, message: answer.message }, { status: 400 })
      : Response.json(answer);
  });
}
const refuse = (name: string, message = "no") => Object.assign(new Error(message), { name });

const OF = { Organization: { Id: "o-1", MasterAccountId: "1" } };
const DENIED = refuse(
  "AccessDeniedException",
  "User: u is not authorized to perform: organizations:ListDelegatedAdministrators",
);

test("an account is in no organization only where that is the answer", async () => {
  serve({ DescribeOrganization: refuse("AWSOrganizationsNotInUseException") });
  expect(await findOrganization("2")).toBeNull();
  serve({ DescribeOrganization: refuse("AccessDeniedException") });
  await expect(findOrganization("2")).rejects.toMatchObject({ code: "AccessDeniedException" });
  serve({ DescribeOrganization: refuse("ThrottlingException") });
  await expect(findOrganization("2")).rejects.toMatchObject({ code: "ThrottlingException" });
});

test.each<[string, string, object, boolean, boolean]>([
  ["the management account", "1", DENIED, true, false],
  ["an administrator", "2", { DelegatedAdministrators: [{ Id: "2" }] }, true, false],
  ["a member, which may not even ask", "2", refuse("AccessDeniedException", "You may not."), false, false],
  ["somebody whose policies don't let him ask", "2", DENIED, false, true],
  ["whoever is throttled", "2", refuse("ThrottlingException"), false, true],
])("%s", async (_, account, ListDelegatedAdministrators, governs, doubts) => {
  serve({ DescribeOrganization: OF, ListDelegatedAdministrators });
  const found = await findOrganization(account);
  expect([found?.id, found?.governs, found?.doubt !== undefined]).toEqual(["o-1", governs, doubts]);
});
