//! Encrypt, Decrypt, ReEncrypt, the data keys, and random bytes.

use std::collections::BTreeMap;

use cairn_catalog::{KmsKey, SecretBytes};
use cairn_wire::Blob;
use cairn_wire::kms::{
    DataKeySpec, DecryptRequest, DecryptResponse, EncryptRequest, EncryptResponse, EncryptionAlgorithmSpec,
    GenerateDataKeyRequest, GenerateDataKeyResponse, GenerateDataKeyWithoutPlaintextRequest,
    GenerateDataKeyWithoutPlaintextResponse, GenerateRandomRequest, GenerateRandomResponse, ReEncryptRequest,
    ReEncryptResponse,
};

use crate::ciphertext::Ciphertext;
use crate::encryption_context::{self, EncryptionContext};
use crate::grants::check_tokens;
use crate::reference::{Aliases, find};
use crate::{Caller, Kms, Refusal, Touched, material, state};

/// The most bytes that Encrypt takes.
const PLAINTEXT_BYTES_MAX: usize = 4_096;

/// The longest ciphertext that is looked at, bytes.
const CIPHERTEXT_BYTES_MAX: usize = 6_144;

/// What was encrypted, and under what.
struct Sealed {
    blob: Blob,
    key_arn: String,
    material_id: String,
}

/// What was decrypted, and under what.
struct Opened {
    plaintext: SecretBytes,
    key_arn: String,
    material_id: String,
}

impl Kms {
    pub(crate) fn encrypt(
        &self,
        caller: &Caller,
        request: &EncryptRequest,
    ) -> Result<(EncryptResponse, Touched), Refusal> {
        check_length("plaintext", &request.plaintext, PLAINTEXT_BYTES_MAX)?;
        check_algorithm(request.encryption_algorithm)?;
        self.check_grant_tokens(request.grant_tokens.as_deref())?;
        let context = request.encryption_context.clone().unwrap_or_default();
        let sealed = self.seal(caller, &request.key_id, &request.plaintext.0, &context)?;
        wet(request.dry_run)?;
        let touched = touched([("keyMaterialId", &sealed.material_id)]);
        let output = EncryptResponse {
            ciphertext_blob: Some(sealed.blob),
            key_id: Some(sealed.key_arn),
            encryption_algorithm: ALGORITHM,
        };
        Ok((output, touched))
    }

    pub(crate) fn decrypt(
        &self,
        caller: &Caller,
        request: &DecryptRequest,
    ) -> Result<(DecryptResponse, Touched), Refusal> {
        check_algorithm(request.encryption_algorithm)?;
        without_recipient(request.recipient.is_some())?;
        without_modifiers(request.dry_run_modifiers.is_some())?;
        self.check_grant_tokens(request.grant_tokens.as_deref())?;
        let context = request.encryption_context.clone().unwrap_or_default();
        let blob = required_blob(request.ciphertext_blob.as_ref())?;
        let opened = self.open(caller, blob, request.key_id.as_deref(), &context)?;
        wet(request.dry_run)?;
        let touched = touched([("keyMaterialId", &opened.material_id)]);
        let output = DecryptResponse {
            key_id: Some(opened.key_arn),
            plaintext: Some(Blob(opened.plaintext.expose().to_vec())),
            encryption_algorithm: ALGORITHM,
            ciphertext_for_recipient: None,
            key_material_id: Some(opened.material_id),
        };
        Ok((output, touched))
    }

    pub(crate) fn re_encrypt(
        &self,
        caller: &Caller,
        request: &ReEncryptRequest,
    ) -> Result<(ReEncryptResponse, Touched), Refusal> {
        check_algorithm(request.source_encryption_algorithm)?;
        check_algorithm(request.destination_encryption_algorithm)?;
        without_modifiers(request.dry_run_modifiers.is_some())?;
        self.check_grant_tokens(request.grant_tokens.as_deref())?;
        let blob = required_blob(request.ciphertext_blob.as_ref())?;
        let from = request.source_encryption_context.clone().unwrap_or_default();
        let opened = self.open(caller, blob, request.source_key_id.as_deref(), &from)?;
        let to = request.destination_encryption_context.clone().unwrap_or_default();
        let sealed = self.seal(caller, &request.destination_key_id, opened.plaintext.expose(), &to)?;
        wet(request.dry_run)?;
        let touched = touched([
            ("destinationKeyMaterialId", &sealed.material_id),
            ("sourceKeyMaterialId", &opened.material_id),
        ]);
        let output = ReEncryptResponse {
            ciphertext_blob: Some(sealed.blob),
            source_key_id: Some(opened.key_arn),
            key_id: Some(sealed.key_arn),
            source_encryption_algorithm: ALGORITHM,
            destination_encryption_algorithm: ALGORITHM,
            source_key_material_id: Some(opened.material_id),
            destination_key_material_id: Some(sealed.material_id),
        };
        Ok((output, touched))
    }

