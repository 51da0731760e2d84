//! A control plane over a real catalog, journal and history, with buckets that answer by their names.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cairn_catalog::contract::sample;
use cairn_catalog::{
    Account, Catalog, Change, DeliveryKind, LiveTrail, Role, Snapshot, SqliteCatalog, Trail,
};
use cairn_control::{
    BucketVerdict, Caller, Control, DeliveredFiles, DeliveryCheck, Done, KeyCheck, KeyVerdict,
    LogGroupVerdict, Parts, Platform, Refusal, Throttle, TopicVerdict,
};
use cairn_event::{AccountId, Clock, Origin, Region};
use cairn_history::{History, HistoryConfig};
use cairn_insights::{Insights, InsightsConfig};
use cairn_intake::{Admission, Draft, Intake};
use cairn_journal::{DiskFileSystem, EmbeddedJournal, Options, Reader};
use cairn_projection::Source;
use cairn_wire::json11::Request;
use cairn_wire::{Input, Operation};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a condition may take to come true on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl SetClock {
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// Buckets whose names begin with `missing` do not exist, and those with `denied` take nothing, those with
/// `logs-only` log files alone, with `owner-only` no organization's. Deliveries to those with `unheld` can't be written down, nor can their
/// aggregation. The topic `files` takes messages. Keys are known by their aliases. The log group `audit` exists, and roles say in their names
/// what is wrong with them. Callers may do everything in Organizations and IAM but what is denied.
#[derive(Debug, Default)]
pub(crate) struct NamedBuckets {
    denied: Mutex<BTreeSet<String>>,
    overtaking: Mutex<Option<Overtaking>>,
}

/// Somebody who changes the catalog whenever a caller's rights are asked for, so many times.
#[derive(Debug)]
struct Overtaking {
    catalog: Arc<dyn Catalog>,
    left: u32,
}

impl NamedBuckets {
    fn overtake(&self) {
        let mut overtaking = self.overtaking.lock().unwrap();
        let Some(Overtaking { catalog, left }) = overtaking.as_mut().filter(|more| more.left > 0) else {
            return;
        };
        *left -= 1;
        let current = catalog.current();
        let changes = vec![Change::PutSettings(current.settings().clone())];
        let commit = catalog.commit(current.revision(), changes);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(commit)).unwrap();
    }
}

#[async_trait]
impl Platform for NamedBuckets {
    fn permits(&self, _caller: &Caller, action: &str) -> bool {
        self.overtake();
        !self.denied.lock().unwrap().contains(action)
    }

    fn service_linked_role(&self, snapshot: &Snapshot, account: AccountId, service: &str) -> Vec<Change> {
        let name = role_name(service);
        match snapshot.role(&account, name) {
            Some(_) => Vec::new(),
            None => vec![Change::PutRole(Box::new(Role {
                account,
                path: format!("/aws-service-role/{service}/"),
                arn: format!("arn:aws:iam::{account}:role/aws-service-role/{service}/{name}"),
                ..sample::role(name)
            }))],
        }
    }

    fn next_position(&self) -> u64 {
        0
    }

    async fn check_delivery(&self, check: DeliveryCheck<'_>) -> BucketVerdict {
        assert!(check.trail_arn.starts_with("arn:aws:cloudtrail:"), "{check:?}");
        match check.bucket {
            bucket if bucket.starts_with("missing") => BucketVerdict::Missing,
            bucket if bucket.starts_with("denied") => BucketVerdict::Denied,
            bucket if bucket.starts_with("owner-only") && check.organization.is_some() => {
                BucketVerdict::Denied
            }
            bucket if bucket.starts_with("logs-only") && check.files != DeliveredFiles::Logs => {
                BucketVerdict::Denied
            }
            _ => BucketVerdict::Allowed,
        }
    }

