//! Advanced selectors: validated, compiled, matched.

use cairn_event::{Category, EventView, ResourceView};

use crate::condition::{Condition, Texts};
use crate::field::{Field, Operator, Presence, Rule, operators};
use crate::{AdvancedEventSelector, AdvancedFieldSelector, FieldFault, SelectorError};

/// The most values of a trail, over all conditions of all its selectors.
pub(crate) const VALUES_MAX: usize = 500;
/// The longest value, in bytes of UTF-8.
pub(crate) const VALUE_CHARS_MAX: usize = 2048;
/// The longest name of a selector, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 1000;

/// An advanced selector ready to match.
#[derive(Debug, Clone)]
pub(crate) struct AdvancedMatcher {
    category: Category,
    conditions: Vec<(Field, Condition)>,
    /// Data selectors only.
    resource: Option<ResourceMatcher>,
}

/// What one entry of `resources` must be.
#[derive(Debug, Clone)]
struct ResourceMatcher {
    kind: Box<str>,
    arn: Option<Condition>,
}

/// Checks the advanced selectors of a trail and makes them ready to match.
pub(crate) fn compile(given: &[AdvancedEventSelector]) -> Result<Vec<AdvancedMatcher>, SelectorError> {
    if given.is_empty() {
        return Err(SelectorError::NoSelectors);
    }
    let matchers = given.iter().zip(1..).map(|(selector, position)| {
        AdvancedMatcher::new(selector).map_err(|fault| SelectorError::Advanced { position, fault })
    });
    let matchers = matchers.collect::<Result<Vec<_>, _>>()?;
    let fields = given.iter().flat_map(|selector| &selector.field_selectors);
    let values = fields.flat_map(operators).map(|operator| operator.values.map_or(0, <[_]>::len)).sum();
    if values > VALUES_MAX {
        return Err(SelectorError::TooManyValues { given: values });
    }
    Ok(matchers)
}

impl AdvancedMatcher {
    fn new(given: &AdvancedEventSelector) -> Result<Self, FieldFault> {
        if given.name.as_ref().is_some_and(|name| name.chars().count() > NAME_CHARS_MAX) {
            return Err(FieldFault::Name);
        }
        let fields = named_fields(&given.field_selectors)?;
        let category = category(&fields)?;
        let resource_type = value_of(Field::ResourcesType, &fields);
        for (field, selector) in &fields {
            check(*field, selector, category, resource_type.unwrap_or_default())?;
        }
        for field in Field::ALL {
            let required = field.rule(category).is_some_and(|rule| rule.presence == Presence::RequiredSingle);
            if required && value_of(field, &fields).is_none() {
                return Err(FieldFault::Missing { field: field.name(), category: Some(name_of(category)) });
            }
        }
        let compiled =
            |field| fields.iter().find(|(known, _)| *known == field).map(|(_, selector)| condition(selector));
        let elsewhere = [Field::EventCategory, Field::ResourcesType, Field::ResourcesArn];
        Ok(Self {
            category,
            conditions: Field::ALL
                .into_iter()
                .filter(|field| !elsewhere.contains(field))
                .filter_map(|field| Some((field, compiled(field)?)))
                .collect(),
            resource: resource_type
                .map(|kind| ResourceMatcher { kind: Box::from(kind), arn: compiled(Field::ResourcesArn) }),
        })
    }

    pub(crate) fn matches(&self, event: &EventView<'_>) -> bool {
        event.category() == self.category
            && self.conditions.iter().all(|(field, condition)| condition.accepts(field.of(event)))
            && self
                .resource
                .as_ref()
                .is_none_or(|wanted| event.resources.iter().any(|resource| wanted.matches(resource)))
    }
}

impl ResourceMatcher {
    /// Type and ARN must be those of the same entry: an object in a bucket satisfies nothing through the
    /// bucket's own entry.
    fn matches(&self, resource: &ResourceView<'_>) -> bool {
        // A call that lists names the common beginning of the ARNs instead of one.
        let arn = resource.arn.as_deref().or(resource.arn_prefix.as_deref());
        resource.kind.as_deref() == Some(self.kind.as_ref())
            && self.arn.as_ref().is_none_or(|condition| condition.accepts(arn))
    }
}