    pub(crate) fn generate_data_key(
        &self,
        caller: &Caller,
        request: &GenerateDataKeyRequest,
    ) -> Result<(GenerateDataKeyResponse, Touched), Refusal> {
        without_recipient(request.recipient.is_some())?;
        self.check_grant_tokens(request.grant_tokens.as_deref())?;
        let plaintext = self.data_key(request.key_spec, request.number_of_bytes)?;
        let context = request.encryption_context.clone().unwrap_or_default();
        let sealed = self.seal(caller, &request.key_id, plaintext.expose(), &context)?;
        wet(request.dry_run)?;
        let touched = touched([("keyMaterialId", &sealed.material_id)]);
        let output = GenerateDataKeyResponse {
            ciphertext_blob: Some(sealed.blob),
            plaintext: Some(Blob(plaintext.expose().to_vec())),
            key_id: Some(sealed.key_arn),
            ciphertext_for_recipient: None,
            key_material_id: Some(sealed.material_id),
        };
        Ok((output, touched))
    }

    pub(crate) fn generate_data_key_without_plaintext(
        &self,
        caller: &Caller,
        request: &GenerateDataKeyWithoutPlaintextRequest,
    ) -> Result<(GenerateDataKeyWithoutPlaintextResponse, Touched), Refusal> {
        self.check_grant_tokens(request.grant_tokens.as_deref())?;
        let plaintext = self.data_key(request.key_spec, request.number_of_bytes)?;
        let context = request.encryption_context.clone().unwrap_or_default();
        let sealed = self.seal(caller, &request.key_id, plaintext.expose(), &context)?;
        wet(request.dry_run)?;
        let touched = touched([("keyMaterialId", &sealed.material_id)]);
        let output = GenerateDataKeyWithoutPlaintextResponse {
            ciphertext_blob: Some(sealed.blob),
            key_id: Some(sealed.key_arn),
            key_material_id: Some(sealed.material_id),
        };
        Ok((output, touched))
    }

    pub(crate) fn generate_random(
        &self,
        request: &GenerateRandomRequest,
    ) -> Result<GenerateRandomResponse, Refusal> {
        if request.custom_key_store_id.is_some() {
            return Err(Refusal::Unsupported(
                "Custom key stores are not supported: leave CustomKeyStoreId out.".to_owned(),
            ));
        }
        if request.recipient.is_some() {
            return Err(Refusal::Unsupported(NO_ENCLAVES.to_owned()));
        }
        let Some(count) = request.number_of_bytes else {
            return Err(invalid(
                "Value null at 'numberOfBytes' failed to satisfy constraint: Member must not be null",
            ));
        };
        let plaintext = self.random_bytes(count);
        Ok(GenerateRandomResponse {
            plaintext: Some(Blob(plaintext.expose().to_vec())),
            ciphertext_for_recipient: None,
        })
    }

