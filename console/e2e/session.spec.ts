import { expect, test } from "./fixtures";
import { ACCOUNT } from "./world/generated-events";
import { accountMenu, assignDevice, createPerson, enterCredentials, recordsOf } from "./world/person";
import { ADMINISTRATOR } from "./world/sign-in";
import { Authenticator, totp } from "./world/totp";

const PASSWORD = "Moss-on-the-north-side-3";

// Nobody is signed in here at first.
test.use({ storageState: { cookies: [], origins: [] } });

test("a deep link leads through the sign-in to its page, and both attempts are recorded", async ({
  page,
  aws,
  look,
}) => {
  await createPerson(aws, "sign-in-ann", { password: PASSWORD });
  await page.goto("/_cairn/console/events?region=us-east-1");
  await expect(page).toHaveURL(/\/sign-in\?to=/);
  await look("sign-in");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Enter your password.")).toBeVisible();
  await enterCredentials(page, "sign-in-ann", "wrong");
  await expect(page.getByText("Your sign-in information is incorrect")).toBeVisible();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await look("sign-in-failed");
  // As it is pasted from where numbers are read in groups.
  await enterCredentials(page, "sign-in-ann", PASSWORD, ACCOUNT.replace(/(....)(?=.)/g, "$1 "));
  await expect(page).toHaveURL(/\/events\?/);
  await expect(page.getByRole("heading", { level: 1, name: /Event history/ })).toBeVisible();
  await expect(accountMenu(page)).toContainText("sign-in-ann");
  await expect
    .poll(async () =>
      (await recordsOf(aws, "ConsoleLogin", "sign-in-ann")).map((record) => record.responseElements),
    )
    .toEqual([{ ConsoleLogin: "Success" }, { ConsoleLogin: "Failure" }]);
});

test("a browser that keeps no cookies is told so", async ({ page, aws }) => {
  await createPerson(aws, "sign-in-lea", { password: PASSWORD });
  await page.route("**/console/session", async (route) => {
    const answer = await route.fetch();
    await page.context().clearCookies();
    const { "set-cookie": _, ...headers } = answer.headers();
    await route.fulfill({ response: answer, headers });
  });
  await page.goto("/_cairn/console/sign-in");
  await enterCredentials(page, "sign-in-lea", PASSWORD);
  await expect(page.getByText("Your browser does not keep the session")).toBeVisible();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
});