type NamedField<'a> = (Field, &'a AdvancedFieldSelector);

fn named_fields(given: &[AdvancedFieldSelector]) -> Result<Vec<NamedField<'_>>, FieldFault> {
    let mut fields: Vec<NamedField<'_>> = Vec::new();
    for selector in given {
        let field =
            Field::named(&selector.field).ok_or_else(|| FieldFault::Unknown(selector.field.clone()))?;
        if fields.iter().any(|(known, _)| *known == field) {
            return Err(FieldFault::Duplicate(field.name()));
        }
        fields.push((field, selector));
    }
    Ok(fields)
}

fn category(fields: &[NamedField<'_>]) -> Result<Category, FieldFault> {
    match value_of(Field::EventCategory, fields) {
        None => Err(FieldFault::Missing { field: Field::EventCategory.name(), category: None }),
        Some("Management") => Ok(Category::Management),
        Some("Data") => Ok(Category::Data),
        Some("NetworkActivity") => Ok(Category::NetworkActivity),
        Some(other) => Err(FieldFault::Category(other.to_owned())),
    }
}

/// Returns the first value that the field is to equal.
fn value_of<'a>(field: Field, fields: &[NamedField<'a>]) -> Option<&'a str> {
    let (_, selector) = fields.iter().find(|(known, _)| *known == field)?;
    selector.equals.as_deref()?.first().map(String::as_str)
}

fn check(
    field: Field,
    given: &AdvancedFieldSelector,
    category: Category,
    resource_type: &str,
) -> Result<(), FieldFault> {
    let Some(rule) = field.rule(category) else {
        return Err(FieldFault::NotOfCategory { field: field.name(), category: name_of(category) });
    };
    let operators = operators(given);
    if operators.iter().all(|operator| operator.values.is_none()) {
        return Err(FieldFault::Empty(field.name()));
    }
    let mut values = 0;
    for operator in &operators {
        let Some(given) = operator.values else { continue };
        check_operator(field, rule, operator, category, resource_type)?;
        values += given.len();
    }
    if rule.presence == Presence::RequiredSingle && values != 1 {
        return Err(FieldFault::NotSingle(field.name()));
    }
    Ok(())
}

fn check_operator(
    field: Field,
    rule: Rule,
    operator: &Operator<'_>,
    category: Category,
    resource_type: &str,
) -> Result<(), FieldFault> {
    let values = operator.values.unwrap_or_default();
    if values.is_empty() {
        return Err(FieldFault::Empty(field.name()));
    }
    if !rule.operators.accept(operator.name) {
        let category = name_of(category);
        return Err(FieldFault::Operator { field: field.name(), operator: operator.name, category });
    }
    for value in values {
        if !(1..=VALUE_CHARS_MAX).contains(&value.chars().count()) {
            return Err(FieldFault::ValueLength(field.name()));
        }
        if !rule.values.accept(value, operator.name, resource_type) {
            return Err(FieldFault::Value { field: field.name(), value: value.clone() });
        }
    }
    Ok(())
}

fn condition(given: &AdvancedFieldSelector) -> Condition {
    let texts = |values: &'_ Option<Vec<String>>| values.clone().unwrap_or_default();
    let selecting = [&given.equals, &given.starts_with, &given.ends_with];
    let [equals, starts, ends] = selecting.map(texts);
    let selects =
        selecting.iter().any(|values| values.is_some()).then(|| Texts::new(&equals, &starts, &ends));
    let [equals, starts, ends] = [&given.not_equals, &given.not_starts_with, &given.not_ends_with].map(texts);
    Condition::new(selects, Texts::new(&equals, &starts, &ends))
}

fn name_of(category: Category) -> &'static str {
    match category {
        Category::Management => "Management",
        Category::Data => "Data",
        Category::NetworkActivity => "NetworkActivity",
        Category::Insight => "Insight",
        Category::Other => "Other",
    }
}