    async fn check_key(&self, check: KeyCheck<'_>) -> KeyVerdict {
        let arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab".to_owned();
        match check.key {
            "alias/shop" | "arn:aws:kms:us-east-1:333333333333:alias/shop" => KeyVerdict::Allowed { arn },
            key if key == arn => KeyVerdict::Allowed { arn },
            "alias/denied" => KeyVerdict::Denied { arn },
            "alias/disabled" => KeyVerdict::Unusable { reason: format!("{arn} is disabled.") },
            _ => KeyVerdict::Missing,
        }
    }

    async fn begin_aggregation(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.hold_delivery(trail).await
    }

    async fn check_log_group(&self, trail: &Trail, account: AccountId) -> LogGroupVerdict {
        let name = |arn: &Option<String>| arn.clone().unwrap_or_default();
        let (group, role) = (name(&trail.cw_logs_group), name(&trail.cw_logs_role));
        match (group.as_str(), role.as_str()) {
            (group, _) if !group.contains(&format!(":{account}:")) => LogGroupVerdict::Missing,
            (group, _) if group.ends_with(":unreachable:*") => LogGroupVerdict::Unavailable,
            (_, role) if role.ends_with("/untrusting") => LogGroupVerdict::RoleNotAssumable,
            (_, role) if role.ends_with("/denied") => LogGroupVerdict::RoleDenied,
            (_, role) if role.ends_with("/owner-only") && trail.organization.is_some() => {
                LogGroupVerdict::RoleDenied
            }
            (_, role) if role.ends_with("/members-only") && trail.organization.is_none() => {
                LogGroupVerdict::RoleDenied
            }
            (group, _) if group.ends_with(":audit:*") => LogGroupVerdict::Allowed,
            _ => LogGroupVerdict::Missing,
        }
    }

    async fn begin_log_group(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.hold_delivery(trail).await
    }

    async fn check_topic(&self, trail: &Trail) -> TopicVerdict {
        match trail.sns_topic_arn().as_deref() {
            Some("arn:aws:sns:us-east-1:123456789012:files" | "arn:aws:sns:us-east-1:333333333333:files") => {
                TopicVerdict::Allowed
            }
            _ => TopicVerdict::Insufficient,
        }
    }

    async fn begin_notifications(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.hold_delivery(trail).await
    }

    async fn hold_delivery(&self, trail: &LiveTrail) -> Result<(), Box<dyn Error + Send + Sync>> {
        if trail.s3_bucket.starts_with("unheld") { Err("the store failed".into()) } else { Ok(()) }
    }
}

pub(crate) struct World {
    pub(crate) control: Arc<Control>,
    pub(crate) catalog: Arc<dyn Catalog>,
    pub(crate) platform: Arc<NamedBuckets>,
    pub(crate) clock: Arc<SetClock>,
    history: History,
    intake: Arc<Intake>,
    pub(crate) insights: Insights,
    shutdown: CancellationToken,
    tasks: TaskTracker,
    _dir: TempDir,
}

/// What a call came to: the answer's body, or the error class and its message.
pub(crate) type Outcome = Result<Value, (String, String)>;

