import type { Page } from "@playwright/test";

/** Goes to the next step of a wizard. */
export const next = (page: Page) => page.getByRole("button", { name: "Next", exact: true }).click();
