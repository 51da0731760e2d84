import { sign } from "../../dev/sign";

const CLOUDTRAIL = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";

/** Of the APIs whose calls are forms. */
const VERSIONS = { iam: "2010-05-08", sts: "2011-06-15", sns: "2010-03-31" };

/** Calls of the public API as the administrator, for what must be there before a page is looked at. */
export class Aws {
  constructor(
    private readonly endpoint: string,
    private readonly credentials: { key: string; secret: string },
    private readonly region = "us-east-1",
  ) {}

  /** The same caller in another Region. */
  in(region: string): Aws {
    return new Aws(this.endpoint, this.credentials, region);
  }

  /** Calls an operation of CloudTrail. */
  cloudtrail<Answer>(operation: string, input: object = {}): Promise<Answer> {
    return this.json("cloudtrail", `${CLOUDTRAIL}.${operation}`, input);
  }

  /** Calls an operation of Organizations, KMS or CloudWatch Logs, named with what its service puts before it. */
  async json<Answer>(service: string, target: string, input: object = {}): Promise<Answer> {
    const text = await this.send(service, "POST", "/", JSON.stringify(input), {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": target,
    });
    return JSON.parse(text || "{}") as Answer;
  }

  /** Calls an action of IAM, STS or SNS; the answer is XML. */
  query(service: keyof typeof VERSIONS, action: string, input: Record<string, string> = {}): Promise<string> {
    const version = VERSIONS[service];
    const body = new URLSearchParams({ Action: action, Version: version, ...input }).toString();
    return this.send(service, "POST", "/", body, { "content-type": "application/x-www-form-urlencoded" });
  }

  /** Sends a request of S3. */
  s3(method: string, path: string, body = "", headers: Record<string, string> = {}): Promise<string> {
    return this.send("s3", method, path, body, headers);
  }

  /** Asks one of Cairn's own pages. */
  async page<Answer>(path: string, input?: object): Promise<Answer> {
    const headers = { "content-type": "application/json" };
    const text = input
      ? await this.send("cloudtrail", "POST", path, JSON.stringify(input), headers)
      : await this.send("cloudtrail", "GET", path, "", {});
    return JSON.parse(text) as Answer;
  }

  private async send(
    service: string,
    method: string,
    target: string,
    body: string,
    headers: Record<string, string>,
  ) {
    const [path = "/", query = ""] = target.split("?");
    const call = { service, region: this.region, path, query, method, body: Buffer.from(body) };
    const signed = sign({ ...call, ...this.credentials, target: this.endpoint }, headers);
    const answer = await fetch(signed.url, {
      ...signed.init,
      headers: { ...headers, ...signed.init.headers },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service} ${method} ${target}: ${answer.status} ${text}`);
    return text;
  }
}

/** A trail that logs to a bucket of its own; the bucket's policy is the one that CloudTrail asks for. */
export async function createTrail(aws: Aws, name: string, bucket: string, account: string): Promise<void> {
  await aws.s3("PUT", `/${bucket}`);
  const service = { Service: "cloudtrail.amazonaws.com" };
  const arn = `arn:aws:s3:::${bucket}`;
  const statements = [
    { Effect: "Allow", Principal: service, Action: "s3:GetBucketAcl", Resource: arn },
    {
      Effect: "Allow",
      Principal: service,
      Action: "s3:PutObject",
      Resource: `${arn}/AWSLogs/${account}/*`,
      Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
  await aws.s3("PUT", `/${bucket}?policy=`, JSON.stringify({ Version: "2012-10-17", Statement: statements }));
  const settings = { IsMultiRegionTrail: true, EnableLogFileValidation: true };
  await aws.cloudtrail("CreateTrail", { Name: name, S3BucketName: bucket, ...settings });
  await aws.cloudtrail("StartLogging", { Name: name });
}
