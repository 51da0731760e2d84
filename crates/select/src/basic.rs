//! Basic selectors: validated, compiled, matched.

use cairn_event::{Arn, Category, EventView};

use crate::condition::{ExactSet, PrefixSet};
use crate::{DataResource, EventSelector, ReadWriteType, SelectorError};

/// The most basic selectors of a trail.
pub(crate) const SELECTORS_MAX: usize = 5;
/// The most data resource values of a trail, over all its selectors; those that stand for all are not counted.
pub(crate) const VALUES_MAX: usize = 250;

/// A basic selector ready to match.
#[derive(Debug, Clone)]
pub(crate) struct BasicMatcher {
    reads_and_writes: ReadWriteType,
    management: bool,
    excluded_sources: ExactSet,
    objects: Objects,
    functions: Named,
    tables: Named,
}

/// The S3 objects selected.
#[derive(Debug, Clone)]
enum Objects {
    All,
    Under(PrefixSet),
}

/// The functions or tables selected.
#[derive(Debug, Clone)]
enum Named {
    All,
    Only(ExactSet),
}

/// What one entry of `DataResources.Values` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    All,
    One,
}

/// Checks the basic selectors of a trail and makes them ready to match.
pub(crate) fn compile(given: &[EventSelector]) -> Result<Vec<BasicMatcher>, SelectorError> {
    if given.is_empty() {
        return Err(SelectorError::NoSelectors);
    }
    if given.len() > SELECTORS_MAX {
        return Err(SelectorError::TooManySelectors { given: given.len() });
    }
    let mut counted = 0;
    for resource in given.iter().flat_map(|selector| &selector.data_resources) {
        for value in &resource.values {
            let reach = reach(&resource.kind, value)?;
            counted += usize::from(reach == Reach::One);
        }
    }
    if counted > VALUES_MAX {
        return Err(SelectorError::TooManyDataResources { given: counted });
    }
    given.iter().map(BasicMatcher::new).collect()
}

impl BasicMatcher {
    fn new(given: &EventSelector) -> Result<Self, SelectorError> {
        for resource in &given.data_resources {
            if ![S3_OBJECT, LAMBDA_FUNCTION, DYNAMODB_TABLE].contains(&resource.kind.as_str()) {
                return Err(SelectorError::DataResourceType(resource.kind.clone()));
            }
        }
        let excluded = &given.exclude_management_event_sources;
        if let Some(source) = excluded.iter().find(|source| !EXCLUDABLE_SOURCES.contains(&source.as_str())) {
            return Err(SelectorError::ExcludedSource(source.clone()));
        }
        let values = |kind| values_of(kind, &given.data_resources);
        Ok(Self {
            reads_and_writes: given.read_write_type,
            management: given.include_management_events,
            excluded_sources: ExactSet::new(excluded),
            objects: match values(S3_OBJECT)? {
                None => Objects::All,
                Some(prefixes) => Objects::Under(PrefixSet::new(&prefixes)),
            },
            functions: Named::new(values(LAMBDA_FUNCTION)?),
            tables: Named::new(values(DYNAMODB_TABLE)?),
        })
    }

    pub(crate) fn matches(&self, event: &EventView<'_>) -> bool {
        self.matches_access(event.read_only)
            && match event.category() {
                Category::Management => self.management && !self.excluded_sources.holds(&event.event_source),
                Category::Data => self.matches_resources(event),
                Category::NetworkActivity | Category::Insight | Category::Other => false,
            }
    }

    fn matches_access(&self, read_only: Option<bool>) -> bool {
        match self.reads_and_writes {
            ReadWriteType::All => true,
            ReadWriteType::ReadOnly => read_only == Some(true),
            ReadWriteType::WriteOnly => read_only == Some(false),
        }
    }

