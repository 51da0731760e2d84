//! Entities to test with. Nothing in them is secret.

use cairn_event::{AccountId, EventTime, Region};
use jiff::Timestamp;

use crate::{
    AccessKey, AccessKeyStatus, Account, AccountCreation, Catalog, Change, CharacterKind, EnabledMfa,
    FULL_ACCESS_POLICY, FeatureSet, Group, Handshake, HandshakeAction, HandshakeState, JoinedBy, Kept,
    KeyMaterial, KmsAlias, KmsKey, KmsKeyState, LoginProfile, ManagedPolicy, MasterKey, Member, MfaDevice,
    Organization, OrganizationPolicy, OrganizationalUnit, Owner, PasswordPolicy, Policy, PolicyVersion,
    Receipt, Revision, Role, Sealed, SigningKey, Split, Trail, TrailId, User,
};

/// The account that samples belong to.
pub fn account_id() -> AccountId {
    "123456789012".parse().expect("twelve digits")
}

/// A Region by its name.
pub fn region(name: &str) -> Region {
    name.parse().expect("a Region name")
}

/// An instant, `second` seconds into some day.
pub fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(1_772_440_000 + second).expect("a second of this century")
}

/// The account of [`account_id`].
pub fn account() -> Account {
    Account { id: account_id(), alias: Some("acme".to_owned()), name: None, email: None, created: instant(0) }
}

/// A user of the account.
pub fn user(name: &str) -> User {
    User {
        account: account_id(),
        name: name.to_owned(),
        path: "/".to_owned(),
        user_id: format!("AIDA{name:A>16}"),
        arn: format!("arn:aws:iam::123456789012:user/{name}"),
        created: instant(1),
        policies: vec![Policy::administrator()],
        attached: Vec::new(),
        groups: Vec::new(),
        boundary: None,
        tags: Vec::new(),
    }
}

/// A group of the account.
pub fn group(name: &str) -> Group {
    Group {
        account: account_id(),
        name: name.to_owned(),
        path: "/".to_owned(),
        group_id: format!("AGPA{name:A>16}"),
        arn: format!("arn:aws:iam::123456789012:group/{name}"),
        created: instant(1),
        policies: Vec::new(),
        attached: Vec::new(),
    }
}

/// A role of the account that its own principals may assume.
pub fn role(name: &str) -> Role {
    Role {
        account: account_id(),
        name: name.to_owned(),
        path: "/".to_owned(),
        role_id: format!("AROA{name:A>16}"),
        arn: format!("arn:aws:iam::123456789012:role/{name}"),
        created: instant(1),
        description: None,
        trust: r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}]}"#.to_owned(),
        session_seconds_max: 3_600,
        policies: Vec::new(),
        attached: Vec::new(),
        boundary: None,
        tags: Vec::new(),
    }
}

/// A managed policy of the account that allows everything.
pub fn managed_policy(name: &str) -> ManagedPolicy {
    let version = PolicyVersion {
        id: "v1".to_owned(),
        document: Policy::administrator().document,
        created: instant(1),
    };
    ManagedPolicy {
        account: account_id(),
        name: name.to_owned(),
        path: "/".to_owned(),
        policy_id: format!("ANPA{name:A>16}"),
        arn: managed_policy_arn(name),
        created: instant(1),
        updated: instant(1),
        description: None,
        default_version: "v1".to_owned(),
        next_version: 2,
        versions: vec![version],
        tags: Vec::new(),
    }
}

/// The ARN of [`managed_policy`].
pub fn managed_policy_arn(name: &str) -> String {
    format!("arn:aws:iam::123456789012:policy/{name}")
}

/// A master key that is no secret.
pub fn master_key() -> MasterKey {
    MasterKey::new(&[7; MasterKey::LEN]).expect("any 32 bytes are a key")
}

/// Seals `secret` for the access key `id`, with a nonce that would be no good outside a test.
pub fn seal(id: &str, secret: &str) -> Sealed {
    let name = AccessKey::secret_name(id);
    master_key().seal(name, secret.as_bytes(), |nonce| nonce.fill(3)).expect("it is sealed")
}

/// An access key of the account's root or of a user.
pub fn access_key(id: &str, owner: Owner) -> AccessKey {
    AccessKey {
        id: id.to_owned(),
        account: account_id(),
        owner,
        secret: seal(id, &format!("secret of {id}")),
        status: AccessKeyStatus::Active,
        created: instant(2),
    }
}

