//! Every operation of the table, in every protocol that its service speaks.

mod corpus;
mod encoder;
mod errors;
mod fuzz;
mod markers;
mod round_trips;
mod sample;
mod secrets;
mod styles;
mod xml_encoder;

use std::sync::Arc;

use cairn_access::Caller;
use cairn_event::Record;
use cairn_operations::{OperationId, Protocol as Model, Service, Table};
use cairn_wire::recognise::Protocol;
use serde_json::Map;

use super::ModelledCall;
use crate::{Captured, Exchange, Request, Response, ServiceCall};

/// A message as an encoder wrote it.
#[derive(Debug, Clone, Default)]
struct Sent {
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    /// How many bytes the body had, where that is more than is at hand.
    length: u64,
}

impl Sent {
    fn headers(&self) -> Vec<(&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
    }
}

/// The protocols that a service may be spoken to in.
fn protocols(service: &Service) -> &'static [Protocol] {
    match service.protocol {
        Model::Json | Model::Cbor => &[Protocol::Json, Protocol::Cbor, Protocol::Query],
        Model::RestJson => &[Protocol::RestJson],
        Model::RestXml => &[Protocol::RestXml],
        Model::Query => &[Protocol::Query],
        Model::Ec2 => &[Protocol::Ec2Query],
    }
}

/// Visits every operation, the services shared by two threads.
fn each_operation<T: Send>(
    table: &Arc<Table>,
    visit: impl Fn(&ModelledCall) -> T + Sync,
    merge: impl Fn(T, T) -> T + Sync,
    zero: impl Fn() -> T + Sync,
) -> T {
    let services = 0..u16::try_from(table.services().len()).unwrap();
    let half = |parity: u16| {
        let mut merged = zero();
        for service in services.clone().filter(|service| service % 2 == parity) {
            let known = &table.services()[usize::from(service)];
            for operation in 0..u16::try_from(known.operations.len()).unwrap() {
                for protocol in protocols(known) {
                    let id = OperationId { service, operation };
                    let call = ModelledCall::new(table, id, *protocol).unwrap();
                    merged = merge(merged, visit(&call));
                }
            }
        }
        merged
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let own = half(0);
        merge(own, other.join().unwrap())
    })
}

/// Records an exchange.
fn recorded(call: &ModelledCall, request: &Sent, status: u16, answer: &Sent) -> Record {
    exchanged(request, status, answer, |exchange| {
        crate::record(exchange, &ServiceCall::Modelled(call.clone()))
    })
}

fn exchanged<T>(request: &Sent, status: u16, answer: &Sent, with: impl FnOnce(&Exchange<'_>) -> T) -> T {
    with(&Exchange {
        request: Request {
            method: "POST",
            path: &request.path,
            query: &request.query,
            headers: &request.headers(),
            body: Captured::Whole(&request.body),
            body_bytes: request.length,
        },
        response: Response {
            status,
            headers: &answer.headers(),
            body: Captured::Whole(&answer.body),
            body_bytes: answer.length,
        },
        caller: &Caller::Unsigned,
        account_alias: None,
        region: &"eu-west-1".parse().unwrap(),
        recipient: "111122223333".parse().unwrap(),
        resource_owner: None,
        peer: None,
        tls: None,
        request_id: "7Q1Z0EXAMPLE9KD2",
        event_id: "0b1f2e0c-5a64-4c0e-9d0e-6f1d1f0f8a01",
        remarks: &Map::new(),
        completed: jiff::Timestamp::UNIX_EPOCH,
    })
}
