//! Keys for services: data keys that CloudTrail's delivery and the built-in S3 ask KMS for, each in the name of
//! whoever it is done for, decided as any call and recorded as AWS records it.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cairn_access::{CLOUDTRAIL_SERVICE, Caller, Context, Principal, ServiceKey};
use cairn_capture::{Captured, Exchange, KmsCall, Owners, Request, Response, ServiceCall, share_with_owners};
use cairn_catalog::{Catalog, KmsKeyState, MasterKey, SecretBytes, Trail};
use cairn_control::{DeliveredFiles, KeyCheck, KeyVerdict};
use cairn_event::{AccountId, Arn, Clock, Ids, Origin, Record, Region};
use cairn_intake::{Draft, Intake};
use cairn_kms::Kms;
use cairn_wire::kms::{self, ErrorCode, Operation, Refusal};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::kms::{KeyService, Performed, account_of};
use crate::outside_keys::{OutsideKeys, Wrapped};
use crate::telemetry;

/// What a ciphertext is bound to; the record shows it.
pub(crate) type EncryptionContext = BTreeMap<String, String>;

/// Asks KMS for services.
#[derive(Debug)]
pub(crate) struct ServiceKeys {
    pub(crate) keys: KeyService,
    pub(crate) intake: Arc<Intake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    /// What the built-in KMS does not have is asked there.
    outside: Option<OutsideKeys>,
}

/// In whose name a key is used, and through which service.
#[derive(Debug, Clone)]
pub(crate) struct KeyUser {
    caller: Caller,
    account: AccountId,
    region: Region,
    facts: Context,
    origin: Origin,
}

/// A fresh key for data.
#[derive(Debug)]
pub(crate) struct DataKey {
    /// The key: 32 bytes, which `Debug` hides.
    pub(crate) plaintext: SecretBytes,
    /// The same, encrypted under the KMS key. KMS decrypts it for whoever may.
    pub(crate) ciphertext: Vec<u8>,
    /// The ARN of the KMS key.
    pub(crate) key_arn: String,
}

/// A key, by whatever name it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyFound {
    /// Its ARN.
    pub(crate) arn: String,
    /// Whether it can be used.
    pub(crate) state: KmsKeyState,
}

impl KeyUser {
    /// CloudTrail, for a trail of `account` in `region`; `origin` tells delivery from a check.
    pub(crate) fn cloudtrail(trail_arn: &str, account: AccountId, region: &Region, origin: Origin) -> Self {
        let caller = Caller::service(CLOUDTRAIL_SERVICE);
        let facts = Context::default().on_behalf_of(trail_arn, account).over_tls();
        Self { caller, account, region: region.clone(), facts, origin }
    }

    /// Whoever calls S3, through it. `facts` are those of the request to S3.
    pub(crate) fn through_s3(caller: &Caller, account: AccountId, region: &Region, facts: Context) -> Self {
        let service = "s3.amazonaws.com";
        let via = format!("s3.{region}.amazonaws.com");
        let facts = facts.made_via(&[service]).of_service(ServiceKey::KmsViaService, via);
        Self { caller: caller.clone(), account, region: region.clone(), facts, origin: Origin::Call }
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    pub(crate) fn region(&self) -> &Region {
        &self.region
    }

    pub(crate) fn facts(&self) -> &Context {
        &self.facts
    }

    fn kms_caller(&self) -> cairn_kms::Caller {
        let principal = self.caller.principal().clone();
        cairn_kms::Caller { account: self.account, region: self.region.clone(), principal }
    }
}

impl ServiceKeys {
    /// Sets KMS up, and the way that services reach it.
    pub(crate) fn new(
        catalog: &Arc<dyn Catalog>,
        master: &Arc<MasterKey>,
        intake: &Arc<Intake>,
        clock: &Arc<dyn Clock>,
        ids: &Arc<dyn Ids>,
        outside: Option<OutsideKeys>,
    ) -> Self {
        let kms = Kms::new(Arc::clone(catalog), Arc::clone(master), Arc::clone(clock), Arc::clone(ids));
        let (clock, ids, intake) = (Arc::clone(clock), Arc::clone(ids), Arc::clone(intake));
        Self { keys: KeyService { kms, catalog: Arc::clone(catalog) }, intake, clock, ids, outside }
    }

    /// Finds a key by id, ARN, alias or alias ARN, whether the user may use it or not. Nothing is recorded.
    ///
    /// # Errors
    /// There is none in the user's Region, or the name is of no form.
    pub(crate) fn find(&self, user: &KeyUser, key: &str) -> Result<KeyFound, Refusal> {
        let (arn, state) = self.keys.kms.find(&user.kms_caller(), key).map_err(|refusal| refusal.answer())?;
        Ok(KeyFound { arn, state })
    }

