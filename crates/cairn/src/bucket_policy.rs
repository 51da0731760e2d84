//! `cairn bucket-policy`.

use cairn_access::delivery_bucket_policy;

use crate::output;
use crate::settings::Place;

/// Flags of `cairn bucket-policy`.
#[derive(Debug, clap::Args)]
pub(crate) struct BucketPolicy {
    /// The bucket; it need not exist.
    bucket: String,
    /// The trail's S3 key prefix, if it has one.
    #[arg(long)]
    prefix: Option<String>,
    /// The id of the organization whose trails deliver there too. The server's account manages it.
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
}

impl BucketPolicy {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let account = place.installation()?.account;
        let (organization, prefix) = (self.organization.as_deref(), self.prefix.as_deref());
        output::print(format!("{}\n", delivery_bucket_policy(&self.bucket, account, organization, prefix)))
    }
}
