//! Sessions, from their first second to after their last, in header and query.

use std::collections::BTreeMap;

use cairn_catalog::{Account, Catalog, Change, SecretBytes, SqliteCatalog, User};
use cairn_event::{Clock, Ids};
use cairn_signin::{Limits, Passwords};
use cairn_sigv4::{Credentials, KeyCache, PayloadToSign, SessionToken, Signer};
use cairn_sts::Holder;

use super::*;
use crate::auth_refusal::AuthCodes;
use crate::clock::SystemIds;
use crate::data_dir::DataDir;
use crate::first_start;

const ACCOUNT: &str = "111122223333";

/// How a request carries its signature.
#[derive(Debug, Clone, Copy)]
enum Form {
    Header,
    Presigned,
}

struct World {
    authenticator: Authenticator,
    snapshot: Arc<Snapshot>,
    user_id: String,
    start: Timestamp,
    _dir: tempfile::TempDir,
}

#[derive(Debug)]
struct At(Timestamp);

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(SqliteCatalog::open(&dir.path().join("catalog")).await.unwrap());
        let (master, account) = (MasterKey::new(&[1; 32]).unwrap(), ACCOUNT.parse().unwrap());
        let start = "2026-03-02T08:00:00Z".parse().unwrap();
        let data_dir = DataDir::new(dir.path());
        let at = At(start);
        first_start::ensure(account, &data_dir, (&*catalog, &master), (&at, &SystemIds)).await.unwrap();
        let snapshot = catalog.current();
        let user_id = snapshot.user(&account, first_start::ADMINISTRATOR).unwrap().user_id.clone();
        let day = jiff::SignedDuration::from_hours(24);
        let limits = Limits { whole: day, idle: day };
        let sessions = Sessions::open(catalog, Arc::new(At(start)), Arc::new(SystemIds), limits);
        let authenticator = Authenticator {
            verifier: Verifier { clock: cairn_sigv4::ClockRules::default(), keys: KeyCache::default() },
            master: Arc::new(master),
            tokens: Arc::new(TokenKey::new(&[2; 32]).unwrap()),
            sessions: Arc::new(sessions.await.unwrap()),
            region: Region::us_east_1(),
        };
        Self { authenticator, snapshot, user_id, start, _dir: dir }
    }

    /// A session of an hour.
    fn session(&self, holder: Holder) -> Session {
        Session {
            access_key_id: "ASIASESSION".to_owned(),
            secret_access_key: "secret".to_owned(),
            account: ACCOUNT.parse().unwrap(),
            holder,
            issued: self.start,
            expires: self.after(3_600),
            mfa: false,
            policies: None,
            tags: BTreeMap::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            federated_provider: None,
        }
    }

    fn user(&self) -> Holder {
        Holder::User {
            name: first_start::ADMINISTRATOR.to_owned(),
            path: "/".to_owned(),
            id: self.user_id.clone(),
        }
    }

    fn after(&self, seconds: i64) -> Timestamp {
        Timestamp::from_second(self.start.as_second() + seconds).unwrap()
    }

    fn seal(&self, session: &Session) -> String {
        self.authenticator.tokens.seal(session, 0, &SystemIds).unwrap()
    }

    /// Signs and authenticates a call to a service.
    fn call(
        &self,
        session: &Session,
        token: &str,
        service: &str,
        form: Form,
        now: Timestamp,
    ) -> Authentication {
        let token = SessionToken::new(token);
        let secret = SecretKey::new(session.secret_access_key.as_str());
        let credentials = Credentials::new(session.access_key_id.as_str(), secret, Some(token));
        let signer = Signer { credentials: &credentials, region: "us-east-1", service };
        let host: [(&str, &[u8]); 1] = [("host", b"localhost")];
        let request = Request { method: "GET", path: "/", query: "", headers: &host };
        let mut head = Head {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers: vec![("host".to_owned(), b"localhost".to_vec())],
            session: None,
        };
        match form {
            Form::Header => {
                let signed = signer.sign_headers(&request, PayloadToSign::Bytes(b""), now).unwrap();
                let added = signed.headers.into_iter();
                head.headers.extend(added.map(|(name, value)| (name.to_owned(), value.into_bytes())));
            }
            Form::Presigned => {
                head.query = signer.presign(&request, PayloadToSign::Bytes(b""), 60, now).unwrap()
            }
        }
        self.authenticator.authenticate(&head, Some(b""), &self.snapshot, now)
    }
}

#[tokio::test]
async fn a_session_lasts_from_its_first_second_to_its_last() {
    let world = World::new().await;
    for form in [Form::Header, Form::Presigned] {
        for (seconds, refusal) in [
            (0, None),
            (3_599, None),
            (3_600, Some(AuthRefusal::ExpiredToken)),
            (90_000, Some(AuthRefusal::ExpiredToken)),
        ] {
            let session = world.session(world.user());
            let found = world.call(&session, &world.seal(&session), "sts", form, world.after(seconds));
            assert_eq!(found.refusal(), refusal, "{form:?} {seconds}");
            if let Authentication::Proven { caller, account, .. } = found {
                assert_eq!((caller.principal(), account), (&session.principal(), session.account));
                assert_eq!(caller.session().map(|session| session.issued), Some(world.start));
            }
        }
    }
}

