//! StartLogging and StopLogging. Repeating either succeeds and stamps its time again.

use cairn_catalog::{Change, Trail};
use cairn_wire::cloudtrail::{
    StartLoggingRequest, StartLoggingResponse, StopLoggingRequest, StopLoggingResponse,
};

use crate::control::Done;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Refusal};

impl Control {
    /// Starts a trail; this very call is the first event it may deliver.
    ///
    /// # Errors
    /// Unknown trails and trails of another home Region.
    pub async fn start_logging(
        &self,
        caller: &Caller,
        request: &StartLoggingRequest,
    ) -> Result<Done<StartLoggingResponse>, Refusal> {
        let now = self.clock.now();
        self.set_logging(caller, &request.name, |trail| {
            trail.logging = true;
            trail.started_at = Some(now);
        })
        .await?;
        Ok(Done::now(StartLoggingResponse::default()))
    }

    /// Stops a trail; this very call is the last event it delivers.
    ///
    /// # Errors
    /// Unknown trails and trails of another home Region.
    pub async fn stop_logging(
        &self,
        caller: &Caller,
        request: &StopLoggingRequest,
    ) -> Result<Done<StopLoggingResponse>, Refusal> {
        let now = self.clock.now();
        let before = self
            .set_logging(caller, &request.name, |trail| {
                trail.logging = false;
                trail.stopped_at = Some(now);
            })
            .await?;
        Ok(Done { under: Some(before), ..Done::now(StopLoggingResponse::default()) })
    }

    async fn set_logging(
        &self,
        caller: &Caller,
        name: &str,
        set: impl Fn(&mut Trail) + Send + Sync,
    ) -> Result<cairn_catalog::Revision, Refusal> {
        let reference = TrailReference::parse(name, caller)?;
        let ((), before) = self
            .change(|snapshot| {
                let mut trail = self.governed(&reference, snapshot, caller, Report::Arn)?.trail().clone();
                set(&mut trail);
                Ok((vec![Change::PutTrail(Box::new(trail))], ()))
            })
            .await?;
        Ok(before)
    }
}
