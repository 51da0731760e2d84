//! CloudWatch Logs elsewhere.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::http::HttpResponse;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatchlogs::operation::create_log_stream::CreateLogStreamError;
use aws_sdk_cloudwatchlogs::operation::put_log_events::{PutLogEventsError, PutLogEventsOutput};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use cairn_stream::{LinesTaken, LogGroup, LogGroups, LogLine, LogStream, LogsError, PutError, UNAVAILABLE};

use crate::{Connections, failure};

/// Log groups at the configured endpoint.
#[derive(Debug)]
pub struct Logs {
    connections: Arc<Connections>,
}

impl Logs {
    /// Uses these connections.
    pub fn new(connections: Arc<Connections>) -> Self {
        Self { connections }
    }

    fn client(&self, group: &LogGroup) -> Result<Client, LogsError> {
        let client = self.connections.logs(group.account, &group.region);
        client.ok_or_else(|| LogsError::Failed(PutError::of(UNAVAILABLE)))
    }
}

#[async_trait]
impl LogGroups for Logs {
    async fn put_lines(
        &self,
        to: &LogStream<'_>,
        lines: &[LogLine<'_>],
        token: Option<&str>,
    ) -> Result<LinesTaken, LogsError> {
        let mut events = Vec::with_capacity(lines.len());
        for line in lines {
            let event = InputLogEvent::builder().timestamp(line.time_ms).message(line.text);
            events.push(event.build().map_err(failed)?);
        }
        let put = self.client(to.group)?.put_log_events();
        let put = put.log_group_name(&to.group.name).log_stream_name(to.name);
        let put = put.set_log_events(Some(events)).set_sequence_token(token.map(str::to_owned));
        match put.send().await {
            Ok(output) => Ok(taken(&output)),
            Err(error) => Err(understood(error)),
        }
    }

    async fn create_stream(&self, stream: &LogStream<'_>) -> Result<(), LogsError> {
        let create = self.client(stream.group)?.create_log_stream();
        let create = create.log_group_name(&stream.group.name).log_stream_name(stream.name);
        match create.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(CreateLogStreamError::ResourceAlreadyExistsException(_)) => Ok(()),
                Some(CreateLogStreamError::ResourceNotFoundException(_)) => Err(LogsError::Missing),
                Some(_) | None => Err(failed_call(error)),
            },
        }
    }
}

fn understood(error: SdkError<PutLogEventsError, HttpResponse>) -> LogsError {
    match error.as_service_error() {
        Some(PutLogEventsError::ResourceNotFoundException(_)) => LogsError::Missing,
        Some(PutLogEventsError::InvalidSequenceTokenException(token)) => {
            LogsError::Token { expected: token.expected_sequence_token().map(str::to_owned) }
        }
        Some(PutLogEventsError::DataAlreadyAcceptedException(token)) => {
            LogsError::AlreadyThere { expected: token.expected_sequence_token().map(str::to_owned) }
        }
        Some(_) | None => failed_call(error),
    }
}

fn taken(output: &PutLogEventsOutput) -> LinesTaken {
    let place = |index: i32| usize::try_from(index).unwrap_or_default();
    let rejected = output.rejected_log_events_info();
    LinesTaken {
        next_token: output.next_sequence_token().map(str::to_owned),
        too_old_end: rejected.and_then(|info| info.too_old_log_event_end_index()).map_or(0, place),
        expired_end: rejected.and_then(|info| info.expired_log_event_end_index()).map_or(0, place),
        too_new_start: rejected.and_then(|info| info.too_new_log_event_start_index()).map(place),
    }
}

fn failed_call<E>(error: SdkError<E, HttpResponse>) -> LogsError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    LogsError::Failed(PutError { code: failure::code(&error), source: Some(Box::new(error)) })
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> LogsError {
    LogsError::Failed(PutError { code: "InvalidParameter".to_owned(), source: Some(Box::new(error)) })
}
