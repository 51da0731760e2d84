import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { ACCOUNT } from "./world/generated-events";
import { accountMenu, assignDevice, createPerson, enterCredentials, recordsOf } from "./world/person";
import { Authenticator, STEP_MS, totp } from "./world/totp";

const PASSWORD = "Moss-on-the-north-side-3";

async function signInAs(page: Page, user: string, to: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto(`/_cairn/console/sign-in?to=${encodeURIComponent(to)}`);
  await enterCredentials(page, user, PASSWORD);
  await expect(accountMenu(page)).toContainText(user);
}

test("the account page tells who one is, and shows access keys", async ({ page, aws, look }) => {
  await createPerson(aws, "account-ann", { password: PASSWORD });
  await aws.query("iam", "CreateAccessKey", { UserName: "account-ann" });
  await signInAs(page, "account-ann", "/account");
  await expect(page.locator("#page").getByText(`arn:aws:iam::${ACCOUNT}:user/account-ann`)).toBeVisible();
  await expect(page.getByText("Signed in without MFA")).toBeVisible();
  await expect(page.getByRole("table", { name: "Access keys" }).getByText(/^AKIA/)).toBeVisible();
  await look("account");
  await page.getByRole("link", { name: /events of access key/ }).click();
  await expect(page).toHaveURL(/\/events\?.*AKIA/);
});

test("a password is changed where it is known, by the rules that are shown", async ({ page, aws, look }) => {
  await createPerson(aws, "account-ben", { password: PASSWORD });
  await signInAs(page, "account-ben", "/account");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("At least 8 characters")).toBeVisible();
  const change = async (old: string, next: string) => {
    await page.getByLabel("Current password").fill(old);
    await page.getByLabel("New password", { exact: true }).fill(next);
    await page.getByLabel("New password again").fill(next);
    await page.getByRole("button", { name: "Save new password" }).click();
  };
  await change("wrong", "Lichen-grows-slowly-9");
  await expect(page.getByText("This is not your current password.")).toBeVisible();
  await look("account-password");
  await change(PASSWORD, "Lichen-grows-slowly-9");
  await expect(page.getByText("Your password was changed.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Change password" })).toBeFocused();
  // This session goes on.
  await page.reload();
  await expect(accountMenu(page)).toContainText("account-ben");
  const errors = async () =>
    (await recordsOf(aws, "ChangePassword", "account-ben")).map((record) => record.errorCode !== undefined);
  await expect.poll(errors).toEqual([false, true]);
});

test("a device is assigned by two codes, asked for at the next sign-in, and removed", async ({
  page,
  aws,
  look,
}) => {
  test.slow();
  await createPerson(aws, "account-cem", { password: PASSWORD });
  await signInAs(page, "account-cem", "/account");
  const assign = page.getByRole("button", { name: "Assign MFA device" });
  await assign.click();
  const dialog = page.getByRole("dialog", { name: "Assign MFA device" });
  await expect(dialog.getByLabel("Device name")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(assign).toBeFocused();
  await assign.click();
  await page.getByRole("button", { name: "Next" }).click();
  await expect(dialog.getByLabel("MFA code 1")).toBeFocused();
  await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
  const shown = await dialog.getByText(/^[A-Z2-7]{4} [A-Z2-7]{4}/).textContent();
  const seed = (shown ?? "").replace(/\s/g, "");
  const enter = async (first: string, second: string) => {
    await dialog.getByLabel("MFA code 1").fill(first);
    await dialog.getByLabel("MFA code 2").fill(second);
    await dialog.getByRole("button", { name: "Assign", exact: true }).click();
  };
  await enter("000000", "000001");
  await expect(dialog.getByText(/not two codes in a row/)).toBeVisible();
  await look("account-mfa");
  const now = Date.now();
  await enter(totp(seed, now - STEP_MS), totp(seed, now));
  const phone = new Authenticator(seed, now);
  await expect(page.getByText("The MFA device was assigned.")).toBeVisible();
  await expect(page.getByRole("table", { name: "MFA devices" }).getByText("account-cem-phone")).toBeVisible();

  await page.context().clearCookies();
  await page.goto("/_cairn/console/sign-in?to=/account");
  await enterCredentials(page, "account-cem", PASSWORD);
  await page.getByLabel("MFA code").fill("000000");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByText(/This code is not right/)).toBeVisible();
  await look("sign-in-mfa");
  await page.getByLabel("MFA code").fill(phone.code());
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByText("Signed in with MFA")).toBeVisible();
  await page.getByRole("button", { name: "Resync account-cem-phone" }).click();
  const resync = page.getByRole("dialog", { name: "Resync account-cem-phone" });
  await look("account-mfa-resync");
  await resync.getByLabel("MFA code 1").fill(phone.code());
  await resync.getByLabel("MFA code 2").fill(phone.code());
  await resync.getByRole("button", { name: "Resync", exact: true }).click();
  await expect(page.getByText("The codes of account-cem-phone are right again.")).toBeVisible();
  await page.getByRole("button", { name: "Remove account-cem-phone" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("No MFA devices")).toBeVisible();
});