test("a sign-in that worked is one, also where what is asked next is not answered", async ({ page, aws }) => {
  await createPerson(aws, "sign-in-mia", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in");
  await expect(page.getByLabel("User name")).toBeVisible();
  await page.route("**/console/session", (route) =>
    route.request().method() === "GET" ? route.abort() : route.continue(),
  );
  await enterCredentials(page, "sign-in-mia", PASSWORD);
  await expect(accountMenu(page)).toContainText("sign-in-mia");
});

test("signing out ends the session, and the name is remembered for the next one", async ({ page, aws }) => {
  await createPerson(aws, "sign-in-ben", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in");
  await enterCredentials(page, "sign-in-ben", PASSWORD);
  await accountMenu(page).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await expect(page.getByLabel("User name")).toHaveValue("sign-in-ben");
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.goto("/_cairn/console/trails");
  await expect(page).toHaveURL(/\/sign-in\?to=/);
});

test("a session that ends is renewed above the page, and nothing typed is lost", async ({
  page,
  aws,
  look,
}) => {
  await createPerson(aws, "sign-in-cem", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in?to=/switch-role");
  await enterCredentials(page, "sign-in-cem", PASSWORD);
  await page.getByLabel("Role name").fill("half-typed");
  await page.getByLabel("Account ID or alias").fill("123456789012");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Switch role", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog.getByLabel("User name")).toHaveValue("sign-in-cem");
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await look("session-ended");
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("Role name")).toHaveValue("half-typed");
});

test("whatever was refused is asked for anew by whoever signs in again, now or later", async ({
  page,
  aws,
}) => {
  await createPerson(aws, "sign-in-gus", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in?to=/events");
  await enterCredentials(page, "sign-in-gus", PASSWORD);
  const rows = page.getByRole("table", { name: "Events" }).locator("tbody tr");
  await expect(rows.nth(5)).toBeVisible();
  await page.context().clearCookies();
  const refresh = page.getByRole("button", { name: "Refresh" });
  await refresh.click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByRole("button", { name: "Close modal" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("You are not signed in any more.")).toBeVisible();
  await refresh.click();
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("You are not signed in any more.")).toBeHidden();
  await expect(rows.nth(5)).toBeVisible();
});

test("a tail that was refused goes on by itself once one has signed in again", async ({ page, aws }) => {
  await createPerson(aws, "sign-in-kai", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in?to=/events");
  await enterCredentials(page, "sign-in-kai", PASSWORD);
  await expect(page.getByRole("table", { name: "Events" }).locator("tbody tr").nth(5)).toBeVisible();
  await page.context().clearCookies();
  await page.getByRole("checkbox", { name: "Live" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/^Live, \d+ new events?$/)).toBeVisible();
  await expect(page.getByText("You are not signed in any more.")).toBeHidden();
});

test("whoever wants to sign in later is left alone by calls that a page makes by itself", async ({
  page,
  aws,
}) => {
  await createPerson(aws, "sign-in-ivo", { password: PASSWORD });
  // Whatever Playwright evaluates counts as an act of the user's.
  await page.addInitScript(
    "Object.defineProperty(navigator, 'userActivation', { value: { isActive: false } })",
  );
  await page.clock.install();
  await page.goto("/_cairn/console/sign-in?to=/trails");
  await enterCredentials(page, "sign-in-ivo", PASSWORD);
  await expect(page.getByRole("table", { name: "Trails" }).getByText("main").first()).toBeVisible();
  await page.context().clearCookies();
  const told = () =>
    page.waitForResponse((answer) => answer.url().endsWith("/session") && answer.status() === 401);
  const first = told();
  await page.clock.fastForward("00:16");
  await first;
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByRole("button", { name: "Close modal" }).click();
  await expect(dialog).toBeHidden();
  const second = told();
  await page.clock.fastForward("00:16");
  await second;
  // Whatever the answer brings about is drawn with the next frame at the latest.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
  await page.clock.runFor(1000);
  await expect(dialog).toBeHidden();
});

test("a code that went by while a password was chosen is asked for again, and the password stays", async ({
  page,
  aws,
}) => {
  await createPerson(aws, "sign-in-hal", { password: PASSWORD, changes: true });
  const now = Date.now();
  const seed = await assignDevice(aws, "sign-in-hal", now);
  await page.clock.install();
  await page.goto("/_cairn/console/sign-in");
  await enterCredentials(page, "sign-in-hal", PASSWORD);
  // Used already, and no attempt while it is not sent with a password.
  await page.getByLabel("MFA code").fill(totp(seed, now));
  await page.getByRole("button", { name: "Submit" }).click();
  await page.getByLabel("New password", { exact: true }).fill("Lichen-grows-slowly-9");
  await page.getByLabel("New password again").fill("Lichen-grows-slowly-9");
  await page.clock.fastForward("00:31");
  await page.getByRole("button", { name: "Change password and sign in" }).click();
  await expect(page.getByText("The new password that you chose goes with them.")).toBeVisible();
  await page.getByLabel("MFA code").fill(new Authenticator(seed, now).code());
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(accountMenu(page)).toContainText("sign-in-hal");
  const withCode = async () =>
    (await recordsOf(aws, "ConsoleLogin", "sign-in-hal"))
      .filter(({ additionalEventData: told }) => (told as { MFAUsed?: string }).MFAUsed === "Yes")
      .map(({ responseElements }) => responseElements);
  await expect.poll(withCode).toEqual([{ ConsoleLogin: "Success" }]);
});

test("a password that was given must be changed, by the account's rules", async ({ page, aws, look }) => {
  await createPerson(aws, "sign-in-dan", { password: PASSWORD, changes: true });
  await page.goto("/_cairn/console/sign-in");
  await enterCredentials(page, "sign-in-dan", PASSWORD);
  await expect(page.getByText("Choose a new password to sign in.")).toBeVisible();
  const choose = async (password: string) => {
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("New password again").fill(password);
    await page.getByRole("button", { name: "Change password and sign in" }).click();
  };
  await choose("short");
  await expect(page.getByLabel("New password", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await look("sign-in-new-password");
  await choose("Lichen-grows-slowly-9");
  await expect(accountMenu(page)).toContainText("sign-in-dan");
  await expect.poll(async () => (await recordsOf(aws, "PasswordUpdated", "sign-in-dan")).length).toBe(1);
});

test("whoever guesses has to wait, and is told how long", async ({ page, look }) => {
  await page.goto("/_cairn/console/sign-in");
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await enterCredentials(page, "sign-in-nobody", `guess ${attempt}`);
    await expect(page.getByRole("alert").first()).toBeVisible();
  }
  await expect(async () => {
    if (await page.getByRole("button", { name: "Sign in", exact: true }).isEnabled()) {
      await enterCredentials(page, "sign-in-nobody", "one more");
    }
    await expect(page.getByText(/You can try again in \d+ s/)).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeDisabled();
  await look("sign-in-locked-out");
});

test("the sign-in page can be told for whom it is", async ({ page }) => {
  await page.goto(`/_cairn/console/sign-in?account=${ADMINISTRATOR.account}&user=administrator`);
  await expect(page.getByLabel("Account ID or alias")).toHaveValue(ADMINISTRATOR.account);
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.getByText("Root user").click();
  await expect(page.getByLabel("User name")).toBeHidden();
});

test("a page never goes on as somebody else who signed in in another tab", async ({ page, aws, look }) => {
  await createPerson(aws, "sign-in-eva", { password: PASSWORD });
  await createPerson(aws, "sign-in-fay", { password: PASSWORD });
  await page.goto("/_cairn/console/sign-in?to=/account");
  await enterCredentials(page, "sign-in-eva", PASSWORD);
  await expect(accountMenu(page)).toContainText("sign-in-eva");
  const other = await page.context().newPage();
  await other.goto("/_cairn/console/account");
  await accountMenu(other).click();
  await other.getByRole("menuitem", { name: "Sign out" }).click();
  await other.getByLabel("User name").fill("sign-in-fay");
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(accountMenu(other)).toContainText("sign-in-fay");
  await page.getByRole("button", { name: "Assign MFA device" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  const dialog = page.getByRole("dialog", { name: "You are somebody else now" });
  await expect(dialog.getByText(/sign-in-fay/)).toBeVisible();
  await look("somebody-else");
  await dialog.getByRole("button", { name: "Load this page anew" }).click();
  await expect(accountMenu(page)).toContainText("sign-in-fay");
});
