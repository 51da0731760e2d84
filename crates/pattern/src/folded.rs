//! Comparing without regard to case, without copying the event's text.

/// A text in which upper and lower case are one.
#[derive(Debug, Clone)]
pub(crate) struct Folded(Vec<char>);

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.chars().flat_map(char::to_lowercase).collect())
    }

    pub(crate) fn equals(&self, text: &str) -> bool {
        text.chars().flat_map(char::to_lowercase).eq(self.0.iter().copied())
    }

    pub(crate) fn begins(&self, text: &str) -> bool {
        let mut chars = text.chars().flat_map(char::to_lowercase);
        self.0.iter().all(|wanted| chars.next() == Some(*wanted))
    }

    pub(crate) fn ends(&self, text: &str) -> bool {
        let mut chars = text.chars().rev().flat_map(|char| char.to_lowercase().rev());
        self.0.iter().rev().all(|wanted| chars.next() == Some(*wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::Folded;

    #[test]
    fn case_does_not_matter() {
        let folded = Folded::new("StraßE");
        assert!(folded.equals("STRAßE") && folded.begins("straße 1") && folded.ends("Die Straße"));
        assert!(!folded.equals("strasse") && !folded.begins("stra") && !folded.ends("aße"));
        assert!(Folded::new("İx").ends("aİX") && Folded::new("").begins(""));
    }
}