impl World {
    pub(crate) async fn new(now: &str, throttle: Throttle) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(now.parse::<Timestamp>().unwrap().as_second())));
        let catalog: Arc<dyn Catalog> =
            Arc::new(SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap());
        let made = |id: &str| Account {
            id: id.parse().unwrap(),
            alias: None,
            name: None,
            email: None,
            created: clock.now(),
        };
        let accounts = ["123456789012", "999988887777"].map(|id| Change::PutAccount(made(id)));
        catalog.commit(0, accounts.into()).await.unwrap();
        let options = Options {
            segment_bytes: 16 << 20,
            bytes_max: 1 << 30,
            reserve_bytes: 1 << 16,
            ..Options::default()
        };
        let journal = EmbeddedJournal::open(&dir.path().join("journal"), options, Arc::new(DiskFileSystem));
        let (writer, reader, _) = journal.unwrap();
        let reader: Arc<dyn Reader> = reader;
        let source = Source::new(Arc::clone(&reader)).unwrap();
        let config = HistoryConfig::new(dir.path().join("history"));
        let told = Arc::clone(&clock) as Arc<dyn Clock>;
        let opened = History::open(config, Arc::clone(&catalog), source.clone(), Arc::clone(&told), [3; 32]);
        let (history, service) = opened.await.unwrap();
        let intake = Intake::start(Box::new(writer), reader, Arc::clone(&catalog), Arc::clone(&told));
        let intake = Arc::new(intake.unwrap());
        let parts = cairn_insights::Parts {
            catalog: Arc::clone(&catalog),
            source,
            intake: Arc::clone(&intake),
            clock: Arc::clone(&told),
        };
        let (insights, _) =
            Insights::open(InsightsConfig::new(dir.path().join("insights")), parts).await.unwrap();
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        drop(tasks.spawn(service.run(shutdown.clone())));
        tasks.close();
        let platform = Arc::new(NamedBuckets::default());
        let asked = Arc::clone(&platform) as Arc<dyn Platform>;
        let control = Control::new(Parts {
            catalog: Arc::clone(&catalog),
            history: history.clone(),
            insights: insights.clone(),
            page_key: [5; 32],
            platform: asked,
            clock: told,
            throttle,
        });
        Self {
            control: Arc::new(control),
            catalog,
            platform,
            clock,
            history,
            intake,
            insights,
            shutdown,
            tasks,
            _dir: dir,
        }
    }

    /// Records an event and waits until it can be looked up.
    pub(crate) async fn record(&mut self, event: &Value) {
        let text = |member: &str| event[member].as_str().unwrap();
        let draft = Draft {
            account: text("recipientAccountId").parse().unwrap(),
            region: text("awsRegion").parse().unwrap(),
            origin: Origin::Call,
            event: event.to_string().into_bytes(),
            under: None,
        };
        let Admission::Recorded(last) = self.intake.submit(draft).await.unwrap() else { return };
        let waiting = self.history.wait_for(last);
        tokio::time::timeout(DEADLINE, waiting).await.expect("an event is indexed in time");
    }

    /// Notes what delivery would have noted of a trail.
    pub(crate) async fn delivered(&self, arn: &str, region: &Region, error: Option<&str>) {
        let trail = self.catalog.current().trail(arn).unwrap().id().clone();
        let owner = self.catalog.current().trail(arn).unwrap().account;
        let (place, kind, now) = ((owner, region), DeliveryKind::LogFiles, self.clock.now());
        let noted = match error {
            None => self.catalog.record_delivery_success(&trail, place, kind, now).await,
            Some(code) => self.catalog.record_delivery_failure(&trail, place, kind, now, code).await,
        };
        noted.unwrap();
    }

    /// Changes the catalog as an Organizations API or IAM would.
    pub(crate) async fn change(&self, changes: Vec<Change>) {
        self.catalog.commit(self.catalog.current().revision(), changes).await.unwrap();
    }

    /// Says what callers may not do in Organizations and IAM from now on.
    pub(crate) fn deny(&self, actions: impl IntoIterator<Item = String>) {
        *self.platform.denied.lock().unwrap() = actions.into_iter().collect();
    }

    /// Has the next changes for which a caller's rights are asked overtaken by another, so many of them.
    pub(crate) fn overtake(&self, times: u32) {
        let catalog = Arc::clone(&self.catalog);
        *self.platform.overtaking.lock().unwrap() = Some(Overtaking { catalog, left: times });
    }

    pub(crate) async fn call(&self, account: AccountId, region: &Region, name: &str, body: &[u8]) -> Outcome {
        let caller = caller(account, region);
        let operation: Operation = name.parse().unwrap();
        self.control
            .admit(&caller, operation)
            .map_err(|refusal| (refusal.code().to_string(), refusal.to_string()))?;
        let request = Request::decode(operation, None, body).map_err(refused_early)?;
        self.dispatch(&caller, operation, &request).await
    }

    async fn dispatch(&self, caller: &Caller, operation: Operation, request: &Request) -> Outcome {
        let control = &self.control;
        match operation {
            Operation::CreateTrail => answered(control.create_trail(caller, &input(request)?).await),
            Operation::UpdateTrail => answered(control.update_trail(caller, &input(request)?).await),
            Operation::DeleteTrail => answered(control.delete_trail(caller, &input(request)?).await),
            Operation::GetTrail => answered(control.get_trail(caller, &input(request)?)),
            Operation::DescribeTrails => answered(control.describe_trails(caller, &input(request)?)),
            Operation::ListTrails => answered(control.list_trails(caller, &input(request)?)),
            Operation::GetTrailStatus => answered(control.get_trail_status(caller, &input(request)?).await),
            Operation::StartLogging => answered(control.start_logging(caller, &input(request)?).await),
            Operation::StopLogging => answered(control.stop_logging(caller, &input(request)?).await),
            Operation::GetEventSelectors => answered(control.get_event_selectors(caller, &input(request)?)),
            Operation::PutEventSelectors => {
                answered(control.put_event_selectors(caller, &input(request)?).await)
            }
            Operation::GetInsightSelectors => {
                answered(control.get_insight_selectors(caller, &input(request)?))
            }
            Operation::PutInsightSelectors => {
                answered(control.put_insight_selectors(caller, &input(request)?).await)
            }
            Operation::GetEventConfiguration => {
                answered(control.get_event_configuration(caller, &input(request)?))
            }
            Operation::PutEventConfiguration => {
                answered(control.put_event_configuration(caller, &input(request)?).await)
            }
            Operation::ListPublicKeys => answered(control.list_public_keys(caller, &input(request)?)),
            Operation::LookupEvents => answered(control.lookup_events(caller, &input(request)?).await),
            Operation::ListInsightsData => {
                answered(control.list_insights_data(caller, &input(request)?).await)
            }
            Operation::ListInsightsMetricData => {
                answered(control.list_insights_metric_data(caller, &input(request)?).await)
            }
            Operation::AddTags => answered(control.add_tags(caller, &input(request)?).await),
            Operation::RemoveTags => answered(control.remove_tags(caller, &input(request)?).await),
            Operation::ListTags => answered(control.list_tags(caller, &input(request)?)),
            Operation::RegisterOrganizationDelegatedAdmin => {
                answered(control.register_organization_delegated_admin(caller, &input(request)?).await)
            }
            Operation::DeregisterOrganizationDelegatedAdmin => {
                answered(control.deregister_organization_delegated_admin(caller, &input(request)?).await)
            }
            other => panic!("{} is not served", other.name()),
        }
    }

    pub(crate) async fn end(self) {
        self.shutdown.cancel();
        self.tasks.wait().await;
        self.intake.close().await;
        self.catalog.close().await;
    }
}

/// The caller of an account, whose policies the platform tells.
pub(crate) fn caller(account: AccountId, region: &Region) -> Caller {
    Caller {
        account,
        region: region.clone(),
        by: cairn_access::Caller::Unsigned,
        facts: cairn_access::Context::default(),
    }
}

/// The name of the role by which a service acts.
pub(crate) fn role_name(service: &str) -> &'static str {
    match service {
        "cloudtrail.amazonaws.com" => "AWSServiceRoleForCloudTrail",
        "context.cloudtrail.amazonaws.com" => "AWSServiceRoleForCloudTrailEventContext",
        other => panic!("{other} has no role here"),
    }
}

fn input<I: Input<Operation = Operation>>(request: &Request) -> Result<I, (String, String)> {
    request.input().map_err(refused_early)
}

fn refused_early(refusal: cairn_wire::json11::Refusal) -> (String, String) {
    (refusal.code.to_string(), refusal.message)
}

fn answered<T: Serialize>(outcome: Result<Done<T>, Refusal>) -> Outcome {
    match outcome {
        Ok(done) => Ok(serde_json::to_value(done.output).unwrap()),
        Err(refusal) => Err((refusal.code().to_string(), refusal.to_string())),
    }
}
