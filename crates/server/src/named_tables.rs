//! Settings of things that have names: a table of the file for each, `[SECTION.NAME]`.
//!
//! In the environment a setting `url` of the destination `audit-hook` is `CAIRN_DESTINATIONS_AUDIT_HOOK_URL`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::ConfigError;
use crate::settings::{Origin, Setting, SettingsError, scalar};

/// The longest name.
const NAME_CHARS_MAX: usize = 32;

/// The tables of one section, not yet understood.
#[derive(Debug, Clone)]
pub(crate) struct NamedTables {
    section: &'static str,
    known: &'static [Setting],
    tables: BTreeMap<String, Table>,
}

type Table = BTreeMap<&'static str, (String, Origin)>;

impl NamedTables {
    pub(crate) fn new(section: &'static str, known: &'static [Setting]) -> Self {
        Self { section, known, tables: BTreeMap::new() }
    }

    /// Takes the file's table of this section.
    pub(crate) fn take_file(&mut self, table: &toml::Table) -> Result<(), SettingsError> {
        for (name, value) in table {
            let key = format!("{}.{name}", self.section);
            let toml::Value::Table(members) = value else {
                return Err(SettingsError::NotTable { key });
            };
            let taken = self.tables.entry(name.clone()).or_default();
            for (member, value) in members {
                let key = format!("{key}.{member}");
                let Some(setting) = self.known.iter().find(|setting| setting.key == member) else {
                    return Err(SettingsError::Unknown { key, origin: Origin::File });
                };
                let text = scalar(value).ok_or(SettingsError::NotScalar { key })?;
                taken.insert(setting.key, (text, Origin::File));
            }
        }
        Ok(())
    }

    /// Takes a variable, named without `CAIRN_` and the section; false when it names no setting.
    pub(crate) fn take_environment(&mut self, variable: &str, value: &str) -> bool {
        let named = |setting: &'static Setting| {
            let name = variable.strip_suffix(&format!("_{}", setting.key.to_ascii_uppercase()))?;
            (!name.is_empty()).then_some((name, setting))
        };
        // Of `HOOK_PATTERN_FILE` the longer setting is meant, and the shorter name.
        let Some((name, setting)) = self.known.iter().filter_map(named).min_by_key(|(name, _)| name.len())
        else {
            return false;
        };
        let written = |of: &String| of.to_ascii_uppercase().replace('-', "_") == name;
        let of = self.tables.keys().find(|of| written(of)).cloned();
        let of = of.unwrap_or_else(|| name.to_ascii_lowercase());
        self.tables.entry(of).or_default().insert(setting.key, (value.to_owned(), Origin::Environment));
        true
    }

    /// Takes one setting of the command line.
    pub(crate) fn take_flag(&mut self, name: &str, key: &'static str, value: String) {
        self.tables.entry(name.to_owned()).or_default().insert(key, (value, Origin::Flag));
    }

    /// Returns everything that is set, by its dotted name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (String, &str, &Origin)> {
        self.tables.iter().flat_map(move |(name, table)| {
            table.iter().map(move |(key, (value, origin))| {
                (format!("{}.{name}.{key}", self.section), value.as_str(), origin)
            })
        })
    }

    /// Reads every table.
    pub(crate) fn readers(&self) -> impl ExactSizeIterator<Item = TableReader<'_>> {
        let (section, known) = (self.section, self.known);
        self.tables.iter().map(move |(name, table)| TableReader { section, known, name, table })
    }
}

/// Reads the settings of one table.
#[derive(Clone, Copy)]
pub(crate) struct TableReader<'a> {
    section: &'static str,
    known: &'static [Setting],
    name: &'a str,
    table: &'a Table,
}

impl<'a> TableReader<'a> {
    /// Returns the table's name.
    pub(crate) fn name(&self) -> Result<&'a str, ConfigError> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if (1..=NAME_CHARS_MAX).contains(&self.name.len()) && self.name.bytes().all(allowed) {
            return Ok(self.name);
        }
        let needed = "a name of at most 32 lowercase letters, digits, `-` and `_` is needed";
        Err(ConfigError::new(self.section, self.name, Origin::File, needed))
    }

    pub(crate) fn is_set(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(crate) fn with<T>(
        &self,
        key: &'static str,
        needed: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        parse(self.value(key)).ok_or_else(|| self.wrong(key, needed))
    }

    pub(crate) fn wrong(&self, key: &str, needed: &'static str) -> ConfigError {
        let origin = self.table.get(key).map_or(Origin::Default, |(_, origin)| origin.clone());
        ConfigError::new(&format!("{}.{}.{key}", self.section, self.name), self.value(key), origin, needed)
    }

    pub(crate) fn file(&self, key: &str) -> Option<PathBuf> {
        Some(self.value(key)).filter(|name| !name.is_empty()).map(PathBuf::from)
    }

    pub(crate) fn value(&self, key: &str) -> &'a str {
        match self.table.get(key) {
            Some((value, _)) => value,
            None => self.known.iter().find(|setting| setting.key == key).map_or("", |it| it.default),
        }
    }
}
