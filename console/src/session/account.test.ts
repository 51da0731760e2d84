import { expect, test } from "vitest";
import { accountOf } from "./account";

test("an account's ID is its digits, however it was pasted", () => {
  for (const typed of ["123456789012", " 123456789012\n", "1234-5678-9012", "1234 5678 9012"])
    expect(accountOf(typed)).toBe("123456789012");
});

test("an alias stays as it is", () => {
  for (const alias of ["north-face", "1234-5678", "a-123456789012"])
    expect(accountOf(` ${alias} `)).toBe(alias);
});
