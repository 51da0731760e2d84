//! What a foreign server's failure is called.

use aws_sdk_sns::config::http::HttpResponse;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};

use crate::role::NotTakenOn;

/// The code when no answer came: nobody listens, a name is unknown, a certificate is not trusted.
const UNREACHABLE: &str = "EndpointUnreachable";

/// The code when no answer came in time.
const TIMED_OUT: &str = "RequestTimeout";

/// The code when a call could not even be made: most often there are no credentials to sign it with.
const NOT_MADE: &str = "RequestNotMade";

/// The code when the role of the account that is called could not be taken on.
const ROLE_NOT_ASSUMED: &str = "RoleNotAssumed";

/// Returns the error code of a failed call, as `GetTrailStatus` shows it: the server's own word where it
/// answered with one.
pub(crate) fn code<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let own = match error {
        SdkError::ServiceError(answer) => match answer.err().code() {
            Some(code) => return code.to_owned(),
            None => return format!("HTTP{}", answer.raw().status().as_u16()),
        },
        SdkError::ResponseError(answer) => return format!("HTTP{}", answer.raw().status().as_u16()),
        error if is_of_a_role(error) => ROLE_NOT_ASSUMED,
        SdkError::TimeoutError(_) => TIMED_OUT,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => TIMED_OUT,
        SdkError::DispatchFailure(_) => UNREACHABLE,
        _ => NOT_MADE,
    };
    own.to_owned()
}

/// Tells whether a call failed before it was made, for want of its account's role.
fn is_of_a_role(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|cause| cause.is::<NotTakenOn>())
}

/// Says why a call failed where the server did not say so itself: its answers are codes, and told by those.
pub(crate) fn tell<E>(service: &'static str, error: &SdkError<E, HttpResponse>)
where
    E: std::error::Error + 'static,
{
    if !matches!(error, SdkError::ServiceError(_)) {
        tracing::warn!(service, error = chain(error), "an AWS API elsewhere was not reached");
    }
}

/// Returns an error and what caused it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
