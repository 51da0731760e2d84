import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { colorBackgroundLayoutMain } from "./tokens";

test("the tokens are those of the components", () => {
  const name = /var\((--[\w-]+)/.exec(colorBackgroundLayoutMain)?.[1] ?? "none";
  const themes = readFileSync(
    "node_modules/@cloudscape-design/components/internal/base-theme/styles.scoped.css",
    "utf8",
  );
  expect(themes).toContain(`${name}:`);
});
