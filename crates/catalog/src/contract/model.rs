//! Any sequence of commits can be read back, revision by revision: compared with a plain map per revision.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Backend;
use super::sample::{
    ORGANIZATION, ROOT, access_key, account, account_creation, account_id, group, handshake, kms_alias,
    kms_key, login_profile, managed_policy, managed_policy_arn, member, mfa_device, mfa_serial, organization,
    organization_policy, organizational_unit, password_policy, region, role, signing_key, trail, trail_arn,
    unit_id, user,
};
use crate::entity::owner_key;
use crate::{Change, CommitError, KmsAlias, Owner, Snapshot};

/// What a revision holds: keys, the keys that each needs to be there, and the bodies as text.
type Contents = BTreeMap<String, (Vec<String>, String)>;

/// Makes one commit of each group of choices (any bytes mean something), then reads every revision back,
/// from memory and from a catalog opened anew.
///
/// # Panics
/// If a revision is not what the commits made it.
pub async fn check_history(backend: &dyn Backend, commits: &[Vec<[u8; 3]>]) {
    let catalog = backend.open().await;
    let begun = vec![
        Change::PutAccount(account()),
        Change::PutOrganization(Box::new(organization())),
        Change::PutMember(Box::new(member(account_id()))),
    ];
    catalog.commit(0, begun).await.expect("the account");
    let mut history = vec![contents(&catalog.snapshot(0).await.expect("revision 0"))];
    history.push(contents(&catalog.current()));
    for choices in commits {
        let newest = history.last().cloned().unwrap_or_default();
        let changes: Vec<Change> = choices.iter().map(|choice| change(*choice)).collect();
        let expected = applied(&newest, &changes);
        match (catalog.commit(catalog.current().revision(), changes).await, expected) {
            (Ok(made), Some(next)) => {
                assert_eq!(made, history.len() as u64);
                history.push(next);
            }
            (Err(CommitError::Refused(_)), None) => {}
            (outcome, expected) => panic!("{outcome:?}, though the model says {expected:?}"),
        }
        assert_eq!(Some(&contents(&catalog.current())), history.last());
    }
    for catalog in [catalog, backend.open().await] {
        for (revision, expected) in (0..).zip(&history) {
            let snapshot = catalog.snapshot(revision).await.expect("the revision");
            assert_eq!(&contents(&snapshot), expected, "revision {revision}");
        }
    }
}

pub(super) async fn any_history_can_be_read_back(backend: Arc<dyn Backend>) {
    // A fixed sequence that visits every choice; implementations add random ones.
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let commits: Vec<Vec<[u8; 3]>> =
        (0..200).map(|_| (0..=next() % 4).map(|_| [next(), next(), next()]).collect()).collect();
    check_history(backend.as_ref(), &commits).await;
}

fn change([what, which, how]: [u8; 3]) -> Change {
    let name = format!("n{}", which % 3);
    let key = format!("AKIA{}", which % 3);
    match what % 24 {
        0 => {
            let mut put = trail(&name);
            put.logging = how.is_multiple_of(2);
            put.s3_prefix = Some(how.to_string());
            put.organization = how.is_multiple_of(3).then(|| ORGANIZATION.to_owned());
            Change::PutTrail(Box::new(put))
        }
        1 => Change::DeleteTrail { arn: trail_arn(&name) },
        2 => {
            let mut put = user(&name);
            put.path = format!("/{how}/");
            put.groups = (how % 4 == 1).then(|| name.clone()).into_iter().collect();
            put.boundary = (how % 5 == 1).then(|| managed_policy_arn(&name));
            Change::PutUser(put)
        }
        3 => Change::DeleteUser { account: account_id(), name },
        4 if how.is_multiple_of(3) => Change::PutAccessKey(access_key(&key, Owner::Root)),
        4 => Change::PutAccessKey(access_key(&key, Owner::User(name))),
        5 => Change::DeleteAccessKey { id: key },
        6 => {
            let mut put = group(&name);
            put.attached = (how % 4 == 1).then(|| managed_policy_arn(&name)).into_iter().collect();
            Change::PutGroup(put)
        }
        7 => Change::DeleteGroup { account: account_id(), name },
        8 => {
            let mut put = role(&name);
            put.attached = (how % 4 == 1).then(|| managed_policy_arn(&name)).into_iter().collect();
            Change::PutRole(Box::new(put))
        }
        9 => Change::DeleteRole { account: account_id(), name },
        10 => Change::PutManagedPolicy(Box::new(managed_policy(&name))),
        11 => Change::PutSigningKey(Box::new(signing_key(&name))),
        12 => Change::PutKmsKey(Box::new(kms_key(&name))),
        13 => Change::PutKmsAlias(Box::new(kms_alias(&format!("alias/{name}"), &format!("n{}", how % 3)))),
        14 => Change::DeleteKmsAlias { arn: kms_alias(&format!("alias/{name}"), "").arn },
        15 => Change::DeleteManagedPolicy { arn: managed_policy_arn(&name) },
        16..=18 => sign_in_change(what % 24, name, how),
        _ => organizational_change(what % 5, &name, how),
    }
}

