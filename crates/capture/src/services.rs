//! What single services record otherwise than their models alone would say.
//!
//! A data event names its resources, members that carry what applications say to each other are hidden whatever
//! their model says, and some services have shapes of their own.

mod apigateway;
mod data_events;
mod dynamodb;
mod ec2;
mod hidden;
mod lambda;
mod partiql;
mod rds;
mod s3_family;
mod secretsmanager;
mod ses;
mod sqs;
mod ssm;
mod table_keys;

use crate::details::Details;
use crate::modelled::Decoded;
use crate::{Exchange, ModelledCall};

pub use table_keys::TableKeys;

/// Applies a service's own rules to what its model rendered. `decoded` is what was asked and answered,
/// secrets and all; `details` is what will be written.
pub(crate) fn adjust(call: &ModelledCall, exchange: &Exchange<'_>, decoded: &Decoded, details: &mut Details) {
    let named = call.table.service(call.operation).zip(call.table.operation(call.operation));
    let Some((service, operation)) = named else { return };
    data_events::adjust(call, exchange, decoded, details);
    hidden::hide(&service.name, &operation.name, details);
    match service.name.as_str() {
        "apigateway" => apigateway::adjust(call, operation, details),
        "dynamodb" => dynamodb::adjust(call, &operation.name, exchange, decoded, details),
        "ec2" => ec2::adjust(call, operation, exchange, decoded, details),
        "lambda" => lambda::adjust(&operation.name, exchange, decoded, details),
        "docdb" | "elasticache" | "neptune" | "rds" | "redshift" => rds::adjust(details),
        "s3" => s3_family::adjust(exchange, details),
        "s3control" => s3_family::adjust_control(exchange, details),
        "secretsmanager" => secretsmanager::adjust(&operation.name, details),
        "ssm" => ssm::adjust(&operation.name, exchange, decoded, details),
        _ => {}
    }
}

/// Tells whether a call is a data event.
pub(crate) fn is_data(call: &ModelledCall) -> bool {
    data_events::is_data(call)
}

/// Tells whether a successful answer has to be read although the call changes nothing.
pub(crate) fn reads_answer(call: &ModelledCall) -> bool {
    table_keys::teaches(&call.event_source, &call.event_name)
}
