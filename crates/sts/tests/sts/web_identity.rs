//! AssumeRoleWithWebIdentity: tokens of an issuer whose keys are in a file.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cairn_access::Context;
use cairn_wire::sts::AssumeRoleWithWebIdentityRequest;
use serde_json::{Value, json};

use crate::mutator::{Dice, iterations};
use crate::world::{OWN, World, allowing, inline, trusting};

const ISSUER: &str = "https://ci.example/acme";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/ci.example/acme";

/// An issuer's keys.
struct Keys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Keys {
    fn new() -> Self {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { rsa, ec }
    }

    fn document(&self) -> Value {
        // A sequence of two integers in DER: behind nine bytes of heads the modulus, and last the exponent.
        let public = self.rsa.public_key().as_ref();
        let (modulus, exponent) = (&public[9..265], &public[public.len() - 3..]);
        let point = self.ec.public_key().as_ref();
        json!({"keys": [
            {"kty": "RSA", "kid": "r", "use": "sig", "alg": "RS256",
             "n": encode(modulus),
             "e": encode(exponent)},
            {"kty": "EC", "crv": "P-256", "kid": "e", "x": encode(&point[1..33]), "y": encode(&point[33..])},
            {"kty": "oct", "kid": "o", "k": "AAAA"},
            7,
        ]})
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let signed =
            format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let random = SystemRandom::new();
        let signature = if header["alg"] == "ES256" {
            self.ec.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec()
        } else {
            let mut signature = vec![0; self.rsa.public_modulus_len()];
            self.rsa.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
            signature
        };
        format!("{signed}.{}", encode(&signature))
    }
}

async fn world(keys: &Keys) -> World {
    let document = keys.document().to_string();
    World::with_issuers(|dir| {
        let path = dir.path().join("keys.json");
        std::fs::write(&path, document).unwrap();
        let unread = dir.path().join("missing.json");
        format!(
            "{ISSUER} sts.amazonaws.com,other {}; https://gone.example x {}",
            path.display(),
            unread.display()
        )
    })
    .await
}

