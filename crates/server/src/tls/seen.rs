//! What a record tells of an encrypted connection.

use cairn_capture::Tls;
use rustls::{CipherSuite, NamedGroup, ProtocolVersion, ServerConnection};

/// Returns what the handshake agreed on; nothing before it is over.
pub(crate) fn seen(connection: &ServerConnection) -> Option<Tls> {
    let version = match connection.protocol_version()? {
        ProtocolVersion::TLSv1_2 => "TLSv1.2",
        ProtocolVersion::TLSv1_3 => "TLSv1.3",
        _ => return None,
    };
    let suite = connection.negotiated_cipher_suite()?.suite();
    let group = connection.negotiated_key_exchange_group().map(|group| key_exchange(group.name()));
    Some(Tls {
        version: version.to_owned(),
        cipher_suite: cipher_suite(suite)?.to_owned(),
        key_exchange: group,
    })
}

/// Names a suite as CloudTrail does: TLS 1.3's by its own name, older ones by OpenSSL's.
fn cipher_suite(suite: CipherSuite) -> Option<&'static str> {
    Some(match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        CipherSuite::TLS13_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => "TLS_CHACHA20_POLY1305_SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => "ECDHE-ECDSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => "ECDHE-ECDSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-ECDSA-CHACHA20-POLY1305",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => "ECDHE-RSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => "ECDHE-RSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-RSA-CHACHA20-POLY1305",
        _ => return None,
    })
}

/// Names a group as CloudTrail does, which is how the standard spells it, but for `x25519`.
fn key_exchange(group: NamedGroup) -> String {
    match group {
        NamedGroup::X25519 => "x25519".to_owned(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs;

    use super::*;

    #[test]
    fn every_suite_that_can_be_agreed_on_has_a_name() {
        for suite in aws_lc_rs::ALL_CIPHER_SUITES {
            let name = cipher_suite(suite.suite()).unwrap();
            let of_tls13 = suite.tls13().is_some();
            assert_eq!(name.starts_with("TLS_"), of_tls13, "{suite:?}");
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let told = digits(&format!("{:?}", suite.suite()).replace("TLS13", ""));
            assert!(told.starts_with(&digits(name)), "{suite:?} {name}");
        }
    }

    #[test]
    fn groups_are_named_as_in_events() {
        let names: Vec<String> =
            aws_lc_rs::ALL_KX_GROUPS.iter().map(|group| key_exchange(group.name())).collect();
        for expected in ["X25519MLKEM768", "x25519", "secp256r1"] {
            assert!(names.iter().any(|name| name == expected), "{names:?}");
        }
    }
}
