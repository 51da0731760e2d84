import HelpPanel from "@cloudscape-design/components/help-panel";

/** What a validation proves, beside the page. */
export const HELP = (
  <HelpPanel header={<h2>Integrity</h2>}>
    <p>
      Each hour of a trail with log file validation has a <b>digest</b>: the hashes of all log files that were
      delivered in it, the hash and the signature of the digest before, and a signature of its own. So nobody
      can change, remove or add a file unnoticed.
    </p>
    <h3>Results</h3>
    <dl>
      <dt>Invalid</dt>
      <dd>Changed, removed, moved or forged. Choose the finding to see what it means and what to do.</dd>
      <dt>Not checked</dt>
      <dd>It could not be read, so nothing is known of it.</dd>
      <dt>Gap</dt>
      <dd>A time without digests: logging or validation was off, or they are gone.</dd>
      <dt>Warning</dt>
      <dd>Worth a look; it proves nothing wrong.</dd>
    </dl>
    <h3>What is needed</h3>
    <p>
      Permission for cloudtrail:DescribeTrails and cloudtrail:ListPublicKeys, and for s3:ListBucket and
      s3:GetObject on the trail's bucket. Where trails deliver to another S3, Cairn's own credentials read
      there, and must be allowed the same.
    </p>
  </HelpPanel>
);
