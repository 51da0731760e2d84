import type { StoredObject } from "../calls/s3";

/** How many files are shown. */
const SHOWN_MAX = 10;

type List = (prefix: string) => Promise<{ objects: StoredObject[]; isTruncated: boolean }>;

/**
 * The newest files of a day. Their names hold the time they are of, so where a listing does not hold the whole day, the
 * hours are listed one by one from the newest on.
 */
export async function newest(list: List, folder: string, now: Date): Promise<StoredObject[]> {
  const day = await list(folder);
  let found = day.objects;
  const first = found[0];
  if (day.isTruncated && first) {
    const stem = first.Key.replace(/\d{8}T\d{4}Z_[^/]*$/, "");
    const date = now.toISOString().slice(0, 10).replaceAll("-", "");
    found = [];
    for (let hour = 23; hour >= 0 && found.length < SHOWN_MAX; hour -= 1) {
      const page = await list(`${stem}${date}T${String(hour).padStart(2, "0")}`);
      found = [...page.objects, ...found];
    }
  }
  return [...found].sort((one, other) => (one.Key < other.Key ? 1 : -1)).slice(0, SHOWN_MAX);
}
