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

/// The values of one type in one selector.
#[derive(Default)]
struct Chosen<'a> {
    all: bool,
    values: Vec<&'a str>,
}

/// Checks the basic selectors of a trail and makes them ready to match.
pub(crate) fn compile(given: &[EventSelector]) -> Result<Vec<BasicMatcher>, SelectorError> {
    if given.is_empty() {
        return Err(SelectorError::NoSelectors);
    }
    if given.len() > SELECTORS_MAX {
        return Err(SelectorError::TooManySelectors { given: given.len() });
    }
    let mut values = 0;
    let mut matchers = Vec::with_capacity(given.len());
    for selector in given {
        let [objects, functions, tables] = chosen(&selector.data_resources)?;
        values += objects.values.len() + functions.values.len() + tables.values.len();
        matchers.push(BasicMatcher {
            reads_and_writes: selector.read_write_type,
            management: selector.include_management_events,
            excluded_sources: excluded_sources(selector)?,
            objects: Objects::new(&objects),
            functions: Named::new(&functions),
            tables: Named::new(&tables),
        });
    }
    if values > VALUES_MAX {
        return Err(SelectorError::TooManyDataResources { given: values });
    }
    Ok(matchers)
}

impl BasicMatcher {
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
                Some(S3_OBJECT) => self.objects.hold(arn),
                Some(LAMBDA_FUNCTION) => {
                    self.functions.hold(arn) || self.functions.hold(arn.and_then(unqualified))
                }
                Some(DYNAMODB_TABLE) => self.tables.hold(arn),
                _ => false,
            }
        })
    }
}

impl Objects {
    fn new(chosen: &Chosen<'_>) -> Self {
        if chosen.all { Self::All } else { Self::Under(PrefixSet::new(&chosen.values)) }
    }

    fn hold(&self, arn: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Under(prefixes) => arn.is_some_and(|arn| prefixes.holds_start_of(arn)),
        }
    }
}

impl Named {
    fn new(chosen: &Chosen<'_>) -> Self {
        if chosen.all { Self::All } else { Self::Only(ExactSet::new(&chosen.values)) }
    }

    fn hold(&self, arn: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Only(known) => arn.is_some_and(|arn| known.holds(arn)),
        }
    }
}

fn excluded_sources(given: &EventSelector) -> Result<ExactSet, SelectorError> {
    let excluded = &given.exclude_management_event_sources;
    match excluded.iter().find(|source| !EXCLUDABLE_SOURCES.contains(&source.as_str())) {
        Some(source) => Err(SelectorError::ExcludedSource(source.clone())),
        None => Ok(ExactSet::new(excluded)),
    }
}

/// Sorts the values into objects, functions and tables, and checks each.
fn chosen(resources: &[DataResource]) -> Result<[Chosen<'_>; 3], SelectorError> {
    let [mut objects, mut functions, mut tables] = <[Chosen<'_>; 3]>::default();
    for resource in resources {
        let (chosen, reach): (_, fn(&str) -> Option<Reach>) = match resource.kind.as_str() {
            S3_OBJECT => (&mut objects, reach_of_objects),
            LAMBDA_FUNCTION => (&mut functions, reach_of_functions),
            DYNAMODB_TABLE => (&mut tables, reach_of_tables),
            other => return Err(SelectorError::DataResourceType(other.to_owned())),
        };
        for value in &resource.values {
            match reach(value).filter(|_| !value.contains('*')) {
                Some(Reach::All) => chosen.all = true,
                Some(Reach::One) => chosen.values.push(value),
                None => return Err(SelectorError::DataResourceValue(value.clone())),
            }
        }
    }
    Ok([objects, functions, tables])
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

fn reach_of_functions(value: &str) -> Option<Reach> {
    // A name, or a name with its version or alias.
    reach_of(value, "lambda", "function", |name| name.split(':').count() <= 2)
}

fn reach_of_tables(value: &str) -> Option<Reach> {
    // Indexes and streams of a table are not tables.
    reach_of(value, "dynamodb", "table", |name| !name.contains('/'))
}

/// Everything of a service, or one resource by its whole ARN.
fn reach_of(value: &str, service: &str, kind: &str, is_name: fn(&str) -> bool) -> Option<Reach> {
    if after_partition(value)? == service {
        return Some(Reach::All);
    }
    let arn = Arn::parse(value).ok()?;
    let (found, name) = arn.kind_and_name()?;
    let whole = arn.service == service && !arn.region.is_empty() && !arn.account.is_empty();
    (whole && found == kind && !name.is_empty() && is_name(name)).then_some(Reach::One)
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