/// A password of the account's root or of a user; its hash is none.
pub fn login_profile(owner: Owner) -> LoginProfile {
    let principal_id = match &owner {
        Owner::Root => account_id().to_string(),
        Owner::User(name) => user(name).user_id,
    };
    let name = LoginProfile::secret_name(&principal_id);
    let sealed = |text: &str| master_key().seal(name, text.as_bytes(), |nonce| nonce.fill(6));
    let (hash, before) = (sealed("hash").expect("it is sealed"), sealed("before").expect("it is sealed"));
    LoginProfile {
        account: account_id(),
        owner,
        principal_id,
        hash,
        previous: vec![before],
        reset_required: false,
        created: instant(2),
        changed: instant(3),
    }
}

/// A virtual MFA device of the account, for nobody or for somebody.
pub fn mfa_device(name: &str, owner: Option<Owner>) -> MfaDevice {
    let serial = mfa_serial(name);
    let seed = master_key().seal(MfaDevice::secret_name(&serial), b"seed", |nonce| nonce.fill(8));
    MfaDevice {
        serial,
        account: account_id(),
        name: name.to_owned(),
        path: "/".to_owned(),
        seed: seed.expect("it is sealed"),
        created: instant(2),
        enabled: owner.map(|owner| EnabledMfa { owner, since: instant(3), drift_steps: -1, used_step: 7 }),
        tags: Vec::new(),
    }
}

/// The serial number of [`mfa_device`].
pub fn mfa_serial(name: &str) -> String {
    format!("arn:aws:iam::123456789012:mfa/{name}")
}

/// A password policy of the account.
pub fn password_policy() -> PasswordPolicy {
    PasswordPolicy {
        account: account_id(),
        min_length: 14,
        requires: [CharacterKind::Symbol, CharacterKind::Number].into(),
        users_may_change: true,
        max_age_days: Some(90),
        remembered: Some(5),
        hard_expiry: Some(false),
    }
}

/// A key that signs digests of eu-west-1.
pub fn signing_key(fingerprint: &str) -> SigningKey {
    let name = SigningKey::secret_name(fingerprint);
    SigningKey {
        fingerprint: fingerprint.to_owned(),
        region: region("eu-west-1"),
        public_key: "MIIBCgKCAQEA".to_owned(),
        private_key: master_key().seal(name, b"private", |nonce| nonce.fill(4)).expect("it is sealed"),
        valid_from: instant(0),
        valid_until: instant(30 * 86_400),
    }
}

/// An enabled KMS key of the account in eu-west-1.
pub fn kms_key(id: &str) -> KmsKey {
    let arn = format!("arn:aws:kms:eu-west-1:123456789012:key/{id}");
    let secret = master_key().seal(KmsKey::secret_name(&arn), &[5; 32], |nonce| nonce.fill(5));
    let material = KeyMaterial {
        id: "0123456789abcdef".repeat(4),
        secret: secret.expect("it is sealed"),
        created: instant(4),
        on_demand: false,
    };
    KmsKey {
        arn,
        id: id.to_owned(),
        account: account_id(),
        region: region("eu-west-1"),
        description: String::new(),
        state: KmsKeyState::Enabled,
        policy: r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
        materials: vec![material],
        rotation_days: None,
        rotation_since: None,
        managed_by: None,
        grants: Vec::new(),
        tags: Vec::new(),
        created: instant(4),
    }
}

/// An alias of the account in eu-west-1.
pub fn kms_alias(name: &str, key_id: &str) -> KmsAlias {
    KmsAlias {
        arn: format!("arn:aws:kms:eu-west-1:123456789012:{name}"),
        name: name.to_owned(),
        account: account_id(),
        region: region("eu-west-1"),
        key_id: key_id.to_owned(),
        created: instant(5),
        updated: instant(5),
    }
}

/// The id of [`organization`].
pub const ORGANIZATION: &str = "o-exampleorgid";

/// The id of the root of [`organization`].
pub const ROOT: &str = "r-exam";

/// An organization with all features that the account of [`account_id`] manages; [`member`] makes it a member.
pub fn organization() -> Organization {
    Organization {
        id: ORGANIZATION.to_owned(),
        management: account_id(),
        feature_set: FeatureSet::All,
        kept: Kept::Here,
        root: ROOT.to_owned(),
        policies_enabled: true,
        attached: vec![FULL_ACCESS_POLICY.to_owned()],
        trusted_services: Vec::new(),
        root_tags: Vec::new(),
        created: instant(6),
    }
}

/// A member of [`organization`], in its root.
pub fn member(account: AccountId) -> Member {
    Member {
        account,
        organization: ORGANIZATION.to_owned(),
        name: format!("account {account}"),
        email: format!("root@{account}.example.com"),
        parent: ROOT.to_owned(),
        joined_by: JoinedBy::Invitation,
        joined: instant(6),
        closed: false,
        attached: vec![FULL_ACCESS_POLICY.to_owned()],
        administers: Vec::new(),
        tags: Vec::new(),
    }
}