/// Passwords, devices and policies of passwords come, change and go.
fn sign_in_change(what: u8, name: String, how: u8) -> Change {
    let owner = if how.is_multiple_of(3) { Owner::Root } else { Owner::User(name.clone()) };
    match (what, how % 2) {
        (16, 0) => Change::DeleteLoginProfile { account: account_id(), owner },
        (16, _) => {
            let mut put = login_profile(owner);
            put.reset_required = how % 4 == 1;
            Change::PutLoginProfile(Box::new(put))
        }
        (17, 0) if how.is_multiple_of(4) => Change::DeleteMfaDevice { serial: mfa_serial(&name) },
        (17, bit) => Change::PutMfaDevice(Box::new(mfa_device(&name, (bit == 1).then_some(owner)))),
        (_, 0) => Change::DeletePasswordPolicy { account: account_id() },
        _ => {
            let mut put = password_policy();
            put.min_length = u32::from(how);
            Change::PutPasswordPolicy(Box::new(put))
        }
    }
}

fn organizational_change(what: u8, name: &str, how: u8) -> Change {
    match what {
        0 => {
            let above = if how.is_multiple_of(2) { ROOT.to_owned() } else { unit_id(&format!("{name}n")) };
            Change::PutOrganizationalUnit(Box::new(organizational_unit(name, &above)))
        }
        1 if how.is_multiple_of(2) => {
            Change::PutOrganizationalUnit(Box::new(organizational_unit(&format!("{name}n"), ROOT)))
        }
        1 => Change::DeleteOrganizationalUnit { id: unit_id(&format!("{name}n")) },
        2 => Change::PutOrganizationPolicy(Box::new(organization_policy(name))),
        3 if how.is_multiple_of(2) => Change::PutHandshake(Box::new(handshake(name, account_id()))),
        3 => Change::DeleteHandshake { id: handshake(name, account_id()).id },
        _ if how.is_multiple_of(2) => Change::PutAccountCreation(Box::new(account_creation(name))),
        _ => Change::DeleteAccountCreation { id: account_creation(name).id },
    }
}

/// The contents after the changes; `None` if they must be refused.
fn applied(before: &Contents, changes: &[Change]) -> Option<Contents> {
    let mut after = before.clone();
    let mut touched = std::collections::BTreeSet::new();
    for change in changes {
        let (key, body) = row(change);
        if !touched.insert(key.clone()) {
            return None;
        }
        match body {
            Some(body) => after.insert(key, body),
            None => Some(after.remove(&key)?),
        };
    }
    let complete = after.values().all(|(needs, _)| needs.iter().all(|key| after.contains_key(key)));
    (!changes.is_empty() && complete).then_some(after)
}

fn row(change: &Change) -> (String, Option<(Vec<String>, String)>) {
    let of = |kind: &str, name: &str, body| (format!("{kind} {name}"), body);
    match change {
        Change::PutTrail(put) => of("trail", &put.arn, Some(alone(put.as_ref()))),
        Change::DeleteTrail { arn } => of("trail", arn, None),
        Change::PutUser(put) => of("user", &put.name, Some(user_body(put))),
        Change::DeleteUser { name, .. } => of("user", name, None),
        Change::PutGroup(put) => of("group", &put.name, Some(holder_body(&put.attached, put))),
        Change::DeleteGroup { name, .. } => of("group", name, None),
        Change::PutRole(put) => of("role", &put.name, Some(holder_body(&put.attached, put.as_ref()))),
        Change::DeleteRole { name, .. } => of("role", name, None),
        Change::PutManagedPolicy(put) => of("policy", &put.arn, Some(alone(put.as_ref()))),
        Change::DeleteManagedPolicy { arn } => of("policy", arn, None),
        Change::PutAccessKey(put) => of("key", &put.id, Some(key_body(put))),
        Change::DeleteAccessKey { id } => of("key", id, None),
        Change::PutLoginProfile(put) => {
            of("password", &put.key(), Some(owned_body(&put.owner, put.as_ref())))
        }
        Change::DeleteLoginProfile { account, owner } => of("password", &owner_key(account, owner), None),
        Change::PutMfaDevice(put) => of("device", &put.serial, Some(device_body(put))),
        Change::DeleteMfaDevice { serial } => of("device", serial, None),
        Change::PutPasswordPolicy(put) => of("password policy", "", Some(alone(put.as_ref()))),
        Change::DeletePasswordPolicy { .. } => of("password policy", "", None),
        Change::PutSigningKey(put) => of("signing key", &put.fingerprint, Some(alone(put.as_ref()))),
        Change::PutKmsKey(put) => of("KMS key", &put.id, Some(alone(put.as_ref()))),
        Change::PutKmsAlias(put) => of("alias", &put.arn, Some(alias_body(put))),
        Change::DeleteKmsAlias { arn } => of("alias", arn, None),
        Change::PutOrganizationalUnit(put) => of("unit", &put.id, Some(unit_body(put))),
        Change::DeleteOrganizationalUnit { id } => of("unit", id, None),
        Change::PutOrganizationPolicy(put) => of("control policy", &put.id, Some(alone(put.as_ref()))),
        Change::DeleteOrganizationPolicy { id } => of("control policy", id, None),
        Change::PutHandshake(put) => of("handshake", &put.id, Some(alone(put.as_ref()))),
        Change::DeleteHandshake { id } => of("handshake", id, None),
        Change::PutAccountCreation(put) => of("creation", &put.id, Some(alone(put.as_ref()))),
        Change::DeleteAccountCreation { id } => of("creation", id, None),
        Change::PutAccount(_)
        | Change::PutSettings(_)
        | Change::PutOrganization(_)
        | Change::DeleteOrganization { .. }
        | Change::PutMember(_)
        | Change::DeleteMember { .. } => panic!("the model does not choose these"),
    }
}

