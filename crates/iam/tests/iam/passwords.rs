//! Passwords and second factors: what is kept of them, who may change them, and what becomes of them.

use cairn_access::Principal;
use cairn_catalog::{MfaDevice, Owner};
use cairn_iam::Caller;
use cairn_signin::{Seed, note_password_use, step};
use serde_json::{Value, json};

use crate::world::{World, form, root};

const ACCOUNT: &str = "123456789012";
const OLD: &str = "Correct-Horse-1";
const NEW: &str = "Battery-Staple-2";

async fn call(world: &World, name: &str, with: Value) -> Value {
    world.call(name, &form(&with)).await.unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"))
}

fn user(world: &World, name: &str) -> Caller {
    let account = ACCOUNT.parse().unwrap();
    let snapshot = world.catalog.current();
    let found = snapshot.user(&account, name).unwrap();
    let (name, path, id) = (found.name.clone(), found.path.clone(), found.user_id.clone());
    Caller { account, principal: Principal::User { account, name, path, id } }
}

async fn refused(world: &World, caller: &Caller, name: &str, with: Value) -> String {
    world.call_by(caller, name, &form(&with)).await.unwrap_err().0
}

/// Makes a device and returns its serial number and its seed.
async fn device(world: &World, name: &str) -> (String, Seed) {
    let made = call(world, "CreateVirtualMFADevice", json!({"VirtualMFADeviceName": name})).await;
    let serial = made["VirtualMFADevice"]["SerialNumber"].as_str().unwrap().to_owned();
    let snapshot = world.catalog.current();
    let seed = snapshot.mfa_device(&serial).unwrap().open_seed(&world.master).unwrap();
    (serial, Seed::from_bytes(seed.expose()))
}

/// The two codes that a device shows around now.
fn codes(world: &World, seed: &Seed, ahead: u64) -> Vec<String> {
    use cairn_event::Clock as _;
    let here = step(world.clock.now()) + ahead;
    let texts = [here - 1, here].map(|at| {
        // A code is hidden; every one is tried until it is found.
        let code = seed.code(at);
        (0..1_000_000)
            .map(|digits| format!("{digits:06}"))
            .find(|text| cairn_signin::Code::parse(text) == Some(code))
    });
    texts.map(Option::unwrap).into()
}

