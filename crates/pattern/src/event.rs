//! One walk through an event's bytes: which questions are answered, and in which elements of arrays.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::condition::{Condition, Leaf};
use crate::error::EventError;
use crate::names::{Names, Node, ROOT};
use crate::number::Number;
use crate::parse::Asked;

/// An element of an array, by number; [`WHOLE`] is the event itself.
pub(crate) type ElementId = u32;

/// The event as a whole, which no array holds.
pub(crate) const WHOLE: ElementId = 0;

/// What a walk has found.
#[derive(Debug)]
pub(crate) struct Found {
    /// Every object or array that is an element of an array, in the order of the walk.
    elements: Vec<Element>,
    /// For each question, the elements in which it is answered, in order.
    pub(crate) answered: Vec<Vec<ElementId>>,
    /// For each question that asks for absence, the elements in which its field has a value, in order.
    pub(crate) present: Vec<Vec<ElementId>>,
}

/// An object or array within an array.
#[derive(Debug)]
struct Element {
    /// The element that the array is in.
    parent: ElementId,
    /// The array's name.
    array: Node,
}

impl Found {
    /// Walks through an event.
    pub(crate) fn walk(names: &Names, asked: &[Asked], event: &[u8]) -> Result<Self, EventError> {
        let nothing = || vec![Vec::new(); asked.len()];
        let whole = Element { parent: WHOLE, array: ROOT };
        let mut walk = Walk {
            names,
            asked,
            found: Self { elements: vec![whole], answered: nothing(), present: nothing() },
        };
        let mut reader = serde_json::Deserializer::from_slice(event);
        Top(&mut walk).deserialize(&mut reader)?;
        reader.end()?;
        // A value beside arrays that hold the same field comes after what is in them.
        for list in walk.found.answered.iter_mut().chain(&mut walk.found.present) {
            list.sort_unstable();
            list.dedup();
        }
        Ok(walk.found)
    }

    pub(crate) fn parent(&self, element: ElementId) -> ElementId {
        self.elements.get(element as usize).map_or(WHOLE, |element| element.parent)
    }

    /// Returns the name of the array that an element is in.
    pub(crate) fn array(&self, element: ElementId) -> Node {
        self.elements.get(element as usize).map_or(ROOT, |element| element.array)
    }
}

struct Walk<'p> {
    names: &'p Names,
    asked: &'p [Asked],
    found: Found,
}

impl Walk<'_> {
    fn leaf(&mut self, at: Node, element: ElementId, leaf: Leaf<'_>) {
        for test in self.names.tests(at) {
            let Some(asked) = self.asked.get(*test as usize) else { continue };
            if asked.conditions.iter().any(|condition| condition.holds(leaf)) {
                note(&mut self.found.answered, *test, element);
            }
            if asked.conditions.iter().any(|condition| matches!(condition, Condition::Absent)) {
                note(&mut self.found.present, *test, element);
            }
        }
    }

    fn element(&mut self, parent: ElementId, array: Node) -> ElementId {
        // An event of 2^32 elements does not fit into memory.
        let id = ElementId::try_from(self.found.elements.len()).unwrap_or(ElementId::MAX);
        self.found.elements.push(Element { parent, array });
        id
    }
}

fn note(lists: &mut [Vec<ElementId>], test: u32, element: ElementId) {
    if let Some(list) = lists.get_mut(test as usize)
        && list.last() != Some(&element)
    {
        list.push(element);
    }
}

/// The event, which is an object.
struct Top<'w, 'p>(&'w mut Walk<'p>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        Value { walk: self.0, at: ROOT, element: WHOLE, is_item: false }.visit_map(members)
    }
}

/// A value that the pattern names, or that holds one.
struct Value<'w, 'p> {
    walk: &'w mut Walk<'p>,
    at: Node,
    /// What the value is in.
    element: ElementId,
    /// Whether it is itself an element of an array.
    is_item: bool,
}

impl Value<'_, '_> {
    fn leaf<E>(self, leaf: Leaf<'_>) -> Result<(), E> {
        self.walk.leaf(self.at, self.element, leaf);
        Ok(())
    }

    /// Returns the element that an object's members or an array's items are in.
    fn inside(&mut self) -> ElementId {
        if self.is_item { self.walk.element(self.element, self.at) } else { self.element }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.leaf(Leaf::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<(), E> {
        self.leaf(Leaf::Truth(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.leaf(Leaf::Number(Number::Integer(number.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.leaf(Leaf::Number(Number::Integer(number.into())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.leaf(Leaf::Number(Number::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.leaf(Leaf::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let element = self.inside();
        loop {
            let item = Value { walk: &mut *self.walk, at: self.at, element, is_item: true };
            if items.next_element_seed(item)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let element = self.inside();
        while let Some(named) = members.next_key_seed(Member { names: self.walk.names, at: self.at })? {
            match named {
                Some(at) => {
                    let walk = &mut *self.walk;
                    members.next_value_seed(Value { walk, at, element, is_item: false })?;
                }
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A member's name, looked up without being copied.
struct Member<'p> {
    names: &'p Names,
    at: Node,
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<Node>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Node>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Member<'_> {
    type Value = Option<Node>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<Node>, E> {
        Ok(self.names.enter(self.at, name))
    }
}
