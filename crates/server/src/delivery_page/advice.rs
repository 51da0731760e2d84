//! What helps against what a destination answers: words for who must do it. Codes come from foreign servers, so most
//! rows are of a kind of destination, and what is in none of them is told as what it is.

/// What helps, by destinations and codes.
const ADVICE: &[(&[&str], &[&str], &str)] = &[
    (
        &["Webhook"],
        &["Http401", "Http403"],
        "The receiver does not take the signature or the Authorization header: compare its secret and its clock with the destination's settings.",
    ),
    (
        &["Webhook"],
        &["Http404", "Http301", "Http302", "Http307", "Http308"],
        "Nothing takes events at this address, and redirections are not followed: correct the destination's url.",
    ),
    (
        &["Webhook"],
        &["RetryAfter", "Http429"],
        "The receiver asked to be left alone for a while. If this goes on, give it fewer events with a pattern, or more room.",
    ),
    (
        &["Webhook"],
        &["Http500", "Http502", "Http503", "Http504"],
        "The receiver failed. Look into its own log; it is tried again by itself.",
    ),
    (
        &["Webhook"],
        &["refused-400", "refused-406", "refused-413", "refused-415", "refused-422"],
        "The receiver refused single events for good. Look at them in the dead letters, and send again what matters.",
    ),
    (
        &["Webhook", "NATS"],
        &["Unreachable", "ConnectionLost", "TimedOut", "Disconnected"],
        "Nothing answers at this address: start the receiver, or correct the destination's url.",
    ),
    (
        &["Webhook", "NATS"],
        &["CertificateRefused"],
        "Its certificate is of an authority that this machine does not trust: name the authority in the destination's ca_file.",
    ),
    (
        &["Webhook", "NATS"],
        &["DeadLetterFile"],
        "The file of dead letters can't be written: look at the disk and at the data directory's permissions.",
    ),
    (
        &["NATS"],
        &["NoStream"],
        "No JetStream stream covers the subjects: make one over PREFIX.>, or set jetstream = false.",
    ),
    (
        &["NATS"],
        &["NotAuthorized", "Refused"],
        "NATS does not let the user in, or not publish there: correct the destination's credentials, or the user's permissions.",
    ),
    (
        &["NATS"],
        &["NotStored", "TooManyPending", "NotConfirmed", "PublishFailed"],
        "NATS did not store what was published: look at the stream's limits and at the server's log.",
    ),
    (
        &["EventBridge", "CloudWatchLogs"],
        &["RoleNotAssumed"],
        "The role of endpoints.role can't be taken on in this account: make it there, and let the endpoint's credentials assume it.",
    ),
    (
        &["EventBridge"],
        &["NotAuthorizedForSource"],
        "The bus takes sources that begin with aws. from AWS alone: set eventbridge.source_prefix.",
    ),
    (
        &["EventBridge", "CloudWatchLogs", "SNS"],
        &["EndpointUnreachable", "RequestTimeout", "EndpointUnavailable"],
        "The endpoint is down, or not at the address that the settings name under [endpoints].",
    ),
    (
        &["EventBridge", "SNS"],
        &["AccessDenied", "AccessDeniedException", "AuthorizationError"],
        "The endpoint's credentials may not do this: allow them events:PutEvents on the bus, or sns:Publish on the topic.",
    ),
    (
        &["EventBridge", "CloudWatchLogs", "SNS"],
        &[
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "SignatureDoesNotMatch",
            "ExpiredTokenException",
        ],
        "The endpoint does not know the credentials: correct those that the settings name under [endpoints].",
    ),
    (
        &["EventBridge", "CloudWatchLogs", "SNS"],
        &["ThrottlingException", "Throttling"],
        "The endpoint takes no more for now; it is tried again by itself. If this goes on, ask for a higher quota.",
    ),
    (
        &["CloudWatchLogs"],
        &["AccessDenied"],
        "The trail's role lost its trust or its rights: let cloudtrail.amazonaws.com assume it, and allow it logs:CreateLogStream and logs:PutLogEvents.",
    ),
    (
        &["CloudWatchLogs"],
        &["AccessDeniedException"],
        "The endpoint's credentials may not write to the log group: allow them logs:CreateLogStream and logs:PutLogEvents.",
    ),
    (
        &["CloudWatchLogs"],
        &["ResourceNotFoundException"],
        "The log group is gone: make it again, or give the trail another one; what waits goes there.",
    ),
    (
        &["CloudWatchLogs"],
        &["too-old", "too-new", "expired-in-group"],
        "The log group does not take events of that age; they are in the log files.",
    ),
    (
        &["SNS"],
        &["NotFound", "NotFoundException"],
        "The topic is gone: make it again, or give the trail another one.",
    ),
    (
        &["S3", "Digest"],
        &["AccessDenied"],
        "The bucket's policy, or its key's, does not let CloudTrail in: correct it, and what waits is delivered.",
    ),
    (
        &["S3", "Digest"],
        &["NoSuchBucket"],
        "The bucket is gone: make it again with the policy that CloudTrail needs, or give the trail another one.",
    ),
    (
        &["TransparencyLog"],
        &["Forked", "Obstructed", "Interrupted"],
        "This log ended and another begins. Find out who changed the bucket before you rely on the old one.",
    ),
    (
        &["Webhook", "NATS", "EventBridge", "CloudWatchLogs"],
        &["expired"],
        "Nothing was taken for stream.give_up_after, so the oldest events were given up; the log files and the history have them.",
    ),
    (
        &["Webhook", "NATS", "EventBridge", "CloudWatchLogs"],
        &["trimmed"],
        "The journal was full and had to go on: raise journal.size_max, or mend the destination sooner.",
    ),
    (
        &["Webhook", "NATS", "EventBridge", "CloudWatchLogs"],
        &["too-large", "unreadable", "refused"],
        "The destination can't take single events, for their size or form; the log files and the history have them.",
    ),
    (
        &["S3", "Digest", "SNS", "CloudWatchLogs", "EventBridge", "Webhook", "NATS"],
        &["InternalError"],
        "The fault is the server's own, most often its disk: `cairn doctor` and the server's log say more.",
    ),
];