async fn enable(world: &World, name: &str, serial: &str, seed: &Seed) {
    let codes = codes(world, seed, 0);
    let with = json!({"UserName": name, "SerialNumber": serial,
        "AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]});
    call(world, "EnableMFADevice", with).await;
}

#[tokio::test]
async fn of_a_password_a_sealed_hash_is_kept() {
    let world = World::new().await;
    call(&world, "CreateUser", json!({"UserName": "ann"})).await;
    call(&world, "CreateLoginProfile", json!({"UserName": "ann", "Password": OLD})).await;
    let (account, owner) = (ACCOUNT.parse().unwrap(), Owner::User("ann".to_owned()));
    let snapshot = world.catalog.current();
    let profile = snapshot.login_profile(&account, &owner).unwrap();
    let hash = profile.open_hash(&world.master).unwrap();
    assert!(hash.expose_str().unwrap().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let kept = serde_json::to_string(profile).unwrap();
    assert!(!kept.contains(OLD) && !kept.contains("argon2"), "{kept}");
    world.end().await;
}

#[tokio::test]
async fn a_renamed_user_keeps_password_and_device_and_another_of_the_name_has_neither() {
    let world = World::new().await;
    call(&world, "CreateUser", json!({"UserName": "ann"})).await;
    call(&world, "CreateLoginProfile", json!({"UserName": "ann", "Password": OLD})).await;
    let (serial, seed) = device(&world, "phone").await;
    enable(&world, "ann", &serial, &seed).await;
    call(&world, "UpdateUser", json!({"UserName": "ann", "NewUserName": "bob"})).await;
    let listed = call(&world, "ListMFADevices", json!({"UserName": "bob"})).await;
    assert_eq!(listed["MFADevices"][0]["SerialNumber"], serial);
    let bob = user(&world, "bob");
    let with = json!({"OldPassword": OLD, "NewPassword": NEW});
    world.call_by(&bob, "ChangePassword", &form(&with)).await.unwrap();
    call(&world, "CreateUser", json!({"UserName": "ann"})).await;
    let ann = root(ACCOUNT);
    assert_eq!(refused(&world, &ann, "GetLoginProfile", json!({"UserName": "ann"})).await, "NoSuchEntity");
    let listed = call(&world, "ListMFADevices", json!({"UserName": "ann"})).await;
    assert_eq!(listed["MFADevices"], json!([]));
    world.end().await;
}

#[tokio::test]
async fn of_two_who_change_a_password_at_once_one_does() {
    let world = World::new().await;
    call(&world, "CreateUser", json!({"UserName": "ann"})).await;
    call(&world, "CreateLoginProfile", json!({"UserName": "ann", "Password": OLD})).await;
    let ann = user(&world, "ann");
    let change = async |new: &str| {
        let with = json!({"OldPassword": OLD, "NewPassword": new});
        world.call_by(&ann, "ChangePassword", &form(&with)).await
    };
    let (one, other) = tokio::join!(change("First-Of-Two-1"), change("Second-Of-Two-2"));
    let codes: Vec<String> = [one, other].into_iter().filter_map(Result::err).map(|(code, _)| code).collect();
    assert!(codes == ["EntityTemporarilyUnmodifiable"] || codes == ["AccessDenied"], "{codes:?}");
    world.end().await;
}

#[tokio::test]
async fn a_password_that_is_too_old_may_be_out_of_its_owners_hands() {
    let world = World::new().await;
    let (account, owner) = (ACCOUNT.parse().unwrap(), Owner::User("ann".to_owned()));
    call(&world, "CreateUser", json!({"UserName": "ann"})).await;
    let profile = json!({"UserName": "ann", "Password": OLD, "PasswordResetRequired": true});
    call(&world, "CreateLoginProfile", profile).await;
    let policy = json!({"MaxPasswordAge": 30, "HardExpiry": true, "PasswordReusePrevention": 1});
    call(&world, "UpdateAccountPasswordPolicy", policy).await;
    let renewed = async |old: &str, new: &str| world.iam.renew_password(account, &owner, old, new).await;
    let words = |outcome: Result<_, cairn_iam::Refusal>| outcome.err().map(|refusal| refusal.answer().code);
    assert_eq!(words(renewed(OLD, OLD).await), Some("PasswordPolicyViolation"));
    assert_eq!(words(renewed("wrong", NEW).await), Some("AccessDenied"));
    assert_eq!(words(renewed(OLD, NEW).await), None);
    let shown = call(&world, "GetLoginProfile", json!({"UserName": "ann"})).await;
    assert_eq!(shown["LoginProfile"]["PasswordResetRequired"], false);
    world.clock.pass(31 * 86_400);
    assert_eq!(words(renewed(NEW, OLD).await), Some("AccessDenied"), "too old, and the policy is hard");
    // Nobody could set the root user another.
    call(&world, "CreateLoginProfile", json!({"Password": OLD})).await;
    world.clock.pass(31 * 86_400);
    assert_eq!(words(world.iam.renew_password(account, &Owner::Root, OLD, NEW).await), None);
    call(&world, "UpdateAccountPasswordPolicy", json!({"MaxPasswordAge": 30})).await;
    assert_eq!(words(renewed(NEW, OLD).await), None);
    world.end().await;
}

#[tokio::test]
async fn the_root_user_has_a_password_and_devices_of_its_own() {
    let world = World::new().await;
    call(&world, "CreateLoginProfile", json!({"Password": OLD})).await;
    assert_eq!(call(&world, "GetLoginProfile", json!({})).await["LoginProfile"]["UserName"], "root");
    let own = json!({"OldPassword": OLD, "NewPassword": NEW});
    assert_eq!(refused(&world, &root(ACCOUNT), "ChangePassword", own).await, "InvalidUserType");
    let (serial, seed) = device(&world, "phone").await;
    enable(&world, "root", &serial, &seed).await;
    assert_eq!(call(&world, "ListMFADevices", json!({})).await["MFADevices"][0]["UserName"], "root");
    let summary = call(&world, "GetAccountSummary", json!({})).await;
    assert_eq!(summary["SummaryMap"]["AccountMFAEnabled"], 1);
    assert_eq!(summary["SummaryMap"]["AccountPasswordPresent"], 1);
    let foreign = json!({"UserName": "root", "SerialNumber": serial});
    let other = root("999988887777");
    assert_eq!(refused(&world, &other, "DeactivateMFADevice", foreign.clone()).await, "NoSuchEntity");
    call(&world, "DeactivateMFADevice", foreign).await;
    let device: MfaDevice = world.catalog.current().mfa_device(&serial).unwrap().clone();
    assert_eq!(device.enabled, None);
    world.end().await;
}

#[tokio::test]
async fn users_tell_when_their_password_was_last_used() {
    let world = World::new().await;
    let made = call(&world, "CreateUser", json!({"UserName": "ann"})).await;
    call(&world, "CreateUser", json!({"UserName": "bob"})).await;
    let id = made["User"]["UserId"].as_str().unwrap();
    let at = "2026-03-02T09:00:00Z".parse().unwrap();
    note_password_use(&*world.catalog, ACCOUNT.parse().unwrap(), id, at).await.unwrap();
    let shown = call(&world, "GetUser", json!({"UserName": "ann"})).await;
    assert_eq!(shown["User"]["PasswordLastUsed"], 1_772_442_000.0);
    let users = call(&world, "ListUsers", json!({})).await;
    assert_eq!(users["Users"][0]["PasswordLastUsed"], 1_772_442_000.0);
    assert_eq!(users["Users"][1].get("PasswordLastUsed"), None);
    world.end().await;
}

#[tokio::test]
async fn a_code_that_enabled_a_device_is_used_and_eight_devices_are_enough() {
    let world = World::new().await;
    call(&world, "CreateUser", json!({"UserName": "ann"})).await;
    let (serial, seed) = device(&world, "d0").await;
    enable(&world, "ann", &serial, &seed).await;
    let resync = |codes: Vec<String>| {
        json!({"UserName": "ann", "SerialNumber": serial,
            "AuthenticationCode1": codes[0], "AuthenticationCode2": codes[1]})
    };
    let again = resync(codes(&world, &seed, 0));
    assert_eq!(refused(&world, &root(ACCOUNT), "ResyncMFADevice", again).await, "InvalidAuthenticationCode");
    call(&world, "ResyncMFADevice", resync(codes(&world, &seed, 3))).await;
    let snapshot = world.catalog.current();
    assert_eq!(snapshot.mfa_device(&serial).unwrap().enabled.as_ref().unwrap().drift_steps, 3);
    for number in 1..8 {
        let (serial, seed) = device(&world, &format!("d{number}")).await;
        enable(&world, "ann", &serial, &seed).await;
    }
    let (serial, seed) = device(&world, "d8").await;
    let shown = codes(&world, &seed, 0);
    let with = json!({"UserName": "ann", "SerialNumber": serial,
        "AuthenticationCode1": shown[0], "AuthenticationCode2": shown[1]});
    assert_eq!(refused(&world, &root(ACCOUNT), "EnableMFADevice", with).await, "LimitExceeded");
    world.end().await;
}
