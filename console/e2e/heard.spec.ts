import { expect, test } from "@playwright/test";
import { faultsIn, heardBadly } from "./world/heard";

test("what a screen reader tells badly is found", async ({ page }) => {
  await page.setContent(`
    <nav><a href="/a">here</a></nav>
    <nav aria-label="Steps"><a href="/b">Review</a></nav>
    <table><tr><th>Name</th><td>main</td></tr></table>
    <table aria-label="Trails"><tr><th>Name</th><td><button></button><button>Copy</button></td></tr></table>
    <button aria-label="Copy key AKIA1 Copy key AKIA1">x</button>
    <input value="main"><input aria-label="Trail" value="main">`);
  expect(await heardBadly(page)).toEqual([
    "- navigation:: has no name",
    '- link "here":: says nothing',
    "- table:: has no name",
    "- button: has no name",
    expect.stringContaining("says everything twice"),
    "- textbox: main: has no name",
  ]);
});

test("a state is no name", () => {
  expect(faultsIn("- checkbox [checked]")).toHaveLength(1);
  expect(faultsIn('- checkbox "Live" [checked]')).toEqual([]);
});