/// Says what helps against a code of a kind of destination.
pub(super) fn advice(kind: &str, code: &str) -> &'static str {
    // EventBridge and others name the source or the shape behind the code.
    let is_code =
        |known: &&str| code == *known || (*known == "NotAuthorizedForSource" && code.starts_with(known));
    let row = ADVICE.iter().find(|(kinds, codes, _)| kinds.contains(&kind) && codes.iter().any(is_code));
    row.map_or(UNKNOWN, |(_, _, words)| words)
}

/// What helps against everything else.
const UNKNOWN: &str =
    "The destination answered with this code. It is tried again by itself; the server's log has the cause.";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_is_told_by_its_destination() {
        for (kind, code, begins) in [
            ("Webhook", "Http401", "The receiver does not take the signature"),
            ("Webhook", "Http418", "The destination answered"),
            ("NATS", "Unreachable", "Nothing answers"),
            ("NATS", "NoStream", "No JetStream stream"),
            ("EventBridge", "NotAuthorizedForSourceException", "The bus takes sources"),
            ("EventBridge", "NotAuthorized", "The destination answered"),
            ("EventBridge", "AccessDenied", "The endpoint's credentials"),
            ("CloudWatchLogs", "AccessDenied", "The trail's role"),
            ("S3", "AccessDenied", "The bucket's policy"),
            ("SNS", "Forked", "The destination answered"),
        ] {
            assert!(advice(kind, code).starts_with(begins), "{kind} {code}: {}", advice(kind, code));
        }
    }

    #[test]
    fn no_code_of_a_destination_has_two_rows() {
        let mut seen = BTreeSet::new();
        for (kinds, codes, _) in ADVICE {
            for kind in *kinds {
                codes.iter().for_each(|code| assert!(seen.insert((kind, code)), "{kind} {code}"));
            }
        }
    }
}
