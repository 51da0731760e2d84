//! Who asked, as an access log names them.

use cairn_access::{Caller, Trust};
use cairn_event::{Arn, UserIdentity};

use super::line::Line;

/// What S3 writes as the requester of what it does by itself.
const SERVICES: [&str; 2] = ["AmazonS3", "s3.amazonaws.com"];

/// Reads the requester: an ARN, a canonical user id, a name, a service, or nobody.
pub(super) fn caller(line: &Line<'_>) -> Caller {
    let Some(requester) = line.requester else {
        // Nobody is named of those whose signature was refused either.
        return match line.signature_version {
            Some(_) => Caller::Rejected { access_key_id: None },
            None => Caller::Unsigned,
        };
    };
    let identity = identity(requester);
    let account = identity.account_id.as_deref().and_then(|id| id.parse().ok());
    Caller::Known { identity: Box::new(identity), account, trust: Trust::Accepted }
}

fn identity(requester: &str) -> UserIdentity {
    let kind = |kind: &str| UserIdentity { kind: Some(kind.to_owned()), ..UserIdentity::default() };
    if SERVICES.contains(&requester) {
        return UserIdentity { invoked_by: Some("s3.amazonaws.com".to_owned()), ..kind("AWSService") };
    }
    if let Ok(arn) = Arn::parse(requester) {
        return of_arn(requester, &arn);
    }
    if requester.len() == 64 && requester.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        // A canonical user id stands for an account, which it does not tell.
        return UserIdentity { principal_id: Some(requester.to_owned()), ..kind("AWSAccount") };
    }
    UserIdentity { user_name: Some(requester.to_owned()), ..kind("IAMUser") }
}

fn of_arn(text: &str, arn: &Arn<'_>) -> UserIdentity {
    let named = |kind: &str| UserIdentity {
        kind: Some(kind.to_owned()),
        arn: Some(text.to_owned()),
        account_id: Some(arn.account.to_owned()).filter(|account| !account.is_empty()),
        ..UserIdentity::default()
    };
    let (kind, rest) = arn.kind_and_name().unwrap_or((arn.resource, ""));
    match (arn.service, kind) {
        ("iam", "user") => {
            let name = rest.rsplit('/').next().unwrap_or(rest);
            UserIdentity { user_name: Some(name.to_owned()), ..named("IAMUser") }
        }
        ("iam", "root") => {
            let root = named("Root");
            UserIdentity { principal_id: root.account_id.clone(), ..root }
        }
        // The role's id is not told, so that there is no principal and no issuer either.
        ("sts", "assumed-role") => named("AssumedRole"),
        ("sts", "federated-user") => named("FederatedUser"),
        _ => named("AWSAccount"),
    }
}
