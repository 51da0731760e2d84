import type { Page } from "@playwright/test";

/** What one goes to by its name, in a list of landmarks, tables or controls. */
const NAMED =
  "navigation|table|grid|dialog|alertdialog|toolbar|radiogroup|application|img|slider|progressbar|columnheader|" +
  "button|link|textbox|searchbox|combobox|checkbox|switch|radio|tab|menuitem|menuitemcheckbox|option";

const KINDS: [RegExp, string][] = [
  [new RegExp(`^- (${NAMED})(?: \\[[^\\]]*\\])*(?::.*)?$`), "has no name"],
  [/^- '?(?:button|link) "(?:here|click here|this|more|read more|link|button|icon)"/i, "says nothing"],
  [/^- '?[a-z]+ "(.{3,}) \1"/, "says everything twice"],
];

/** What a screen reader would tell badly of a page, as Playwright writes its accessibility tree. */
export const faultsIn = (tree: string): string[] =>
  tree.split("\n").flatMap((line) => {
    const told = line.trim();
    return KINDS.flatMap(([pattern, fault]) => (pattern.test(told) ? [`${told}: ${fault}`] : []));
  });

/** What it would tell badly of the page that is open. */
export const heardBadly = async (page: Page): Promise<string[]> =>
  faultsIn(await page.locator("body").ariaSnapshot());