    fn matches_resources(&self, event: &EventView<'_>) -> bool {
        event.resources.iter().any(|resource| {
            // A call that lists names the common beginning of the ARNs instead of one.
            let arn = resource.arn.as_deref().or(resource.arn_prefix.as_deref());
            match resource.kind.as_deref() {
                Some(S3_OBJECT) => match &self.objects {
                    Objects::All => true,
                    Objects::Under(prefixes) => arn.is_some_and(|arn| prefixes.holds_start_of(arn)),
                },
                Some(LAMBDA_FUNCTION) => {
                    self.functions.hold(arn) || self.functions.hold(arn.and_then(unqualified))
                }
                Some(DYNAMODB_TABLE) => self.tables.hold(arn),
                _ => false,
            }
        })
    }
}

impl Named {
    fn new(values: Option<Vec<&str>>) -> Self {
        match values {
            None => Self::All,
            Some(values) => Self::Only(ExactSet::new(&values)),
        }
    }

    fn hold(&self, arn: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Only(known) => arn.is_some_and(|arn| known.holds(arn)),
        }
    }
}

/// Returns the values of one type; `None` when one of them stands for all.
fn values_of<'a>(kind: &str, resources: &'a [DataResource]) -> Result<Option<Vec<&'a str>>, SelectorError> {
    let mut values = Vec::new();
    for resource in resources.iter().filter(|resource| resource.kind == kind) {
        for value in &resource.values {
            match reach(kind, value)? {
                Reach::All => return Ok(None),
                Reach::One => values.push(value.as_str()),
            }
        }
    }
    Ok(Some(values))
}

fn reach(kind: &str, value: &str) -> Result<Reach, SelectorError> {
    let read = match kind {
        S3_OBJECT => reach_of_objects(value),
        LAMBDA_FUNCTION => reach_of(value, "lambda", |name| name.split(':').count() <= 2),
        DYNAMODB_TABLE => reach_of(value, "dynamodb", |name| !name.contains('/')),
        _ => return Err(SelectorError::DataResourceType(kind.to_owned())),
    };
    read.filter(|_| !value.contains('*')).ok_or_else(|| SelectorError::DataResourceValue(value.to_owned()))
}

/// Everything, or what is under a bucket: the slash after the bucket is required, since without it the value
/// would also be the beginning of other buckets' names.
fn reach_of_objects(value: &str) -> Option<Reach> {
    match after_partition(value)? {
        "s3" | "s3:::" => Some(Reach::All),
        named => {
            let (bucket, _key) = named.strip_prefix("s3:::")?.split_once('/')?;
            (!bucket.is_empty()).then_some(Reach::One)
        }
    }
}

/// Everything of a service, or one resource by its whole ARN.
fn reach_of(value: &str, service: &str, is_name: impl Fn(&str) -> bool) -> Option<Reach> {
    if after_partition(value)? == service {
        return Some(Reach::All);
    }
    let arn = Arn::parse(value).ok()?;
    let (kind, name) = arn.kind_and_name()?;
    let whole = arn.service == service && !arn.region.is_empty() && !arn.account.is_empty();
    let kind_fits = kind == if service == "lambda" { "function" } else { "table" };
    (whole && kind_fits && !name.is_empty() && is_name(name)).then_some(Reach::One)
}

fn after_partition(value: &str) -> Option<&str> {
    let (partition, rest) = value.strip_prefix("arn:")?.split_once(':')?;
    partition.starts_with("aws").then_some(rest)
}

/// Takes the version or alias off a function's ARN; `None` when it has none.
fn unqualified(arn: &str) -> Option<&str> {
    let (at, _colon) = arn.match_indices(':').nth(6)?;
    arn.get(..at)
}

const S3_OBJECT: &str = "AWS::S3::Object";
const LAMBDA_FUNCTION: &str = "AWS::Lambda::Function";
const DYNAMODB_TABLE: &str = "AWS::DynamoDB::Table";

/// The sources busy enough that CloudTrail lets management events of theirs be left out.
pub(crate) const EXCLUDABLE_SOURCES: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
