//! EnableMFADevice, ResyncMFADevice, DeactivateMFADevice, ListMFADevices, GetMFADevice: whose devices they are.

use cairn_catalog::{Change, EnabledMfa, MfaDevice, Owner, Revision, Snapshot};
use cairn_signin::{Code, Seed, Synchronized};
use cairn_wire::iam::{
    DeactivateMFADeviceRequest, EnableMFADeviceRequest, GetMFADeviceRequest, GetMFADeviceResponse,
    ListMFADevicesRequest, ListMFADevicesResponse, MFADevice as Shape, ResyncMFADeviceRequest,
};

use crate::mfa_devices::find;
use crate::owner::{named_owner, owner};
use crate::page::{List, Page, Paging};
use crate::{Caller, Iam, Refusal, quota, shapes};

impl Iam {
    /// Gives a device to somebody, who shows two codes of it in a row.
    pub(crate) async fn enable_mfa_device(
        &self,
        caller: &Caller,
        request: &EnableMFADeviceRequest,
    ) -> Result<((), Revision), Refusal> {
        let codes = codes(&request.authentication_code1, &request.authentication_code2)?;
        let account = caller.account;
        self.change_at(|snapshot| {
            let owner = named_owner(snapshot, caller, &request.user_name)?;
            let device = find(snapshot, account, &request.serial_number)?;
            if device.enabled.is_some() {
                return Err(Refusal::DeviceTaken);
            }
            quota::MFA_DEVICES_PER_USER.admit(snapshot.mfa_devices_of(&account, &owner).count() + 1)?;
            let Synchronized { drift_steps, used_step } = self.synchronize(device, codes, None)?;
            let enabled = Some(EnabledMfa { owner, since: self.clock.now(), drift_steps, used_step });
            Ok((vec![put(MfaDevice { enabled, ..device.clone() })], ()))
        })
        .await
    }

    /// Learns where a device's clock stands, by two codes in a row.
    pub(crate) async fn resync_mfa_device(
        &self,
        caller: &Caller,
        request: &ResyncMFADeviceRequest,
    ) -> Result<(), Refusal> {
        let codes = codes(&request.authentication_code1, &request.authentication_code2)?;
        self.change(|snapshot| {
            let owner = named_owner(snapshot, caller, &request.user_name)?;
            let device = find_of(snapshot, caller, &owner, &request.serial_number)?;
            let known = device.enabled.as_ref().ok_or(Refusal::DeviceNotOfUser)?;
            let found = self.synchronize(device, codes, Some(known.used_step))?;
            let Synchronized { drift_steps, used_step } = found;
            let enabled = Some(EnabledMfa { drift_steps, used_step, ..known.clone() });
            Ok((vec![put(MfaDevice { enabled, ..device.clone() })], ()))
        })
        .await
    }

    /// Takes a device from somebody; it may be enabled again.
    pub(crate) async fn deactivate_mfa_device(
        &self,
        caller: &Caller,
        request: &DeactivateMFADeviceRequest,
    ) -> Result<((), Revision), Refusal> {
        self.change_at(|snapshot| {
            let owner = owner_of(snapshot, caller, request.user_name.as_deref())?;
            let device = find_of(snapshot, caller, &owner, &request.serial_number)?;
            Ok((vec![put(MfaDevice { enabled: None, ..device.clone() })], ()))
        })
        .await
    }

    pub(crate) fn list_mfa_devices(
        &self,
        caller: &Caller,
        request: &ListMFADevicesRequest,
    ) -> Result<ListMFADevicesResponse, Refusal> {
        let snapshot = self.catalog.current();
        let owner = owner_of(&snapshot, caller, request.user_name.as_deref())?;
        let devices = snapshot.mfa_devices_of(&caller.account, &owner);
        let list = List::new(caller, &["ListMFADevices", &shapes::owner_name(&owner)]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let page = Page::cut(devices.filter_map(shape), |device| device.serial_number.clone(), list, paging)?;
        Ok(ListMFADevicesResponse {
            mfa_devices: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }

    pub(crate) fn get_mfa_device(
        &self,
        caller: &Caller,
        request: &GetMFADeviceRequest,
    ) -> Result<GetMFADeviceResponse, Refusal> {
        let snapshot = self.catalog.current();
        let owner = owner_of(&snapshot, caller, request.user_name.as_deref())?;
        let device = find_of(&snapshot, caller, &owner, &request.serial_number)?;
        Ok(GetMFADeviceResponse {
            user_name: Some(shapes::owner_name(&owner)),
            serial_number: device.serial.clone(),
            enable_date: device.enabled.as_ref().map(|enabled| enabled.since.into()),
            // What FIDO devices have.
            certifications: None,
        })
    }

    fn synchronize(
        &self,
        device: &MfaDevice,
        codes: [Code; 2],
        used_step: Option<u64>,
    ) -> Result<Synchronized, Refusal> {
        let seed = device.open_seed(&self.master).map_err(|error| Refusal::Internal(Box::new(error)))?;
        let found = Seed::from_bytes(seed.expose()).synchronize(codes, self.clock.now(), used_step);
        found.ok_or(Refusal::CodesWrong)
    }
}

fn owner_of(snapshot: &Snapshot, caller: &Caller, user_name: Option<&str>) -> Result<Owner, Refusal> {
    match user_name {
        Some(name) => named_owner(snapshot, caller, name),
        None => owner(snapshot, caller, None),
    }
}

/// Finds a device that is somebody's.
fn find_of<'a>(
    snapshot: &'a Snapshot,
    caller: &Caller,
    owner: &Owner,
    serial: &str,
) -> Result<&'a MfaDevice, Refusal> {
    let device = find(snapshot, caller.account, serial)?;
    if device.is_of(owner) { Ok(device) } else { Err(Refusal::DeviceNotOfUser) }
}

fn codes(first: &str, second: &str) -> Result<[Code; 2], Refusal> {
    match (Code::parse(first), Code::parse(second)) {
        (Some(first), Some(second)) => Ok([first, second]),
        _ => Err(Refusal::CodesWrong),
    }
}

fn put(device: MfaDevice) -> Change {
    Change::PutMfaDevice(Box::new(device))
}

fn shape(device: &MfaDevice) -> Option<Shape> {
    let enabled = device.enabled.as_ref()?;
    Some(Shape {
        user_name: shapes::owner_name(&enabled.owner),
        serial_number: device.serial.clone(),
        enable_date: enabled.since.into(),
    })
}
