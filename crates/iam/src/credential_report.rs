//! A credential report: who of an account can sign in or call with what, and when that was last used, as AWS's CSV.

use jiff::Timestamp;

use crate::LastUse;

/// A row: one user, or the root user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) created: Timestamp,
    pub(crate) password: Option<Password>,
    pub(crate) mfa: bool,
    /// The oldest first.
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Password {
    pub(crate) used: Option<Timestamp>,
    pub(crate) changed: Timestamp,
    /// When it is too old; none where passwords do not age.
    pub(crate) expires: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) active: bool,
    pub(crate) created: Timestamp,
    pub(crate) used: Option<LastUse>,
}

/// Writes a report: the root user first, then users by name, letters' case aside.
pub(crate) fn csv(mut rows: Vec<Row>) -> String {
    rows.sort_by_cached_key(|row| (!row.is_root(), row.name.to_lowercase()));
    let lines = rows.iter().map(|row| row.cells().join(","));
    std::iter::once(COLUMNS.join(",")).chain(lines).collect::<Vec<_>>().join("\n")
}

impl Row {
    /// Tells whether this is the root user, whose password has no age. No user's name has such brackets.
    fn is_root(&self) -> bool {
        self.name == ROOT
    }

    fn cells(&self) -> Vec<String> {
        let mut cells = vec![quoted(&self.name), quoted(&self.arn), date(self.created)];
        cells.extend(self.password_cells());
        cells.push(self.mfa.to_string());
        for at in 0..KEYS {
            cells.extend(key_cells(self.keys.get(at)));
        }
        // There are no signing certificates.
        for _ in 0..CERTIFICATES {
            cells.extend(["false", ABSENT].map(str::to_owned));
        }
        cells
    }

    fn password_cells(&self) -> [String; 4] {
        let password = self.password.as_ref();
        let used = match password {
            None => ABSENT.to_owned(),
            Some(password) => password.used.map_or_else(|| NEVER.to_owned(), date),
        };
        let (changed, expires) = if self.is_root() {
            (UNSUPPORTED.to_owned(), UNSUPPORTED.to_owned())
        } else {
            let changed = password.map(|password| password.changed);
            (date_or_absent(changed), date_or_absent(password.and_then(|password| password.expires)))
        };
        [password.is_some().to_string(), used, changed, expires]
    }
}

fn key_cells(key: Option<&Key>) -> [String; 5] {
    let Some(key) = key else {
        return ["false", ABSENT, ABSENT, ABSENT, ABSENT].map(str::to_owned);
    };
    let [used, region, service] = match &key.used {
        None => [ABSENT, ABSENT, ABSENT].map(str::to_owned),
        Some(LastUse { at, service, region }) => {
            // S3's keys are used in no Region, whichever the bucket is in.
            let region = if service == "s3" { ABSENT } else { region };
            [date(*at), region.to_owned(), service.clone()]
        }
    };
    [key.active.to_string(), date(key.created), used, region, service]
}

fn date_or_absent(at: Option<Timestamp>) -> String {
    at.map_or_else(|| ABSENT.to_owned(), date)
}

fn date(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// A user's name may hold commas, and its path in the ARN quotes too; neither may hold line breaks.
fn quoted(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// How AWS's reports call the root user.
pub(crate) const ROOT: &str = "<root_account>";
const ABSENT: &str = "N/A";
const NEVER: &str = "no_information";
const UNSUPPORTED: &str = "not_supported";
const KEYS: usize = 2;
const CERTIFICATES: usize = 2;
const COLUMNS: [&str; 22] = [
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn row(name: &str) -> Row {
        Row {
            name: name.to_owned(),
            arn: format!("arn:aws:iam::111122223333:user/{name}"),
            created: at("2026-03-02T08:00:00.25Z"),
            password: None,
            mfa: false,
            keys: Vec::new(),
        }
    }

    /// Returns the cells behind the first three.
    fn cells(row: Row) -> String {
        let report = csv(vec![row]);
        let line = report.split('\n').nth(1).unwrap();
        assert_eq!(line.split(',').count(), COLUMNS.len(), "{line}");
        line.splitn(4, ',').nth(3).unwrap().to_owned()
    }

    #[test]
    fn the_root_user_comes_first_and_no_line_is_empty() {
        let root = row(ROOT);
        let report = csv(vec![row("b"), row("C"), root, row("a,b")]);
        let names: Vec<&str> = report.split('\n').map(|line| line.split("arn").next().unwrap()).collect();
        assert_eq!(names, ["user,", "<root_account>,", "\"a,b\",\"", "b,", "C,"]);
        assert!(report.starts_with("user,arn,user_creation_time,password_enabled,password_last_used,"));
    }

    #[test]
    fn no_path_makes_cells_of_its_own() {
        let arn = r#"arn:aws:iam::111122223333:user/",true,"/a"#.to_owned();
        let report = csv(vec![Row { arn, ..row("a") }]);
        let told = r#"a,"arn:aws:iam::111122223333:user/"",true,""/a",2026-03-02T08:00:00Z,false,"#;
        assert!(report.split('\n').nth(1).unwrap().starts_with(told), "{report}");
    }

    #[test]
    fn each_credential_is_told_in_aws_words() {
        let nothing = "false,N/A,N/A,N/A,N/A";
        let certificates = "false,N/A,false,N/A";
        assert_eq!(cells(row("a")), format!("false,N/A,N/A,N/A,false,{nothing},{nothing},{certificates}"));
        let (used, changed) = (Some(at("2026-03-04T10:00:00Z")), at("2026-03-03T09:00:00Z"));
        let expires = Some(at("2026-06-01T09:00:00Z"));
        for (name, password, told) in [
            ("a", Password { used: None, changed, expires: None }, "no_information,2026-03-03T09:00:00Z,N/A"),
            (
                "a",
                Password { used, changed, expires },
                "2026-03-04T10:00:00Z,2026-03-03T09:00:00Z,2026-06-01T09:00:00Z",
            ),
            (ROOT, Password { used, changed, expires }, "2026-03-04T10:00:00Z,not_supported,not_supported"),
        ] {
            let row = Row { password: Some(password), mfa: true, ..row(name) };
            assert!(cells(row).starts_with(&format!("true,{told},true,false,N/A,")));
        }
        let key = |active, service: &str| {
            let used =
                LastUse { at: changed, service: service.to_owned(), region: "eu-central-1".to_owned() };
            Key { active, created: at("2026-03-02T08:00:00Z"), used: Some(used) }
        };
        let keys = vec![key(true, "iam"), key(false, "s3")];
        let told = cells(Row { keys, ..row("a") });
        let first = "true,2026-03-02T08:00:00Z,2026-03-03T09:00:00Z,eu-central-1,iam";
        let second = "false,2026-03-02T08:00:00Z,2026-03-03T09:00:00Z,N/A,s3";
        assert_eq!(told, format!("false,N/A,N/A,N/A,false,{first},{second},{certificates}"));
    }
}
