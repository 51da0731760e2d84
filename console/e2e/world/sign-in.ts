import type { Page } from "@playwright/test";
import { ACCOUNT } from "./generated-events";

export interface Credentials {
  account: string;
  user: string;
  password: string;
}

export const ADMINISTRATOR: Credentials = {
  account: ACCOUNT,
  user: "administrator",
  password: "Stack-of-stones-on-the-hill-7",
};

/** Signs in as a person does, and waits for the page that comes then. */
export async function signIn(page: Page, who: Credentials): Promise<void> {
  await page.goto("/_cairn/console/sign-in");
  await page
    .getByLabel(/account/i)
    .first()
    .fill(who.account);
  await page.getByLabel("User name").fill(who.user);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
}