test("a device that may not be deleted is removed all the same", async ({ page, aws }) => {
  const actions = ["iam:ListMFADevices", "iam:DeactivateMFADevice"];
  await createPerson(aws, "account-fox", { password: PASSWORD, actions });
  const now = Date.now();
  const seed = await assignDevice(aws, "account-fox", now);
  await page.context().clearCookies();
  await page.goto("/_cairn/console/sign-in?to=/account");
  await enterCredentials(page, "account-fox", PASSWORD);
  await page.getByLabel("MFA code").fill(new Authenticator(seed, now).code());
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByRole("button", { name: "Remove account-fox-phone" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByText("account-fox-phone is not assigned to you any more")).toBeVisible();
  await expect(page.getByText("No MFA devices")).toBeVisible();
});

test("a device that was left halfway is no obstacle, and one that is left is deleted", async ({
  page,
  aws,
}) => {
  await createPerson(aws, "account-gil", { password: PASSWORD });
  await aws.query("iam", "CreateVirtualMFADevice", { VirtualMFADeviceName: "account-gil-phone" });
  await signInAs(page, "account-gil", "/switch-role");
  await accountMenu(page).click();
  await page.getByRole("menuitem", { name: "My account" }).click();
  await page.getByRole("button", { name: "Assign MFA device" }).click();
  const dialog = page.getByRole("dialog", { name: "Assign MFA device" });
  await dialog.getByRole("button", { name: "Next" }).click();
  await expect(dialog.getByText("account-gil-phone is there already")).toBeVisible();
  await expect(dialog.getByLabel("Device name")).toHaveValue("account-gil-phone-2");
  await dialog.getByRole("button", { name: "Next" }).click();
  await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
  const devices = async () =>
    (await aws.query("iam", "ListVirtualMFADevices")).match(/account-gil-phone[-\d]*/g) ?? [];
  expect(await devices()).toEqual(["account-gil-phone", "account-gil-phone-2"]);
  // To another page; nothing was cancelled.
  await page.goBack();
  await expect.poll(devices).toEqual(["account-gil-phone"]);
});

test("whoever may do little is told what to ask for", async ({ page, aws, look }) => {
  await createPerson(aws, "account-dan", { password: PASSWORD, actions: ["cloudtrail:LookupEvents"] });
  await signInAs(page, "account-dan", "/account");
  await expect(page.getByText("You may not list your access keys")).toBeVisible();
  await expect(page.getByText('"Action": "iam:ListAccessKeys"')).toBeVisible();
  await look("account-denied");
});

test("a role is switched to and back from, and both are recorded", async ({ page, aws, look }) => {
  test.slow();
  await createPerson(aws, "account-eva", { password: PASSWORD });
  await signInAs(page, "account-eva", "/switch-role");
  await page.getByLabel("Account ID or alias").fill(ACCOUNT);
  await page.getByLabel("Role name").fill("account-nobody");
  await page.getByLabel(/Display name/).fill("Auditing");
  const button = page.getByRole("button", { name: "Switch role", exact: true });
  await button.click();
  await expect(page.getByText("You may not switch to account-nobody")).toBeVisible();
  await look("switch-role-refused");
  await page.getByLabel("Role name").fill("auditor");
  await button.click();
  await expect(accountMenu(page)).toContainText("Auditing");
  await page.goto("/_cairn/console/account");
  await expect(page.getByText("You work in the role auditor")).toBeVisible();
  await look("account-role");
  await accountMenu(page).click();
  await page.getByRole("menuitem", { name: /Back to account-eva/ }).click();
  await expect(accountMenu(page)).toContainText("account-eva");
  await page.goto("/_cairn/console/switch-role");
  await expect(page.getByRole("button", { name: "Switch to Auditing" })).toBeVisible();
  await look("switch-role");
});
