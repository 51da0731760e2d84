import { expect, test } from "./fixtures";

test("a browser that opens the server is led to the console", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/_cairn\/console\/?\?region=us-east-1$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Dashboard");
});
