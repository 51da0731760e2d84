//! Whether answers fit together: fields within one array must be answered in the same element.
//!
//! Questions are taken in the order of their fields' names, so that all which lie within one array follow each other.
//! Kept are the elements that the answers so far allow. An answer fits one of them if the one element holds the
//! other, and the inner one is kept; before the next question, elements of arrays that its field does not lie in are
//! given up for those that hold them. The work is thereby linear in the number of answers, where trying every
//! combination is not.

use crate::condition::Condition;
use crate::event::{ElementId, Found, WHOLE};
use crate::names::{Names, Node};
use crate::parse::Asked;
use crate::pattern::Question;

/// Tells whether all questions of one combination are answered together.
pub(crate) fn is_answered(branch: &[Question], asked: &[Asked], names: &Names, found: &Found) -> bool {
    let mut kept = vec![WHOLE];
    for question in branch {
        narrow(&mut kept, question.name, names, found);
        let list =
            |lists: &'_ [Vec<ElementId>]| lists.get(question.asked as usize).cloned().unwrap_or_default();
        let mut next = together(&kept, &list(&found.answered), found);
        if asks_for_absence(asked, question.asked) {
            next.extend(without(&kept, of(question, &found.present), found));
        }
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return false;
        }
        kept = next;
    }
    true
}

fn of<'f>(question: &Question, lists: &'f [Vec<ElementId>]) -> &'f [ElementId] {
    lists.get(question.asked as usize).map_or(&[], Vec::as_slice)
}

pub(crate) fn asks_for_absence(asked: &[Asked], test: u32) -> bool {
    let conditions = asked.get(test as usize).map_or(&[][..], |asked| asked.conditions.as_slice());
    conditions.iter().any(|condition| matches!(condition, Condition::Absent))
}

/// Gives up the elements of arrays that the named field does not lie in.
fn narrow(kept: &mut Vec<ElementId>, name: Node, names: &Names, found: &Found) {
    for element in kept.iter_mut() {
        while *element != WHOLE && !names.is_within(name, found.array(*element)) {
            *element = found.parent(*element);
        }
    }
    kept.sort_unstable();
    kept.dedup();
}

/// Returns the inner one of each pair of which the one holds the other.
fn together(kept: &[ElementId], answers: &[ElementId], found: &Found) -> Vec<ElementId> {
    if kept == [WHOLE] {
        return answers.to_vec();
    }
    let inner = answers.iter().filter(|answer| around(**answer, found).any(|outer| contains(kept, outer)));
    let outer = kept.iter().filter(|element| around(**element, found).any(|outer| contains(answers, outer)));
    inner.chain(outer).copied().collect()
}

/// Returns the elements that neither hold a value of the field nor are held by an element with one.
fn without(kept: &[ElementId], present: &[ElementId], found: &Found) -> Vec<ElementId> {
    let mut holders: Vec<ElementId> = present.iter().flat_map(|element| around(*element, found)).collect();
    holders.sort_unstable();
    holders.dedup();
    let is_free = |element: &&ElementId| {
        !contains(&holders, **element) && !around(**element, found).any(|outer| contains(present, outer))
    };
    kept.iter().filter(is_free).copied().collect()
}

/// Returns an element and all that hold it, outwards.
fn around(element: ElementId, found: &Found) -> impl Iterator<Item = ElementId> {
    std::iter::successors(Some(element), |element| (*element != WHOLE).then(|| found.parent(*element)))
}

/// Looks an element up; lists are in the walk's order, which numbers elements.
fn contains(list: &[ElementId], element: ElementId) -> bool {
    list.binary_search(&element).is_ok()
}
