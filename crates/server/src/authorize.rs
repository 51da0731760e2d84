//! Whether a caller may make a call: the caller's policies, and the bucket's.

use std::borrow::Cow;
use std::sync::Arc;

use cairn_access::{
    CLOUDTRAIL_SERVICE, Caller, Context, Decision, Permission, Policy, PolicyError, PolicyKind, Principal,
    Service,
};
use cairn_catalog::{Snapshot, Trail};
use cairn_event::AccountId;
use cairn_s3::{Bucket, Deed, Gate};
use cairn_sts::{Rights, with_organizations};
use cairn_wire::s3::{Call, Level};

/// Decides a call of Cairn's own services.
///
/// # Errors
/// A stored policy can't be read; then nothing is allowed.
pub(crate) fn decide(
    caller: &Caller,
    snapshot: &Snapshot,
    resource_policy: Option<&Policy>,
    asked: (&str, &str, AccountId),
    context: Context,
) -> Result<Decision, PolicyError> {
    Ok(Rights::of(caller, snapshot, managed_document)?.decide(resource_policy, asked, context))
}

/// Returns what organizations say about CloudTrail's work for a trail of `account` on a resource of `owner`.
pub(crate) fn facts_of_delivery(snapshot: &Snapshot, account: AccountId, owner: AccountId) -> Context {
    let service = Principal::Service(CLOUDTRAIL_SERVICE.to_owned());
    let context = Context::default().with("aws:SourceAccount", account.to_string());
    with_organizations(context, &service, owner, snapshot)
}

/// Tells whether a trail's account has left the organization that the trail delivered for. What was recorded before
/// still goes into that organization's folder, and a policy that asks for it must find it.
pub(crate) fn has_left(trail: &Trail, current: &Snapshot) -> bool {
    let now = current.member(trail.account).map(|member| &member.organization);
    trail.organization.as_ref().is_some_and(|then| now != Some(then))
}

/// Finds the document of a managed policy, an account's own or one of AWS's.
pub(crate) fn managed_document<'a>(snapshot: &'a Snapshot, arn: &str) -> Option<Cow<'a, str>> {
    match cairn_iam::aws_policy(arn) {
        Some(policy) => Some(Cow::Borrowed(policy.document)),
        None => snapshot.managed_policy(arn)?.document().map(Cow::Borrowed),
    }
}

/// Decides about objects that a call names elsewhere than in its address: the source of a copy, the keys
/// of a DeleteObjects.
#[derive(Debug)]
pub(crate) struct Policies {
    pub(crate) caller: Caller,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) context: Context,
}

impl Gate for Policies {
    fn allows(&self, deed: Deed, bucket: &Bucket, key: &str) -> bool {
        let action = match deed {
            Deed::Read => "s3:GetObject",
            Deed::Delete => "s3:DeleteObject",
        };
        let resource = format!("arn:aws:s3:::{}/{key}", bucket.name);
        let Ok(owner) = bucket.owner.parse() else { return false };
        let policy = bucket.policy.as_deref().map(|text| Policy::parse(PolicyKind::Resource, text));
        let decision = policy.transpose().and_then(|policy| {
            let asked = (action, resource.as_str(), owner);
            decide(&self.caller, &self.snapshot, policy.as_ref(), asked, self.context.clone())
        });
        match decision {
            Ok(decision) => decision.message().is_none(),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a stored policy can't be read");
                false
            }
        }
    }

    fn reads(&self, policy: &str) -> Result<(), String> {
        Policy::parse(PolicyKind::Resource, policy)
            .map(|_policy| ())
            .map_err(|error| format!("{}: {}", error.place, error.problem))
    }
}

/// Returns the IAM action of an S3 call: not always the operation's name.
pub(crate) fn s3_action(call: &Call) -> String {
    let operation = call.operation.unwrap_or(call.event_name);
    match Permission::of(Service::S3, operation) {
        Some(permission) => permission.action.to_owned(),
        None => format!("s3:{operation}"),
    }
}

/// Returns the ARN of what an S3 call is done to.
pub(crate) fn s3_resource(call: &Call) -> String {
    match (call.level, &call.bucket, &call.key) {
        (Level::Object, Some(bucket), Some(key)) => format!("arn:aws:s3:::{bucket}/{key}"),
        // The key stands in the form.
        (Level::Bucket, Some(bucket), _) if call.operation == Some("PostObject") => {
            format!("arn:aws:s3:::{bucket}/*")
        }
        (_, Some(bucket), _) => format!("arn:aws:s3:::{bucket}"),
        (_, None, _) => "*".to_owned(),
    }
}
