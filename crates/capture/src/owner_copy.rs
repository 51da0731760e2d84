//! The copy of a record that the owner of a resource receives when somebody of another account used it.

use cairn_event::{AccountId, Record, UserIdentity};

/// Ids that a shared record needs beside its own.
#[derive(Debug, Clone, Copy)]
pub struct SharedIds<'a> {
    /// The GUID that both records carry as `sharedEventID`.
    pub shared_event_id: &'a str,
    /// The GUID of the owner's copy.
    pub owner_event_id: &'a str,
}

/// Splits the record of a call across accounts into the caller's and the owner's.
///
/// Both carry one `sharedEventID`. The owner learns the caller's account and principal id and no more, and
/// always finds itself named as the bucket's owner. Call it only when the record's recipient is not
/// `owner`: one account gets one record.
pub fn share_with_owner(record: Record, owner: AccountId, ids: SharedIds<'_>) -> [Record; 2] {
    let shared = Record { shared_event_id: Some(ids.shared_event_id.to_owned()), ..record };
    let mut copy = shared.clone();
    copy.event_id = ids.owner_event_id.to_owned();
    copy.recipient_account_id = Some(owner);
    copy.user_identity = UserIdentity {
        kind: Some("AWSAccount".to_owned()),
        principal_id: shared.user_identity.principal_id.clone(),
        account_id: shared.user_identity.account_id.clone(),
        ..UserIdentity::default()
    };
    for bucket in
        copy.resources.iter_mut().filter(|resource| resource.kind.as_deref() == Some("AWS::S3::Bucket"))
    {
        bucket.account_id = Some(owner.to_string());
    }
    [shared, copy]
}