    /// Returns the ARN of the key that S3 has in the user's account: `alias/aws/s3`, made on first use.
    ///
    /// # Errors
    /// It could not be made.
    pub(crate) async fn s3_key(&self, user: &KeyUser) -> Result<String, Refusal> {
        self.keys.kms.managed_key(&user.kms_caller(), "s3").await.map_err(|refusal| refusal.answer())
    }

    /// Makes a data key of 32 bytes under a KMS key, named in any form.
    ///
    /// # Errors
    /// KMS refuses: there is no such key, it can't be used, or the user may not use it.
    pub(crate) async fn generate_data_key(
        &self,
        user: &KeyUser,
        key: &str,
        context: &EncryptionContext,
    ) -> Result<DataKey, Refusal> {
        if let Some(outside) = self.elsewhere(user, key) {
            let made = outside.generate_data_key(user, key, context).await;
            telemetry::key_used(Operation::GenerateDataKey.name(), class(&made));
            return made;
        }
        let body = json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context});
        let answer = self.call(user, Operation::GenerateDataKey, &body).await?;
        Ok(DataKey {
            plaintext: SecretBytes::new(blob(&answer, "Plaintext")?),
            ciphertext: blob(&answer, "CiphertextBlob")?,
            key_arn: answer.get("KeyId").and_then(Value::as_str).unwrap_or_default().to_owned(),
        })
    }

    /// Decrypts a data key.
    ///
    /// # Errors
    /// KMS refuses: it is not of this context, its key can't be used, or the user may not use it.
    pub(crate) async fn decrypt(
        &self,
        user: &KeyUser,
        ciphertext: &[u8],
        context: &EncryptionContext,
    ) -> Result<SecretBytes, Refusal> {
        if let (Some(outside), Some(sealed)) = (&self.outside, Wrapped::parse(ciphertext)) {
            let opened = outside.decrypt(user, &sealed, context).await;
            telemetry::key_used(Operation::Decrypt.name(), class(&opened));
            return opened;
        }
        let body = json!({"CiphertextBlob": STANDARD.encode(ciphertext), "EncryptionContext": context});
        let answer = self.call(user, Operation::Decrypt, &body).await?;
        Ok(SecretBytes::new(blob(&answer, "Plaintext")?))
    }

    /// Asks in CloudTrail's name whether a key encrypts a trail's files, for a bucket in `bucket_region`: a data key
    /// is really made, recorded, and dropped.
    pub(crate) async fn check(&self, check: KeyCheck<'_>, bucket_region: &str) -> KeyVerdict {
        let trail = check.trail;
        // What names no Region is of the Region that is asked.
        let named = Arn::parse(check.key).map_or(check.region.as_str(), |arn| arn.region);
        let Ok(region) = named.parse::<Region>() else { return KeyVerdict::Missing };
        let user = KeyUser::cloudtrail(&trail.arn, trail.account, &region, Origin::Call);
        if region.as_str() != bucket_region {
            return KeyVerdict::Missing;
        }
        let outside = self.elsewhere(&user, check.key);
        let found = match outside {
            Some(outside) => outside.find(&user, check.key).await,
            None => self.find(&user, check.key).map(|found| found.arn),
        };
        // Whether another account has such a key, and which one its alias stands for, is nobody else's business.
        let told = outside.is_some() || account_of(check.key).is_none_or(|account| account == trail.account);
        let asked = || KeyVerdict::Denied { arn: check.key.to_owned() };
        let arn = match found {
            Ok(arn) => arn,
            Err(refusal) if refusal.code == ErrorCode::NotFoundException => {
                return if told { KeyVerdict::Missing } else { asked() };
            }
            Err(refusal) => return KeyVerdict::Unusable { reason: refusal.message },
        };
        let object = format!("arn:aws:s3:::{}/{}", trail.s3_bucket, self.probe_key(trail, check.files));
        let context = EncryptionContext::from([
            ("aws:cloudtrail:arn".to_owned(), trail.arn.clone()),
            ("aws:s3:arn".to_owned(), object),
        ]);
        match self.generate_data_key(&user, &arn, &context).await {
            Ok(_dropped) => KeyVerdict::Allowed { arn },
            Err(refusal) => match refusal.code {
                ErrorCode::AccessDeniedException if told => KeyVerdict::Denied { arn },
                ErrorCode::AccessDeniedException => asked(),
                ErrorCode::NotFoundException => KeyVerdict::Missing,
                _ => KeyVerdict::Unusable { reason: refusal.message },
            },
        }
    }

    /// Returns the KMS elsewhere for a key that is not in the built-in one.
    fn elsewhere(&self, user: &KeyUser, key: &str) -> Option<&OutsideKeys> {
        let outside = self.outside.as_ref()?;
        match self.find(user, key) {
            Err(refusal) if refusal.code == ErrorCode::NotFoundException => Some(outside),
            Ok(_) | Err(_) => None,
        }
    }

    /// Returns a key such as delivery writes. Its time is the beginning of the five minutes, as AWS has it.
    fn probe_key(&self, trail: &Trail, files: DeliveredFiles) -> String {
        let folder = match files {
            DeliveredFiles::Logs => "CloudTrail",
            DeliveredFiles::Insights => "CloudTrail-Insight",
        };
        let seconds = self.clock.now().as_second();
        let now = Timestamp::from_second(seconds - seconds.rem_euclid(300)).unwrap_or_default();
        let (root, account, region) = (trail.files_root(), trail.account, &trail.home_region);
        let unique: String =
            self.ids.guid().bytes().filter(|byte| *byte != b'-').take(16).map(char::from).collect();
        format!(
            "{root}{account}/{folder}/{region}/{}/{account}_{folder}_{region}_{}_{unique}.json.gz",
            now.strftime("%Y/%m/%d"),
            now.strftime("%Y%m%dT%H%MZ"),
        )
    }

    async fn call(&self, user: &KeyUser, operation: Operation, body: &Value) -> Result<Value, Refusal> {
        let sent = body.to_string();
        if matches!(user.caller.principal(), Principal::Anonymous) {
            let message = "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.";
            return Err(Refusal::new(ErrorCode::AccessDeniedException, message));
        }
        let request = kms::Request::decode(operation, None, sent.as_bytes())?;
        let caller = user.kms_caller();
        let performed = self.keys.perform(&user.caller, &caller, &request, user.facts.clone()).await;
        telemetry::key_used(operation.name(), class(&performed.outcome));
        let recorded = self.record(user, &sent, &performed).await;
        let answer = performed.outcome?;
        recorded.map(|()| answer)
    }

    /// Records a call. A service's own work does not fail by its record; a user's call that can't be recorded is
    /// refused.
    async fn record(&self, user: &KeyUser, sent: &str, performed: &Performed) -> Result<(), Refusal> {
        for record in self.records(user, sent, performed) {
            let draft = Draft {
                account: record.recipient_account_id.unwrap_or(user.account),
                region: record.aws_region.clone(),
                origin: user.origin,
                event: record.to_bytes(),
                under: None,
            };
            if let Err(error) = self.intake.submit(draft).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "use of a KMS key not recorded");
                if !matches!(user.caller.principal(), Principal::Service(_)) {
                    let message = "The call can not be recorded now, so it is refused. Try again later.";
                    return Err(Refusal::new(ErrorCode::KMSInternalException, message));
                }
            }
        }
        Ok(())
    }

    fn records(&self, user: &KeyUser, sent: &str, performed: &Performed) -> Vec<Record> {
        let call: &KmsCall = &performed.call;
        let refusal = performed.outcome.as_ref().err();
        let answered = refusal.map(kms::error_body);
        let body = answered.as_deref().map_or(Captured::Nothing, Captured::Whole);
        let exchange = Exchange {
            request: Request {
                method: "POST",
                path: "/",
                query: "",
                headers: &[],
                body: Captured::Whole(sent.as_bytes()),
                body_bytes: sent.len() as u64,
            },
            response: Response {
                status: refusal.map_or(200, |refusal| refusal.code.http_status()),
                headers: &[],
                body,
                body_bytes: 0,
            },
            caller: &user.caller,
            account_alias: None,
            region: &user.region,
            recipient: user.account,
            resource_owner: performed.owners.resource,
            peer: None,
            tls: None,
            request_id: &self.ids.guid(),
            event_id: &self.ids.guid(),
            remarks: &serde_json::Map::new(),
            completed: self.clock.now(),
        };
        let mut record = cairn_capture::record(&exchange, &ServiceCall::Kms(call.clone()));
        if !matches!(user.caller.principal(), Principal::Service(_)) {
            // AWS does not say which of its servers passed the user's request on.
            record.user_identity.invoked_by = Some(INTERNAL.to_owned());
            record.user_agent = Some(INTERNAL.to_owned());
        }
        let owner = call.resources.first().and_then(|arn| account_of(arn));
        share_with_owners(record, Owners { resource: owner, source: None }, || self.ids.guid())
    }
}

/// What stands for a server of AWS that passes a request on.
pub(crate) const INTERNAL: &str = "AWS Internal";

/// Returns what a metric calls an outcome.
fn class<T>(outcome: &Result<T, Refusal>) -> &'static str {
    outcome.as_ref().map_or_else(|refusal| refusal.code.as_str(), |_| "ok")
}

fn blob(answer: &Value, member: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = answer.get(member).and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
    bytes.ok_or_else(|| {
        Refusal::new(ErrorCode::KMSInternalException, "KMS answered without what was asked for.")
    })
}
