import { Refusal, send, urlOf } from "../../api/call";

/** Names of buckets and keys as a path: what is between slashes is encoded, slashes are not. */
const path = (bucket: string, key = "") =>
  `/${encodeURIComponent(bucket)}${key ? `/${key.split("/").map(encodeURIComponent).join("/")}` : ""}`;

/** The buckets of the account, by name. */
export async function listBuckets(region: string, signal?: AbortSignal): Promise<string[]> {
  const answer = await xml(region, "/", signal);
  return texts(answer, "Bucket > Name");
}

/** Makes a bucket in a Region. */
export async function createBucket(region: string, bucket: string): Promise<void> {
  // S3's first Region is the one that is not named.
  const where =
    region === "us-east-1"
      ? {}
      : {
          body: `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
          headers: { "content-type": "application/xml" },
        };
  await send(urlOf("s3", region, path(bucket)), { method: "PUT", ...where });
}

/** A bucket's policy; `undefined` where it has none. */
export async function getBucketPolicy(region: string, bucket: string): Promise<string | undefined> {
  try {
    return await (await send(urlOf("s3", region, `${path(bucket)}?policy=`))).text();
  } catch (error) {
    if (error instanceof Refusal && error.code === "NoSuchBucketPolicy") return undefined;
    throw error;
  }
}

export async function putBucketPolicy(region: string, bucket: string, policy: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  await send(urlOf("s3", region, `${path(bucket)}?policy=`), { method: "PUT", body: policy, headers });
}

export interface StoredObject {
  Key: string;
  Size: number;
  /** ISO 8601. */
  LastModified: string;
}

/** The objects below a prefix: a page of up to 1,000, in the order of their keys. */
export async function listObjects(
  region: string,
  bucket: string,
  prefix: string,
  signal?: AbortSignal,
): Promise<{ objects: StoredObject[]; isTruncated: boolean }> {
  const query = new URLSearchParams({ "list-type": "2", prefix }).toString().replaceAll("+", "%20");
  const answer = await xml(region, `${path(bucket)}?${query}`, signal);
  const objects = [...answer.getElementsByTagName("Contents")].map((item) => ({
    Key: textOf(item, "Key"),
    Size: Number(textOf(item, "Size")),
    LastModified: textOf(item, "LastModified"),
  }));
  return { objects, isTruncated: texts(answer, "IsTruncated")[0] === "true" };
}

/** The bytes of an object as they are stored. */
export const getObject = async (region: string, bucket: string, key: string): Promise<Blob> =>
  (await send(urlOf("s3", region, path(bucket, key)))).blob();

async function xml(region: string, target: string, signal?: AbortSignal): Promise<Document> {
  const response = await send(urlOf("s3", region, target), signal ? { signal } : {});
  return new DOMParser().parseFromString(await response.text(), "text/xml");
}

const textOf = (item: Element, name: string): string => item.getElementsByTagName(name)[0]?.textContent ?? "";

const texts = (answer: Document, selector: string): string[] =>
  [...answer.querySelectorAll(selector)].map((item) => item.textContent ?? "");