#[tokio::test]
async fn what_a_token_does_not_prove_is_refused() {
    let world = World::new().await;
    let session = world.session(world.user());
    let token = world.seal(&session);
    let gone = Holder::User { name: "gone".to_owned(), path: "/".to_owned(), id: "AIDA".to_owned() };
    let other = Holder::User {
        name: first_start::ADMINISTRATOR.to_owned(),
        path: "/".to_owned(),
        id: "AIDA".to_owned(),
    };
    let elsewhere = Session { account: "999999999999".parse().unwrap(), ..world.session(Holder::Root) };
    for form in [Form::Header, Form::Presigned] {
        let refusal = |session: &Session, token: &str| {
            world.call(session, token, "sts", form, world.after(1)).refusal()
        };
        let unknown = Some(AuthRefusal::UnknownToken);
        assert_eq!(refusal(&session, &token), None);
        assert_eq!(refusal(&session, "AQ=="), unknown);
        assert_eq!(
            refusal(&Session { access_key_id: "ASIAOTHER".to_owned(), ..session.clone() }, &token),
            unknown
        );
        for holder in [gone.clone(), other.clone()] {
            let session = world.session(holder);
            assert_eq!(refusal(&session, &world.seal(&session)), unknown);
        }
        assert_eq!(refusal(&elsewhere, &world.seal(&elsewhere)), unknown);
        let wrong = Session { secret_access_key: "other".to_owned(), ..session.clone() };
        assert!(matches!(
            refusal(&wrong, &token),
            Some(AuthRefusal::Signature(AuthError::SignatureDoesNotMatch(_)))
        ));
    }
}

#[tokio::test]
async fn iam_takes_no_session_of_a_user_without_a_second_factor() {
    let world = World::new().await;
    let federated = Holder::FederatedByRoot { name: "guest".to_owned() };
    for (holder, mfa, service, taken) in [
        (world.user(), false, "iam", false),
        (world.user(), true, "iam", true),
        (world.user(), false, "s3", true),
        (Holder::Root, false, "iam", false),
        (federated.clone(), true, "iam", false),
        (federated, false, "sts", true),
    ] {
        let session = Session { mfa, ..world.session(holder) };
        let token = world.seal(&session);
        // S3 demands the hash of the body in a header, which the signer adds.
        let found = world.call(&session, &token, service, Form::Header, world.after(1));
        assert_eq!(found.refusal().is_none(), taken, "{:?} {service}", session.holder);
    }
}

#[test]
fn ended_and_unknown_tokens_have_aws_codes() {
    let codes = |refusal: AuthRefusal| {
        let AuthCodes { json, query, s3 } = refusal.codes();
        (json.to_string(), query.as_str(), s3.as_str())
    };
    let told = |json: &str, query, s3| (json.to_owned(), query, s3);
    assert_eq!(
        codes(AuthRefusal::ExpiredToken),
        told("ExpiredTokenException", "ExpiredToken", "ExpiredToken")
    );
    assert_eq!(
        codes(AuthRefusal::UnknownToken),
        told("UnrecognizedClientException", "InvalidClientTokenId", "InvalidToken")
    );
}

#[tokio::test]
async fn each_account_has_an_administrator_and_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog")).await.unwrap();
    let master = MasterKey::new(&[1; 32]).unwrap();
    let data_dir = DataDir::new(dir.path());
    let at = At("2026-03-02T08:00:00Z".parse().unwrap());
    let ids = [ACCOUNT, "444455556666"].map(|id| id.parse().unwrap());
    for _ in 0..2 {
        for account in ids {
            let (stores, random) =
                ((&catalog as &dyn Catalog, &master), (&at as &dyn Clock, &SystemIds as &dyn Ids));
            first_start::ensure(account, &data_dir, stores, random).await.unwrap();
        }
    }
    let snapshot = catalog.current();
    assert_eq!(
        (snapshot.revision(), snapshot.accounts().map(|account: &Account| account.id).collect::<Vec<_>>()),
        (2, ids.to_vec())
    );
    for account in ids {
        // In the one revision that made the account: a crash leaves no administrator without a password.
        let owner = cairn_catalog::Owner::User("administrator".to_owned());
        let hash = snapshot.login_profile(&account, &owner).unwrap().open_hash(&master).unwrap();
        let written = std::fs::read_to_string(data_dir.administrator_password(account)).unwrap();
        let password = SecretBytes::new(written.trim_end().as_bytes());
        assert!(Passwords::new(1).is_right(password, Some(hash)).await.unwrap());
        let users: Vec<&User> = snapshot.users(&account).collect();
        assert_eq!(
            (users.len(), users[0].arn.as_str()),
            (1, format!("arn:aws:iam::{account}:user/administrator").as_str())
        );
        let owner = cairn_catalog::Owner::User(first_start::ADMINISTRATOR.to_owned());
        assert_eq!(snapshot.access_keys(&account, &owner).count(), 1);
        assert_eq!(snapshot.access_keys(&account, &cairn_catalog::Owner::Root).count(), 0);
    }
    let key = first_start::new_key(ids[0], cairn_catalog::Owner::Root, &master, &at, &SystemIds).unwrap();
    catalog.commit(snapshot.revision(), vec![Change::PutAccessKey(key.clone())]).await.unwrap();
    let snapshot = catalog.current();
    assert!(matches!(snapshot.owner(&key), Some(Owner::Root(account)) if account.id == ids[0]));
}
