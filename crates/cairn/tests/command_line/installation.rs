//! `cairn serve`, `env`, `bucket-policy` and `config`: an installation from its first start on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::running::{Desk, text};

#[test]
fn commands_without_flags_find_the_server_that_was_started_without_flags() {
    let desk = Desk::new();
    let server = desk.serve(&[]);
    let lines = desk.printed(&["env"]);
    let names: Vec<&str> = lines.lines().map(|line| line.split_once('=').unwrap().0).collect();
    assert_eq!(
        names,
        [
            "export AWS_ENDPOINT_URL",
            "export AWS_ACCESS_KEY_ID",
            "export AWS_SECRET_ACCESS_KEY",
            "export AWS_DEFAULT_REGION"
        ]
    );
    let endpoint = lines.lines().next().unwrap().strip_prefix("export AWS_ENDPOINT_URL=").unwrap();
    assert!(server.greeting.contains(endpoint), "{}", server.greeting);
    // What the greeting says works anywhere: the same variables come out elsewhere.
    let elsewhere = Desk::new();
    let data_dir = desk.data_dir();
    let shown = data_dir.to_str().unwrap();
    assert!(server.greeting.contains(&format!("env --data-dir {shown})")), "{}", server.greeting);
    assert_eq!(elsewhere.printed(&["env", "--data-dir", shown]), lines);
}

#[test]
fn account_and_region_of_the_server_hold_for_the_commands_beside_it() {
    let desk = Desk::new();
    std::fs::write(desk.path().join("cairn.toml"), "region = \"eu-west-1\"\n").unwrap();
    let _server = desk.serve(&["--config", "cairn.toml", "--account-id", "111122223333"]);
    assert!(desk.printed(&["env"]).contains("export AWS_DEFAULT_REGION=eu-west-1\n"));
    let policy = desk.printed(&["bucket-policy", "logs"]);
    assert!(policy.contains("arn:aws:s3:::logs/AWSLogs/111122223333/*"), "{policy}");
    assert_eq!(desk.run(&["lookup"]).status.code(), Some(0));
    let other = desk.run(&["env", "--account-id", "444455556666"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(text(&other.stderr).contains("account 444455556666"), "{other:?}");
}

#[test]
fn ctrl_c_ends_with_success_and_the_next_start_is_clean() {
    let desk = Desk::new();
    let (status, log) = desk.serve(&[]).interrupt();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("stopped in good order"), "{log}");
    let env = desk.run(&["env"]);
    assert_eq!(env.status.code(), Some(0), "the keys are known though nobody serves");
    assert!(text(&env.stderr).contains("no server runs there now"), "{env:?}");
    let console = desk.run(&["console"]);
    assert_eq!(console.status.code(), Some(0), "the address is known though nobody serves");
    assert!(text(&console.stderr).contains("no server runs there now"), "{console:?}");
    let (status, log) = desk.serve(&[]).interrupt();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
}

#[test]
fn a_second_ctrl_c_gives_open_requests_up() {
    let desk = Desk::new();
    let server = desk.serve(&[]);
    let address = std::fs::read_to_string(desk.data_dir().join("endpoint")).unwrap();
    let mut hanging = TcpStream::connect(address.trim().strip_prefix("http://").unwrap()).unwrap();
    let head = "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: CloudTrail_20131101.LookupEvents\r\n\
                content-type: application/x-amz-json-1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n";
    hanging.write_all(head.as_bytes()).unwrap();
    let mut told = [0; 12];
    hanging.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"HTTP/1.1 100", "the server waits for the body");
    let (status, log) = server.interrupt_twice();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("stopping") && log.contains("interrupted again"), "{log}");
    let (status, log) = desk.serve(&[]).interrupt();
    assert_eq!(status.code(), Some(0), "{log}");
}

#[test]
fn errors_say_what_to_do_next() {
    let desk = Desk::new();
    for arguments in [["env"].as_slice(), &["console"], &["lookup"], &["tail"], &["tail", "-f"]] {
        let output = desk.run(arguments);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            told.starts_with("cairn: could not ") && told.contains("`cairn serve`"),
            "{arguments:?}: {told}"
        );
    }
    let mut other = desk.command(&["lookup"]);
    let output = other.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").output().unwrap();
    assert!(text(&output.stderr).contains("set AWS_ACCESS_KEY_ID"), "{output:?}");
    assert_eq!(std::fs::read_dir(desk.path()).unwrap().count(), 0, "nothing is made by looking");
}

#[test]
fn settings_are_shown_as_json_lines_when_piped() {
    let desk = Desk::new();
    let mut command = desk.command(&["config", "show", "--account-id", "111122223333"]);
    let output = command.env("CAIRN_DELIVERY_INTERVAL", "5s").output().unwrap();
    let shown = text(&output.stdout);
    for line in [
        r#"{"key":"data_dir","origin":"default","value":"cairn-data"}"#,
        r#"{"key":"account_id","origin":"the command line","value":"111122223333"}"#,
        r#"{"key":"delivery.interval","origin":"the environment","value":"5s"}"#,
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    let unknown = desk.command(&["config", "show"]).env("CAIRN_DELIVERY_INTERVALL", "5s").output().unwrap();
    assert_eq!(unknown.status.code(), Some(1));
}
