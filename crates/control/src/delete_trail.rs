//! DeleteTrail.

use cairn_catalog::Change;
use cairn_wire::cloudtrail::{DeleteTrailRequest, DeleteTrailResponse};

use crate::control::Done;
use crate::trail_reference::{Report, TrailReference};
use crate::{Caller, Control, Refusal};

impl Control {
    /// Removes a trail. What it selected before is still delivered, this very call included.
    ///
    /// # Errors
    /// Unknown trails and trails of another home Region.
    pub async fn delete_trail(
        &self,
        caller: &Caller,
        request: &DeleteTrailRequest,
    ) -> Result<Done<DeleteTrailResponse>, Refusal> {
        let reference = TrailReference::parse(&request.name, caller)?;
        let ((), before) = self
            .change(|snapshot| {
                let arn = reference.change(snapshot, caller, Report::Arn)?.arn.clone();
                Ok((vec![Change::DeleteTrail { arn }], ()))
            })
            .await?;
        Ok(Done { output: DeleteTrailResponse::default(), under: Some(before) })
    }
}
