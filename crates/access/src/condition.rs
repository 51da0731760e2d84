//! Conditions: what must hold of the request's facts.

mod compare;
mod operator;

use crate::Context;
use crate::context::key::{self, KeyProblem};
use crate::pattern::Variables;
use crate::policy::Rigour;

use compare::Expected;
use operator::{Operator, Sense};

/// One key under one operator, with the values it may have.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    operator: Operator,
    key: String,
    expected: Vec<Expected>,
    told: Told,
}

/// Whether a request tells what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// It does, or has no such fact.
    Always,
    /// It has the fact where we can't see it.
    Never,
}

/// How the values of a request are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    /// No `For…Values:`: meant for keys with one value.
    Plain,
    /// `ForAnyValue:`.
    Any,
    /// `ForAllValues:`.
    All,
}

impl Condition {
    /// Reads the values that `operator` compares `key` with.
    ///
    /// # Errors
    /// The operator is unknown, or a value is not of its type; of a text that is only now written also: the key is
    /// none that a request tells.
    pub(crate) fn parse(
        operator: &str,
        key: &str,
        values: &[String],
        (variables, rigour): (Variables, Rigour),
    ) -> Result<Self, String> {
        let operator = Operator::parse(operator)?;
        if key.is_empty() {
            return Err("a condition key is needed".to_owned());
        }
        let told = match (key::check(key), rigour) {
            // To IAM a key that it does not know is one that the request does not have.
            (Ok(()), _) | (Err(KeyProblem::Unknown), Rigour::InForce) => Told::Always,
            (Err(KeyProblem::Untold), Rigour::InForce) => Told::Never,
            (Err(KeyProblem::Unknown), Rigour::Written) => {
                return Err("it is none of AWS's aws: condition keys".to_owned());
            }
            (Err(KeyProblem::Untold), Rigour::Written) => {
                return Err("this condition key is not supported".to_owned());
            }
        };
        let expected = values
            .iter()
            .map(|value| Expected::parse(operator.comparison, value, variables))
            .collect::<Result<_, _>>()
            .map_err(str::to_owned)?;
        Ok(Self { operator, key: key.to_owned(), expected, told })
    }

    /// Tells whether the condition holds; `None` where that depends on what we can't see.
    pub(crate) fn holds(&self, context: &Context) -> Option<bool> {
        (self.told == Told::Always).then(|| self.holds_of(context))
    }

    fn holds_of(&self, context: &Context) -> bool {
        let given = context.values(&self.key);
        if let operator::Comparison::Null = self.operator.comparison {
            return self.expected.iter().any(|expected| expected.is_null_test(given.is_empty()));
        }
        let negated = self.operator.sense == Sense::Negated;
        if given.is_empty() {
            return match self.operator.quantifier {
                _ if self.operator.if_exists => true,
                Quantifier::All => true,
                Quantifier::Any => false,
                // What is absent differs from everything.
                Quantifier::Plain => negated,
            };
        }
        let fits = |value: &String| self.expected.iter().any(|expected| expected.admits(value, context));
        match (self.operator.quantifier, negated) {
            (Quantifier::Plain | Quantifier::Any, false) => given.iter().any(fits),
            (Quantifier::Plain | Quantifier::All, true) => !given.iter().any(fits),
            (Quantifier::All, false) => given.iter().all(fits),
            (Quantifier::Any, true) => !given.iter().all(fits),
        }
    }
}