    fn seal(
        &self,
        caller: &Caller,
        key: &str,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Sealed, Refusal> {
        encryption_context::check(context)?;
        let key = find(&self.catalog.current(), caller, key, Aliases::Taken)?.key;
        state::usable(&key)?;
        let current = material::current(&key)?;
        let secret = self.open_material(&key, current)?;
        let id = material::id_bytes(current)?;
        let sealed = Ciphertext::seal(&key.arn, id, &secret, plaintext, context, &self.random())?;
        Ok(Sealed {
            blob: Blob(sealed.to_bytes()),
            key_arn: key.arn.clone(),
            material_id: current.id.clone(),
        })
    }

    fn open(
        &self,
        caller: &Caller,
        blob: &Blob,
        named: Option<&str>,
        context: &EncryptionContext,
    ) -> Result<Opened, Refusal> {
        check_length("ciphertextBlob", blob, CIPHERTEXT_BYTES_MAX)?;
        encryption_context::check(context)?;
        let snapshot = self.catalog.current();
        let ciphertext = Ciphertext::parse(&blob.0)?;
        let key = find(&snapshot, caller, named.unwrap_or(&ciphertext.key_arn), Aliases::Taken)?.key;
        if key.arn != ciphertext.key_arn {
            return Err(Refusal::KeyIncorrect);
        }
        state::usable(&key)?;
        let (plaintext, material_id) = self.open_under(&key, &ciphertext, context)?;
        Ok(Opened { plaintext, key_arn: key.arn.clone(), material_id })
    }

    fn open_under(
        &self,
        key: &KmsKey,
        ciphertext: &Ciphertext,
        context: &EncryptionContext,
    ) -> Result<(SecretBytes, String), Refusal> {
        let material = material::with_id(key, &ciphertext.material_id).ok_or(Refusal::CiphertextInvalid)?;
        let secret = self.open_material(key, material)?;
        Ok((ciphertext.open(&secret, context)?, material.id.clone()))
    }

    fn data_key(&self, spec: Option<DataKeySpec>, count: Option<i32>) -> Result<SecretBytes, Refusal> {
        match (spec, count) {
            (Some(DataKeySpec::Aes256), None) => Ok(self.random_bytes(32)),
            (Some(DataKeySpec::Aes128), None) => Ok(self.random_bytes(16)),
            (None, Some(count)) => Ok(self.random_bytes(count)),
            (Some(_), Some(_)) | (None, None) => {
                Err(Refusal::Invalid("Please specify either number of bytes or key spec.".to_owned()))
            }
        }
    }

    /// Makes random bytes; the service model limits how many.
    fn random_bytes(&self, count: i32) -> SecretBytes {
        let mut bytes = vec![0; usize::try_from(count).unwrap_or_default()];
        self.ids.fill(&mut bytes);
        SecretBytes::new(bytes)
    }

    fn check_grant_tokens(&self, tokens: Option<&[String]>) -> Result<(), Refusal> {
        check_tokens(&self.catalog.current(), tokens)
    }
}

const ALGORITHM: Option<EncryptionAlgorithmSpec> = Some(EncryptionAlgorithmSpec::SymmetricDefault);

const NO_ENCLAVES: &str = "Attested enclaves are not supported: leave Recipient out.";

fn check_length(member: &str, blob: &Blob, max: usize) -> Result<(), Refusal> {
    let rule = match blob.0.len() {
        0 => "greater than or equal to 1".to_owned(),
        length if length > max => format!("less than or equal to {max}"),
        _ => return Ok(()),
    };
    // The value itself may be a secret.
    Err(invalid(&format!("Value at '{member}' failed to satisfy constraint: Member must have length {rule}")))
}

fn required_blob(blob: Option<&Blob>) -> Result<&Blob, Refusal> {
    let missing = "Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null";
    blob.ok_or_else(|| invalid(missing))
}

fn check_algorithm(asked: Option<EncryptionAlgorithmSpec>) -> Result<(), Refusal> {
    match asked {
        None | Some(EncryptionAlgorithmSpec::SymmetricDefault) => Ok(()),
        Some(other) => Err(Refusal::AlgorithmIncompatible(other.as_str())),
    }
}

fn without_recipient(asked: bool) -> Result<(), Refusal> {
    if asked { Err(Refusal::Invalid(NO_ENCLAVES.to_owned())) } else { Ok(()) }
}

fn without_modifiers(asked: bool) -> Result<(), Refusal> {
    let message = "DryRunModifiers are not supported: a dry run tries the ciphertext.";
    if asked { Err(Refusal::Invalid(message.to_owned())) } else { Ok(()) }
}

/// Ends a dry run, which has succeeded.
pub(crate) fn wet(dry_run: Option<bool>) -> Result<(), Refusal> {
    if dry_run == Some(true) { Err(Refusal::DryRun) } else { Ok(()) }
}

pub(crate) fn touched<const N: usize>(additional: [(&'static str, &String); N]) -> Touched {
    let additional: BTreeMap<_, _> =
        additional.into_iter().map(|(name, value)| (name, value.clone())).collect();
    Touched { made: None, additional }
}

fn invalid(violation: &str) -> Refusal {
    Refusal::Invalid(format!("1 validation error detected: {violation}"))
}
