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
        let snapshot = self.catalog.current();
        let held = self.governed(&reference, &snapshot, caller, Report::Arn)?;
        self.platform.hold_delivery(held).await.map_err(Refusal::Internal)?;
        let ((), before) = self
            .change(|snapshot| {
                let trail = self.governed(&reference, snapshot, caller, Report::Arn)?;
                // Another trail may have been made under the name, whose delivery nobody holds.
                if trail.id() != held.id() {
                    return Err(Refusal::Conflict);
                }
                Ok((vec![Change::DeleteTrail { arn: trail.arn.clone() }], ()))
            })
            .await?;
        Ok(Done { under: Some(before), ..Done::now(DeleteTrailResponse::default()) })
    }
}
