//! What single services record otherwise than their models alone would say.

use crate::details::Details;
use crate::modelled::Decoded;
use crate::{Exchange, ModelledCall};

/// Applies a service's own rules to what its model rendered. `decoded` is what was asked and answered,
/// secrets and all; `details` is what will be written.
pub(crate) fn adjust(
    _call: &ModelledCall,
    _exchange: &Exchange<'_>,
    _decoded: &Decoded,
    _details: &mut Details,
) {
}

/// Tells whether a successful answer has to be read although the call changes nothing.
pub(crate) fn reads_answer(_call: &ModelledCall) -> bool {
    false
}
