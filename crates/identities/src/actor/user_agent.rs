//! What a client says of itself.

use super::products::{self, Class};

/// The tool, SDK and agent that a user agent names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agent<'a> {
    /// The agent: a program that decides by itself what to call.
    pub agent: Option<&'a str>,
    /// Its version.
    pub agent_version: Option<&'a str>,
    /// The tool: what a person or a script runs.
    pub tool: Option<&'a str>,
    /// Its version.
    pub tool_version: Option<&'a str>,
    /// The command of the tool: `s3api.copy-object`.
    pub command: Option<&'a str>,
    /// The SDK.
    pub sdk: Option<&'a str>,
    /// Its version.
    pub sdk_version: Option<&'a str>,
    /// What the application calls itself, `AWS_SDK_UA_APP_ID`.
    pub app_id: Option<&'a str>,
    /// Where it runs, `AWS_EXECUTION_ENV`.
    pub environment: Option<&'a str>,
}

impl<'a> Agent<'a> {
    /// Reads a user agent: products with versions, comments in parentheses, and the metadata of AWS's SDKs.
    pub fn read(user_agent: &'a str) -> Self {
        let text = user_agent.split_at(user_agent.floor_char_boundary(BYTES_MAX)).0;
        let mut found = Self::default();
        for word in words(text).take(WORDS_MAX) {
            found.take(word);
        }
        if found == Self::default()
            && let Some(first) = words(text).next()
        {
            // A client of its own making: what it calls itself first.
            let (name, version) = split(first);
            (found.tool, found.tool_version) = (Some(name), version);
        }
        found
    }

    fn take(&mut self, word: &'a str) {
        if let Some(metadata) = word.strip_prefix("md/") {
            return self.take_metadata(metadata);
        }
        let (name, version) = split(word);
        match name {
            "app" => set(&mut self.app_id, version),
            "exec-env" => set(&mut self.environment, version),
            "agent" => set(&mut self.agent, version),
            _ => {}
        }
        // An application that calls itself as an agent is one.
        let named = if name == "app" { version.unwrap_or_default() } else { name };
        let Some(product) = products::find(named) else { return };
        let version = version.filter(|_| name != "app");
        let (slot, slot_version) = match product.class {
            Class::Agent => (&mut self.agent, &mut self.agent_version),
            Class::Tool => (&mut self.tool, &mut self.tool_version),
            Class::Sdk => (&mut self.sdk, &mut self.sdk_version),
        };
        if slot.is_none() {
            (*slot, *slot_version) = (Some(product.name), version);
        }
    }

    /// Reads `key#value`; servers of the Model Context Protocol name themselves `awslabs#mcp#NAME#VERSION`.
    fn take_metadata(&mut self, metadata: &'a str) {
        let (key, value) = metadata.split_once('#').unwrap_or((metadata, ""));
        match key {
            "command" => set(&mut self.command, Some(value)),
            "agent" => set(&mut self.agent, Some(value)),
            "awslabs" => {
                let server = value.strip_prefix("mcp#").unwrap_or(value);
                let (name, version) = server.split_once(['#', '/']).unwrap_or((server, ""));
                if self.agent.is_none() {
                    set(&mut self.agent, Some(name));
                    set(&mut self.agent_version, Some(version));
                }
            }
            _ => {}
        }
    }
}

fn set<'a>(slot: &mut Option<&'a str>, value: Option<&'a str>) {
    if slot.is_none() {
        *slot = value.filter(|value| !value.is_empty());
    }
}

/// Splits a product from its version.
fn split(word: &str) -> (&str, Option<&str>) {
    match word.split_once('/') {
        Some((name, version)) => (name, Some(version).filter(|version| !version.is_empty())),
        None => (word, None),
    }
}

/// Returns the words outside of comments.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let pieces = text.split_inclusive(['(', ')']).filter_map(move |piece| {
        let outside = depth == 0;
        match piece.chars().next_back() {
            Some('(') => depth += 1,
            Some(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        outside.then(|| piece.trim_end_matches(['(', ')']))
    });
    // `[…]` is how S3's records wrap a user agent.
    pieces.flat_map(str::split_whitespace).map(|word| word.trim_matches(['[', ']', ';', ',']))
}

/// How much of a user agent is read, in bytes.
const BYTES_MAX: usize = 4_096;
/// How many words of it.
const WORDS_MAX: usize = 64;