fn alone(entity: &impl std::fmt::Debug) -> (Vec<String>, String) {
    (Vec::new(), format!("{entity:?}"))
}

fn unit_body(unit: &crate::OrganizationalUnit) -> (Vec<String>, String) {
    let above = (unit.parent != ROOT).then(|| format!("unit {}", unit.parent));
    (above.into_iter().collect(), format!("{unit:?}"))
}

fn user_body(user: &crate::User) -> (Vec<String>, String) {
    let groups = user.groups.iter().map(|name| format!("group {name}"));
    (groups.chain(user.boundary.iter().map(|arn| format!("policy {arn}"))).collect(), format!("{user:?}"))
}

fn holder_body(attached: &[String], holder: &impl std::fmt::Debug) -> (Vec<String>, String) {
    (attached.iter().map(|arn| format!("policy {arn}")).collect(), format!("{holder:?}"))
}

fn key_body(key: &crate::AccessKey) -> (Vec<String>, String) {
    owned_body(&key.owner, key)
}

fn device_body(device: &crate::MfaDevice) -> (Vec<String>, String) {
    match &device.enabled {
        Some(enabled) => owned_body(&enabled.owner, device),
        None => alone(device),
    }
}

fn owned_body(owner: &Owner, entity: &impl std::fmt::Debug) -> (Vec<String>, String) {
    let needed = match owner {
        Owner::Root => Vec::new(),
        Owner::User(name) => vec![format!("user {name}")],
    };
    (needed, format!("{entity:?}"))
}

fn alias_body(alias: &KmsAlias) -> (Vec<String>, String) {
    (vec![format!("KMS key {}", alias.key_id)], format!("{alias:?}"))
}

fn contents(snapshot: &Snapshot) -> Contents {
    let id = account_id();
    let trails = snapshot.trails().map(|live| (format!("trail {}", live.arn), alone(live.trail())));
    let users = snapshot.users(&id).map(|user| (format!("user {}", user.name), user_body(user)));
    let groups = snapshot
        .groups(&id)
        .map(|group| (format!("group {}", group.name), holder_body(&group.attached, group)));
    let roles =
        snapshot.roles(&id).map(|role| (format!("role {}", role.name), holder_body(&role.attached, role)));
    let policies = snapshot.managed_policies(&id).map(|put| (format!("policy {}", put.arn), alone(put)));
    let keys = (0..3)
        .filter_map(|which| snapshot.access_key(&format!("AKIA{which}")))
        .map(|key| (format!("key {}", key.id), key_body(key)));
    let owners =
        (0..3).map(|which| Owner::User(format!("n{which}"))).chain([Owner::Root]).collect::<Vec<_>>();
    let profiles = owners.iter().filter_map(|owner| snapshot.login_profile(&id, owner));
    let profiles = profiles.map(|put| (format!("password {}", put.key()), owned_body(&put.owner, put)));
    let devices = snapshot.mfa_devices(&id).map(|put| (format!("device {}", put.serial), device_body(put)));
    let rules = snapshot.password_policy(&id).map(|put| ("password policy ".to_owned(), alone(put)));
    let keys = keys.chain(profiles).chain(devices).chain(rules);
    let signing = snapshot.signing_keys(&region("eu-west-1"));
    let signing = signing.into_iter().map(|key| (format!("signing key {}", key.fingerprint), alone(key)));
    let kms = snapshot.kms_keys().map(|key| (format!("KMS key {}", key.id), alone(key.as_ref())));
    let aliases = snapshot.kms_aliases().map(|alias| (format!("alias {}", alias.arn), alias_body(alias)));
    let units = snapshot.organizational_units(ORGANIZATION);
    let units = units.map(|unit| (format!("unit {}", unit.id), unit_body(unit)));
    let controls = snapshot.organization_policies(ORGANIZATION);
    let controls = controls.map(|put| (format!("control policy {}", put.id), alone(put)));
    let handshakes =
        snapshot.handshakes_of(ORGANIZATION).map(|put| (format!("handshake {}", put.id), alone(put)));
    let creations = snapshot.account_creations(ORGANIZATION);
    let creations = creations.map(|put| (format!("creation {}", put.id), alone(put)));
    let keys = keys.chain(signing).chain(kms).chain(aliases);
    let keys = keys.chain(units).chain(controls).chain(handshakes).chain(creations);
    trails.chain(users).chain(groups).chain(roles).chain(policies).chain(keys).collect()
}