/// A unit of [`organization`], in `parent`.
pub fn organizational_unit(name: &str, parent: &str) -> OrganizationalUnit {
    OrganizationalUnit {
        id: unit_id(name),
        organization: ORGANIZATION.to_owned(),
        name: name.to_owned(),
        parent: parent.to_owned(),
        attached: vec![FULL_ACCESS_POLICY.to_owned()],
        tags: Vec::new(),
        created: instant(7),
    }
}

/// The id of [`organizational_unit`].
pub fn unit_id(name: &str) -> String {
    format!("ou-exam-{name:0>8}")
}

/// A service control policy of [`organization`] that allows everything.
pub fn organization_policy(name: &str) -> OrganizationPolicy {
    OrganizationPolicy {
        id: format!("p-{name:0>8}"),
        organization: ORGANIZATION.to_owned(),
        name: name.to_owned(),
        description: String::new(),
        document: Policy::administrator().document,
        tags: Vec::new(),
    }
}

/// An open invitation of `account` to [`organization`].
pub fn handshake(name: &str, account: AccountId) -> Handshake {
    Handshake {
        id: format!("h-{name:0>8}"),
        organization: ORGANIZATION.to_owned(),
        management: account_id(),
        action: HandshakeAction::Invite,
        account,
        state: HandshakeState::Open,
        notes: None,
        tags: Vec::new(),
        requested: instant(8),
        expires: instant(8 + 15 * 86_400),
        ended: None,
        parent: None,
    }
}

/// An account that was made in [`organization`].
pub fn account_creation(name: &str) -> AccountCreation {
    AccountCreation {
        id: format!("car-{name:0>8}"),
        organization: ORGANIZATION.to_owned(),
        name: name.to_owned(),
        account: Some(account_id()),
        failure: None,
        requested: instant(9),
        completed: instant(9),
    }
}

/// A multi-Region trail at home in eu-west-1, logging, with default selectors.
pub fn trail(name: &str) -> Trail {
    Trail {
        arn: trail_arn(name),
        name: name.to_owned(),
        account: account_id(),
        home_region: region("eu-west-1"),
        s3_bucket: "audit-logs".to_owned(),
        s3_prefix: None,
        sns_topic: None,
        include_global_service_events: true,
        is_multi_region: true,
        log_file_validation: false,
        kms_key_id: None,
        cw_logs_group: None,
        cw_logs_role: None,
        organization: None,
        recursive_logging: true,
        tags: Vec::new(),
        selectors: None,
        insights: Vec::new(),
        aggregation: Vec::new(),
        logging: true,
        started_at: Some(instant(3)),
        stopped_at: None,
        created_at: instant(3),
        created_at_position: 0,
    }
}

/// The ARN of [`trail`].
pub fn trail_arn(name: &str) -> String {
    format!("arn:aws:cloudtrail:eu-west-1:123456789012:trail/{name}")
}

/// Makes revision 1 of a fresh catalog: the account and a trail `main`.
pub async fn begin(catalog: &dyn Catalog) -> TrailId {
    let changes = vec![Change::PutAccount(account()), Change::PutTrail(Box::new(trail("main")))];
    let revision = catalog.commit(0, changes).await.expect("the first commit");
    trail_id(catalog, revision, "main").await
}

/// Tells a trail's identity at a revision.
pub async fn trail_id(catalog: &dyn Catalog, revision: Revision, name: &str) -> TrailId {
    let snapshot = catalog.snapshot(revision).await.expect("the revision");
    snapshot.trail(&trail_arn(name)).expect("the trail").id().clone()
}

/// A receipt whose events are at `first..=last`.
pub fn receipt(trail: &TrailId, region_name: &str, first: u64, last: u64) -> Receipt {
    Receipt {
        trail: trail.clone(),
        account: account_id(),
        region: region(region_name),
        bucket: "audit-logs".to_owned(),
        key: format!("AWSLogs/123456789012/CloudTrail/{region_name}/{first:016}.json.gz"),
        sha256: [u8::try_from(first % 251).expect("below 251"); 32],
        bytes: 4_096,
        events: last - first + 1,
        oldest_event: EventTime::of(instant(10)),
        newest_event: EventTime::of(instant(20)),
        first_position: first,
        last_position: last,
    }
}

/// A split whose events are at `first..=last`.
pub fn split(id: &str, first: u64, last: u64) -> Split {
    Split {
        id: id.to_owned(),
        first_position: first,
        last_position: last,
        events: last - first + 1,
        oldest_event: EventTime::of(instant(10)),
        newest_event: EventTime::of(instant(20)),
        accounts: vec![account_id()],
        bytes: 1 << 20,
        created: instant(30),
    }
}
