//! Log groups in the name of a trail's role: first what the built-in IAM lets the role do, then the service.
//!
//! On AWS, CloudTrail takes on the role and calls with its credentials. Here the calls are signed with the
//! credentials of the endpoint, which know nothing of the role, so the role is asked before each call: taking
//! its rights away stops delivery as it does on AWS.

use std::sync::Arc;

use async_trait::async_trait;
use cairn_access::{
    AccessRequest, CLOUDTRAIL_SERVICE, Caller, Context, Policies, Policy, PolicyError, PolicyKind, Principal,
    RoleSession, evaluate,
};
use cairn_catalog::{Catalog, Role, Snapshot, Trail};
use cairn_control::LogGroupVerdict;
use cairn_event::{AccountId, Arn};
use cairn_stream::{
    LinesTaken, LogGroup, LogGroups, LogLine, LogStream, LogsError, PutError, UNAVAILABLE, log_stream_name,
};

use crate::authorize;

/// The log groups of a service, for roles of the built-in IAM.
#[derive(Debug)]
pub(crate) struct RoleLogGroups {
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) groups: Arc<dyn LogGroups>,
}

/// What the built-in IAM says to a call in a role's name.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Allowed,
    NotAssumable,
    Denied,
}

const CREATE: &str = "logs:CreateLogStream";
const PUT: &str = "logs:PutLogEvents";

impl RoleLogGroups {
    /// Asks whether a trail's role may write to the trail's log group, by making the stream of the home
    /// Region. Both must be of `account`, which makes or changes the trail.
    pub(crate) async fn check(&self, trail: &Trail, account: AccountId) -> LogGroupVerdict {
        let group = trail.cw_logs_group.as_deref().and_then(LogGroup::parse);
        let Some(group) = group.filter(|group| group.account == account) else {
            return LogGroupVerdict::Missing;
        };
        let name = log_stream_name(trail.organization.as_deref(), (trail.account, &trail.home_region), 0);
        let stream = LogStream { trail, group: &group, name: &name };
        match self.ask(&stream, &[CREATE, PUT]) {
            Verdict::Allowed => {}
            Verdict::NotAssumable => return LogGroupVerdict::RoleNotAssumable,
            Verdict::Denied => return LogGroupVerdict::RoleDenied,
        }
        match self.groups.create_stream(&stream).await {
            Ok(()) => LogGroupVerdict::Allowed,
            Err(LogsError::Missing) => LogGroupVerdict::Missing,
            Err(LogsError::Failed(error)) if error.code.starts_with("AccessDenied") => {
                LogGroupVerdict::RoleDenied
            }
            // That no endpoint is configured is news to the client alone.
            Err(LogsError::Failed(error)) if error.code == UNAVAILABLE => LogGroupVerdict::Unavailable,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(trail = %trail.arn, error, "log group could not be asked");
                LogGroupVerdict::Unavailable
            }
        }
    }

    fn ask(&self, stream: &LogStream<'_>, actions: &[&str]) -> Verdict {
        match verdict(&self.catalog.current(), stream, actions) {
            Ok(verdict) => verdict,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(trail = %stream.trail.arn, error, "a stored policy can't be read");
                Verdict::Denied
            }
        }
    }

    fn permit(&self, stream: &LogStream<'_>, action: &str) -> Result<(), LogsError> {
        match self.ask(stream, &[action]) {
            Verdict::Allowed => Ok(()),
            Verdict::NotAssumable | Verdict::Denied => Err(PutError::of("AccessDenied").into()),
        }
    }
}

#[async_trait]
impl LogGroups for RoleLogGroups {
    async fn put_lines(
        &self,
        to: &LogStream<'_>,
        lines: &[LogLine<'_>],
        token: Option<&str>,
    ) -> Result<LinesTaken, LogsError> {
        self.permit(to, PUT)?;
        self.groups.put_lines(to, lines, token).await
    }

    async fn create_stream(&self, stream: &LogStream<'_>) -> Result<(), LogsError> {
        self.permit(stream, CREATE)?;
        self.groups.create_stream(stream).await
    }
}

/// Decides whether CloudTrail may take on the trail's role, and the role do all of `actions` on a stream.
fn verdict(snapshot: &Snapshot, stream: &LogStream<'_>, actions: &[&str]) -> Result<Verdict, PolicyError> {
    let Some(role) = role(snapshot, stream) else { return Ok(Verdict::NotAssumable) };
    let trust = Policy::parse(PolicyKind::Trust, &role.trust)?;
    let asked = AccessRequest {
        principal: &Principal::Service(CLOUDTRAIL_SERVICE.to_owned()),
        action: "sts:AssumeRole",
        resource: &role.arn,
        resource_account: role.account,
        context: authorize::facts_of_delivery(snapshot, stream.trail.account, role.account)
            .on_behalf_of(&stream.trail.arn, stream.trail.account)
            .over_tls(),
    };
    let policies = Policies { resource: Some(&trust), ..Policies::default() };
    if !evaluate(&policies, &asked).is_allowed() {
        return Ok(Verdict::NotAssumable);
    }
    let LogGroup { region, account, name } = stream.group;
    let resource = format!("arn:aws:logs:{region}:{account}:log-group:{name}:log-stream:{}", stream.name);
    let caller = Caller::Verified { principal: Principal::Session(session(role)), access_key_id: None };
    for action in actions {
        let asked = (*action, resource.as_str(), *account);
        if !authorize::decide(&caller, snapshot, None, asked, Context::default().over_tls())?.is_allowed() {
            return Ok(Verdict::Denied);
        }
    }
    Ok(Verdict::Allowed)
}

/// Finds the trail's role, in the account that the log group is in: the trail's own, or one of its organization,
/// whose administrators bring theirs.
fn role<'a>(snapshot: &'a Snapshot, stream: &LogStream<'_>) -> Option<&'a Role> {
    let (trail, account) = (stream.trail, stream.group.account);
    let inside = |id: &String| snapshot.member(account).is_some_and(|member| member.organization == *id);
    if account != trail.account && !trail.organization.as_ref().is_some_and(inside) {
        return None;
    }
    let arn = trail.cw_logs_role.as_deref()?;
    let name = Arn::parse(arn).ok().and_then(|arn| arn.resource.rsplit('/').next())?;
    snapshot.role(&account, name).filter(|role| role.arn == arn)
}

fn session(role: &Role) -> RoleSession {
    RoleSession {
        account: role.account,
        role: role.name.clone(),
        role_path: role.path.clone(),
        role_id: role.role_id.clone(),
        name: "CLOUDWATCH_LOGS_DELIVERY_SESSION".to_owned(),
        created: role.created.to_string(),
        mfa: false,
        source_identity: None,
    }
}
