//! Keys that a service makes for an account on first use: `alias/aws/s3`.

use cairn_catalog::{Change, KmsAlias, KmsKey};
use cairn_event::{AccountId, Region};

use crate::rotation::ROTATION_DAYS;
use crate::{Caller, Kms, Refusal};

impl Kms {
    /// Returns the ARN of the key that `service` has in the caller's account and Region; it is made where there is
    /// none. Everybody in the account may use it through the service, and nobody otherwise.
    ///
    /// # Errors
    /// The key could not be made.
    pub async fn managed_key(&self, caller: &Caller, service: &str) -> Result<String, Refusal> {
        let name = format!("alias/aws/{service}");
        let arn = caller.arn(&name);
        let known = |key_id: &str| caller.arn(&format!("key/{key_id}"));
        if let Some(alias) = self.catalog.current().kms_alias(&arn) {
            return Ok(known(&alias.key_id));
        }
        let key = self.new_key(caller, policy(service, caller.account, &caller.region))?;
        let key = KmsKey {
            description: format!(
                "Default key that protects what {service} keeps when no other key is defined"
            ),
            managed_by: Some(service.to_owned()),
            rotation_days: Some(ROTATION_DAYS),
            ..key
        };
        let alias = KmsAlias {
            arn: arn.clone(),
            name,
            account: caller.account,
            region: caller.region.clone(),
            key_id: key.id.clone(),
            created: key.created,
            updated: key.created,
        };
        self.change(|snapshot| match snapshot.kms_alias(&arn) {
            Some(alias) => Ok((Vec::new(), known(&alias.key_id))),
            None => {
                let key = Box::new(key.clone());
                let answer = key.arn.clone();
                Ok((vec![Change::PutKmsKey(key), Change::PutKmsAlias(Box::new(alias.clone()))], answer))
            }
        })
        .await
    }
}

/// Returns the policy of a service's own key, as AWS writes it.
fn policy(service: &str, account: AccountId, region: &Region) -> String {
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Id": format!("auto-{service}-2"),
        "Statement": [
            {
                "Sid": format!("Allow access through {service} for all principals in the account that are authorized to use {service}"),
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": {"StringEquals": {
                    "kms:ViaService": format!("{service}.{region}.amazonaws.com"),
                    "kms:CallerAccount": account.to_string()
                }}
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*"],
                "Resource": "*"
            }
        ]
    });
    policy.to_string()
}
