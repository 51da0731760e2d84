use super::*;
use crate::config::Config;
use crate::settings::Settings;

fn understand(file: &str, environment: &[(&str, &str)]) -> Result<Vec<DestinationConfig>, String> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let settings = Settings::gather(Some(file), environment, []).map_err(|error| error.to_string())?;
    Config::understand(&settings).map(|config| config.destinations).map_err(|error| {
        let because = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        format!("{error} {because}")
    })
}

const HOOK: &str = "[destinations.audit-hook]\ntype = \"webhook\"\nurl = \"https://h.example/x\"\n";

#[test]
fn a_webhook_is_a_table() {
    let file = format!(
        "{HOOK}pattern = '''{{\"source\": [\"aws.iam\"]}}'''\nformat = \"record\"\nbatch_events = 7\n\
         batch_bytes = \"64KiB\"\nfrom = \"beginning\"\nsecret_file = \"s\"\ntimeout = \"250ms\"\n"
    );
    let [hook]: [DestinationConfig; 1] = understand(&file, &[]).unwrap().try_into().unwrap();
    let DestinationKind::Webhook(own) = &hook.kind else { panic!("a webhook") };
    assert_eq!(own.url, "https://h.example/x");
    assert_eq!((hook.name.as_str(), own.secret_file.clone()), ("audit-hook", Some("s".into())));
    assert_eq!((hook.format, hook.from), (Format::Record, From::Beginning));
    assert_eq!((hook.batch_events, hook.batch_bytes), (7, 64 << 10));
    assert_eq!(hook.timeout, Duration::from_millis(250));
    assert_eq!(hook.pattern, PatternSource::Text("{\"source\": [\"aws.iam\"]}".to_owned()));
}

#[test]
fn the_environment_adds_and_overrides() {
    let set = [
        ("CAIRN_DESTINATIONS_AUDIT_HOOK_URL", "http://other.example/"),
        ("CAIRN_DESTINATIONS_AUDIT_HOOK_PATTERN_FILE", "p.json"),
        ("CAIRN_DESTINATIONS_BUS_TYPE", "nats"),
        ("CAIRN_DESTINATIONS_BUS_URL", "nats://127.0.0.1:4222, tls://b:1"),
        ("CAIRN_DESTINATIONS_BUS_JETSTREAM", "true"),
        ("CAIRN_DESTINATIONS_BUS_TOKEN_FILE", "t"),
    ];
    let all = understand(HOOK, &set).unwrap();
    let [hook, bus] = all.as_slice() else { panic!("two: {all:?}") };
    let DestinationKind::Webhook(own) = &hook.kind else { panic!("a webhook") };
    assert_eq!((hook.name.as_str(), own.url.to_string().as_str()), ("audit-hook", "http://other.example/"));
    assert_eq!(hook.pattern, PatternSource::File("p.json".into()));
    let DestinationKind::Nats(own) = &bus.kind else { panic!("NATS") };
    assert_eq!((bus.name.as_str(), own.keeping), ("bus", Keeping::JetStream));
    assert_eq!(own.authentication, NatsAuthentication::Token("t".into()));
}

#[test]
fn nonsense_is_refused_and_says_which() {
    for (more, said) in [
        (
            "colour = 1",
            "take setting `destinations.audit-hook.colour` from the file: there is no such setting",
        ),
        ("timeout = [1]", "take setting `destinations.audit-hook.timeout` from the file: a text, a number"),
        ("timeout = \"11s\"", "for setting `destinations.audit-hook.timeout`: 100ms to 10s"),
        ("format = \"xml\"", "`destinations.audit-hook.format`: `eventbridge` or `record`"),
        ("from = \"then\"", "`now` or `beginning`"),
        ("batch_events = 0", "1 to 1000"),
        ("batch_bytes = \"1KiB\"", "64KiB to 16MiB"),
        ("dead_letter_max = \"17GiB\"", "0B to 16GiB"),
        ("user = \"u\"", "it is for `type = \"nats\"`"),
        ("pattern = '{\"a\": 1}'", "an event pattern is needed understand the pattern at `a`"),
        ("pattern = '{\"a\": [1]}'\npattern_file = \"p\"", "nothing is needed where `pattern` is set"),
        ("[destinations]\nx = 1", "take `destinations.x` from the file: a table is needed"),
        ("[destinations.Upper]\ntype = \"nats\"", "a name of at most 32"),
        ("[destinations.bus]\nurl = \"nats://b\"", "`destinations.bus.type`: `webhook` or `nats`"),
        ("[destinations.bus]\ntype = \"nats\"", "`destinations.bus.url`: nats://"),
        ("[destinations.bus]\ntype = \"nats\"\nurl = \"nats://u:p@b\"", "without a user"),
        (
            "[destinations.bus]\ntype = \"nats\"\nurl = \"nats://b\"\nsecret_file = \"s\"",
            "it is for `type = \"webhook\"`",
        ),
        (
            "[destinations.bus]\ntype = \"nats\"\nurl = \"nats://b\"\nuser = \"u\"",
            "`destinations.bus.password_file`",
        ),
        (
            "[destinations.bus]\ntype = \"nats\"\nurl = \"nats://b\"\nsubject_prefix = \"a b\"",
            "subject_prefix`",
        ),
    ] {
        let error = understand(&format!("{HOOK}{more}"), &[]).expect_err(more);
        assert!(error.contains(said), "{more}\n{error}");
    }
    for url in ["", "ftp://x", "https://u:p@h/", "h.example"] {
        let file = format!("[destinations.a]\ntype = \"webhook\"\nurl = \"{url}\"");
        assert!(understand(&file, &[]).is_err(), "{url}");
    }
    assert!(understand("destinations = 1", &[]).is_err());
    assert!(understand("[destinations]\na = 1", &[]).unwrap_err().contains("a table is needed"));
    assert!(understand("", &[("CAIRN_DESTINATIONS_A_COLOUR", "1")]).is_err());
}
