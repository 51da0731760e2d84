import { expect, test } from "vitest";
import { newest } from "./newest";

const NOW = new Date("2026-11-26T12:00:00Z");
const FOLDER = "AWSLogs/1/CloudTrail/us-east-1/2026/11/26/";
const keyOf = (time: string) => `${FOLDER}1_CloudTrail_us-east-1_20261126T${time}Z_abcdefgh12345678.json.gz`;

/** A bucket that lists no more than so many keys. */
const bucket = (keys: string[], most: number) => async (prefix: string) => {
  const found = keys.filter((key) => key.startsWith(prefix)).sort();
  const objects = found.slice(0, most).map((Key) => ({ Key, Size: 1, LastModified: "" }));
  return { objects, isTruncated: found.length > most };
};

test("the newest come first, ten at most", async () => {
  const keys = Array.from({ length: 12 }, (_, at) => keyOf(`00${String(at).padStart(2, "0")}`));
  const found = await newest(bucket(keys, 1000), FOLDER, NOW);
  expect(found.map(({ Key }) => Key)).toEqual(keys.toReversed().slice(0, 10));
});

test("a day with more files than a listing holds is looked at from its end", async () => {
  const keys = Array.from({ length: 90 }, (_, at) =>
    keyOf(`${String(at % 10).padStart(2, "0")}${10 + Math.floor(at / 10)}`),
  );
  const found = await newest(bucket(keys, 20), FOLDER, NOW);
  expect(found[0]?.Key).toBe(keyOf("0918"));
  expect(found).toHaveLength(10);
});

test("nothing is nothing", async () => expect(await newest(bucket([], 10), FOLDER, NOW)).toEqual([]));
