//! What CloudTrail does at other services in its caller's name: recorded as the caller's calls that CloudTrail made.

use cairn_access::CLOUDTRAIL_SERVICE;
use cairn_capture::{Captured, Exchange, Request, Response};
use cairn_control::Deed;
use cairn_event::{Origin, Region};
use cairn_intake::Draft;
use serde_json::json;

use crate::head::Head;
use crate::serve::{Front, Who};

/// A call that stands for a deed: its headers and its body.
struct StandIn {
    headers: Vec<(String, Vec<u8>)>,
    body: String,
}

impl Front {
    /// Records one deed, in the history of the caller's account. The deed is done: that it could not be recorded is
    /// told in the log.
    pub(super) async fn record_in_name(&self, who: &Who, deed: &Deed) {
        let StandIn { headers, body } = StandIn::of(deed);
        let head = Head {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers,
            session: None,
        };
        let recognition = self.recogniser.recognise(&head, body.as_bytes());
        let call = self.recogniser.forwarded(&head, &recognition);
        let region = Region::us_east_1();
        let exchange = Exchange {
            request: Request {
                method: &head.method,
                path: &head.path,
                query: "",
                headers: &head.pairs(),
                body: Captured::Whole(body.as_bytes()),
                body_bytes: body.len() as u64,
            },
            response: Response { status: 200, headers: &[], body: Captured::Nothing, body_bytes: 0 },
            caller: &who.caller,
            account_alias: None,
            region: &region,
            recipient: who.account,
            resource_owner: None,
            peer: None,
            tls: None,
            request_id: &self.ids.guid(),
            event_id: &self.ids.guid(),
            remarks: &serde_json::Map::new(),
            completed: self.clock.now(),
        };
        let mut record = cairn_capture::record(&exchange, &call);
        record.user_identity.invoked_by = Some(CLOUDTRAIL_SERVICE.to_owned());
        record.source_ip_address = CLOUDTRAIL_SERVICE.to_owned();
        record.user_agent = Some(CLOUDTRAIL_SERVICE.to_owned());
        let event = record.to_bytes();
        let draft = Draft { account: who.account, region, origin: Origin::Call, event, under: None };
        if let Err(error) = self.intake.submit(draft).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, ?deed, "what CloudTrail did in a caller's name not recorded");
        }
    }
}

impl StandIn {
    fn of(deed: &Deed) -> Self {
        match deed {
            Deed::RoleMade { service } => Self {
                headers: vec![header("content-type", "application/x-www-form-urlencoded")],
                body: format!("Action=CreateServiceLinkedRole&Version=2010-05-08&AWSServiceName={service}"),
            },
            Deed::AdministratorRegistered { account } => {
                Self::of_organizations("RegisterDelegatedAdministrator", account.as_str())
            }
            Deed::AdministratorDeregistered { account } => {
                Self::of_organizations("DeregisterDelegatedAdministrator", account.as_str())
            }
        }
    }

    fn of_organizations(operation: &str, account: &str) -> Self {
        let target = format!("AWSOrganizationsV20161128.{operation}");
        let body = json!({ "AccountId": account, "ServicePrincipal": CLOUDTRAIL_SERVICE });
        Self {
            headers: vec![
                header("content-type", "application/x-amz-json-1.1"),
                header("x-amz-target", &target),
            ],
            body: body.to_string(),
        }
    }
}

fn header(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.to_owned(), value.as_bytes().to_vec())
}