async fn role(world: &World, condition: &str) -> String {
    let trust = trusting(
        &format!(r#"{{"Federated":"{PROVIDER}"}}"#),
        r#""sts:AssumeRoleWithWebIdentity""#,
        condition,
    );
    world.role(OWN, "ci", &trust, |role| role.policies.push(inline("own", &allowing(r#""s3:*""#)))).await
}

fn request(role_arn: &str, token: &str) -> AssumeRoleWithWebIdentityRequest {
    AssumeRoleWithWebIdentityRequest {
        role_arn: role_arn.to_owned(),
        role_session_name: "run".to_owned(),
        web_identity_token: token.to_owned(),
        ..AssumeRoleWithWebIdentityRequest::default()
    }
}

fn claims(world: &World) -> Value {
    use cairn_event::Clock as _;
    let now = world.clock.now().as_second();
    json!({"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": "repo:acme/shop", "exp": now + 60, "iat": now})
}

fn header(algorithm: &str) -> Value {
    json!({"alg": algorithm, "typ": "JWT", "kid": if algorithm == "ES256" { "e" } else { "r" }})
}

#[tokio::test]
async fn what_the_issuer_signed_opens_the_role() {
    let keys = Keys::new();
    let world = world(&keys).await;
    let arn = role(&world, r#""StringEquals":{"ci.example/acme:aud":"sts.amazonaws.com"},"StringLike":{"ci.example/acme:sub":"repo:acme/*"}"#).await;
    for algorithm in ["RS256", "ES256"] {
        let token = keys.token(&header(algorithm), &claims(&world));
        let answer =
            world.sts.assume_role_with_web_identity(Context::default(), &request(&arn, &token)).await;
        let (web, account) = (answer.caller.unwrap(), answer.account.unwrap());
        assert_eq!(
            (web.provider_arn.as_str(), web.subject.as_str(), account.as_str()),
            (PROVIDER, "repo:acme/shop", OWN)
        );
        let answered = answer.outcome.unwrap();
        assert_eq!(answered.subject_from_web_identity_token.as_deref(), Some("repo:acme/shop"));
        assert_eq!(answered.provider.as_deref(), Some(PROVIDER));
        assert_eq!(answered.audience.as_deref(), Some("sts.amazonaws.com"));
        assert_eq!(answered.assumed_role_user.unwrap().arn, "arn:aws:sts::111122223333:assumed-role/ci/run");
        let caller = world.caller(&answered.credentials.unwrap());
        assert_eq!(caller.session().unwrap().federated_provider.as_deref(), Some(PROVIDER));
        assert!(world.may(&caller, "s3:GetObject") && !world.may(&caller, "iam:GetUser"));
    }
}

#[tokio::test]
async fn tokens_that_prove_nothing_are_refused() {
    let keys = Keys::new();
    let world = world(&keys).await;
    let arn = role(&world, "").await;
    let good = claims(&world);
    let with = |member: &str, value: Value| {
        let mut claims = good.clone();
        claims[member] = value;
        claims
    };
    let rs = header("RS256");
    let now = good["iat"].as_i64().unwrap();
    let genuine = keys.token(&rs, &good);
    let forged = format!("{}.{}", genuine.rsplit_once('.').unwrap().0, encode(&[1; 256]));
    let none = format!("{}.{}.", encode(br#"{"alg":"none"}"#), encode(good.to_string().as_bytes()));
    let crit = json!({"alg": "RS256", "kid": "r", "crit": ["exp"]});
    for (token, code, said) in [
        (Keys::new().token(&rs, &good), "InvalidIdentityToken", "signature"),
        (forged, "InvalidIdentityToken", "signature"),
        (none, "InvalidIdentityToken", "none"),
        ("a.b.c".to_owned(), "InvalidIdentityToken", "not a valid JWT"),
        ("opaque".to_owned(), "InvalidIdentityToken", "not a valid JWT"),
        (keys.token(&crit, &good), "InvalidIdentityToken", "not a valid JWT"),
        (keys.token(&json!({"alg": "RS256", "kid": "x"}), &good), "InvalidIdentityToken", "verification key"),
        (keys.token(&json!({"alg": "RS256", "kid": "e"}), &good), "InvalidIdentityToken", "verification key"),
        (keys.token(&json!({"alg": "HS256", "kid": "r"}), &good), "InvalidIdentityToken", "HS256"),
        (
            keys.token(&rs, &with("iss", json!("https://evil.example"))),
            "InvalidIdentityToken",
            "evil.example",
        ),
        (keys.token(&rs, &with("iss", json!("https://gone.example"))), "IDPCommunicationError", "keys"),
        (keys.token(&rs, &with("aud", json!("elsewhere"))), "InvalidIdentityToken", "audience"),
        (keys.token(&rs, &with("aud", json!([]))), "InvalidIdentityToken", "audience"),
        (keys.token(&rs, &with("exp", json!(now))), "ExpiredTokenException", "expired"),
        (keys.token(&rs, &with("exp", Value::Null)), "InvalidIdentityToken", "exp"),
        (keys.token(&rs, &with("nbf", json!(now + 301))), "InvalidIdentityToken", "not yet"),
        (keys.token(&rs, &with("sub", json!(""))), "InvalidIdentityToken", "sub"),
        (keys.token(&rs, &with("sub", Value::Null)), "InvalidIdentityToken", "sub"),
    ] {
        let answer =
            world.sts.assume_role_with_web_identity(Context::default(), &request(&arn, &token)).await;
        let refusal = answer.outcome.unwrap_err().answer();
        assert!(refusal.code == code && refusal.message.contains(said), "{refusal:?} for {token}");
        assert_eq!(answer.caller, None, "nobody is named whom nothing proves");
        assert_eq!(answer.account.unwrap().as_str(), OWN, "the role's account hears of it");
    }
}

#[tokio::test]
async fn trust_decides_about_proven_tokens() {
    let keys = Keys::new();
    let world = world(&keys).await;
    let token = keys.token(&header("RS256"), &claims(&world));
    let denied = |arn: String| {
        let (world, token) = (&world, &token);
        async move {
            let answer =
                world.sts.assume_role_with_web_identity(Context::default(), &request(&arn, token)).await;
            assert!(answer.caller.is_some());
            let refusal = answer.outcome.unwrap_err().answer();
            let text = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
            assert_eq!((refusal.code, refusal.message.as_str()), ("AccessDenied", text));
        }
    };
    denied(role(&world, r#""StringEquals":{"ci.example/acme:sub":"repo:acme/other"}"#).await).await;
    denied(format!("arn:aws:iam::{OWN}:role/missing")).await;
    let user_trust = trusting(r#"{"AWS":"111122223333"}"#, r#""sts:AssumeRoleWithWebIdentity""#, "");
    denied(world.role(OWN, "users", &user_trust, |_| ()).await).await;
    let elsewhere =
        trusting(r#"{"Federated":"accounts.google.com"}"#, r#""sts:AssumeRoleWithWebIdentity""#, "");
    denied(world.role(OWN, "google", &elsewhere, |_| ()).await).await;
}

#[tokio::test]
async fn keys_are_kept_for_a_while_and_read_again_for_an_unknown_one() {
    let (old, new) = (Keys::new(), Keys::new());
    let world = world(&old).await;
    let arn = role(&world, "").await;
    let call = |token: String| {
        let (world, arn) = (&world, arn.clone());
        async move {
            let answer =
                world.sts.assume_role_with_web_identity(Context::default(), &request(&arn, &token)).await;
            answer.outcome.map(|_| ()).map_err(|refusal| refusal.answer().code)
        }
    };
    let mut document = new.document();
    document["keys"][0]["kid"] = json!("n");
    let by_new = || new.token(&json!({"alg": "RS256", "kid": "n"}), &claims(&world));
    let by_old = || old.token(&header("RS256"), &claims(&world));
    assert_eq!(call(by_old()).await, Ok(()));
    std::fs::write(world.dir.path().join("keys.json"), document.to_string()).unwrap();
    assert_eq!(call(by_old()).await, Ok(()), "kept keys are used");
    assert_eq!(call(by_new()).await, Err("InvalidIdentityToken"), "keys are not read for every unknown one");
    world.clock.pass(31);
    assert_eq!(call(by_new()).await, Ok(()));
    assert_eq!(call(by_old()).await, Err("InvalidIdentityToken"), "keys that are gone are not used");
}

#[tokio::test]
async fn fuzz_web_identity_tokens() {
    let keys = Keys::new();
    let world = world(&keys).await;
    let arn = role(&world, "").await;
    let seeds = ["RS256", "ES256"].map(|name| keys.token(&header(name), &claims(&world)).into_bytes());
    let pieces = [".", "..", "=", "eyJhbGciOiJub25lIn0", "e30", "\u{e9}"];
    let (mut dice, mut refused) = (Dice::new(), 0);
    for _ in 0..iterations(3_000) {
        let token = String::from_utf8_lossy(&dice.mutant(&seeds, &pieces)).into_owned();
        let answer =
            world.sts.assume_role_with_web_identity(Context::default(), &request(&arn, &token)).await;
        match answer.outcome {
            // An ES256 signature may be written in one way only; so may all else.
            Ok(_) => assert!(seeds.iter().any(|seed| *seed == token.as_bytes()), "{token}"),
            Err(_) => refused += 1,
        }
    }
    println!("mutated web identity tokens: {refused} refused");
    assert!(refused > 0);
}

#[tokio::test]
async fn fuzz_key_sets() {
    let keys = Keys::new();
    let world = world(&keys).await;
    let arn = role(&world, "").await;
    let token = keys.token(&header("RS256"), &claims(&world));
    let seeds = [keys.document().to_string().into_bytes()];
    let (mut dice, mut read, mut refused) = (Dice::new(), 0, 0);
    for _ in 0..iterations(1_000) {
        let mutant = dice.mutant(
            &seeds,
            &["{", "}", "[", "]", ",", "null", "\"kid\":\"r\",", "\"n\":\"AQAB\",", "\u{e9}"],
        );
        std::fs::write(world.dir.path().join("keys.json"), mutant).unwrap();
        // Kept keys are read again after ten minutes; the token lives for one.
        let answer =
            world.restarted().assume_role_with_web_identity(Context::default(), &request(&arn, &token)).await;
        match answer.outcome {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    println!("mutated key sets: {read} still held the key, {refused} did not");
    assert!(read > 0 && refused > 0);
}
