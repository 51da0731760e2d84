//! CreateVirtualMFADevice, ListVirtualMFADevices, DeleteVirtualMFADevice: the devices of an account, whosever they are.

use cairn_catalog::{Change, MfaDevice, Snapshot};
use cairn_event::AccountId;
use cairn_signin::Seed;
use cairn_wire::Blob;
use cairn_wire::iam::{
    AssignmentStatusType, CreateVirtualMFADeviceRequest, CreateVirtualMFADeviceResponse,
    DeleteVirtualMFADeviceRequest, ListVirtualMFADevicesRequest, ListVirtualMFADevicesResponse,
    User as UserShape, VirtualMFADevice as Shape,
};

use crate::page::{List, Page, Paging};
use crate::users::{ROOT_PATH, root};
use crate::{Caller, Iam, Refusal, qr_code, quota, shapes, tags};

impl Iam {
    /// Makes a device for nobody yet. Its seed stands in the answer, as text and as a picture, and nowhere else in
    /// the clear.
    pub(crate) async fn create_virtual_mfa_device(
        &self,
        caller: &Caller,
        request: &CreateVirtualMFADeviceRequest,
    ) -> Result<CreateVirtualMFADeviceResponse, Refusal> {
        let tags = tags::checked(request.tags.as_deref().unwrap_or_default())?;
        let (account, name) = (caller.account, &request.virtual_mfa_device_name);
        let path = request.path.as_deref().unwrap_or(ROOT_PATH);
        let serial = format!("arn:aws:iam::{account}:mfa{path}{name}");
        // No action takes a longer one: such a device could be neither enabled nor deleted.
        if serial.len() > SERIAL_BYTES_MAX {
            return Err(Refusal::DeviceSerialLong);
        }
        let seed = Seed::new(&*self.ids);
        let sealed = self.master.seal(MfaDevice::secret_name(&serial), seed.expose(), |to| self.ids.fill(to));
        let device = MfaDevice {
            serial,
            account,
            name: name.clone(),
            path: path.to_owned(),
            seed: sealed.map_err(|error| Refusal::Internal(Box::new(error)))?,
            created: self.clock.now(),
            enabled: None,
            tags,
        };
        self.change(|snapshot| {
            let mut others = snapshot.mfa_devices(&account);
            if others.any(|other| other.serial.eq_ignore_ascii_case(&device.serial)) {
                return Err(Refusal::DeviceExists);
            }
            quota::MFA_DEVICES.admit(snapshot.mfa_devices(&account).count() + 1)?;
            let address = address(snapshot, &device, &seed);
            let made = Shape {
                serial_number: device.serial.clone(),
                base32_string_seed: Some(Blob(seed.to_base32().into_bytes())),
                qr_code_png: Some(Blob(qr_code::png(&address).ok_or(Refusal::DeviceNameLong)?)),
                tags: tags::shapes(&device.tags),
                ..Shape::default()
            };
            let answer = CreateVirtualMFADeviceResponse { virtual_mfa_device: made };
            Ok((vec![Change::PutMfaDevice(Box::new(device.clone()))], answer))
        })
        .await
    }

    pub(crate) fn list_virtual_mfa_devices(
        &self,
        caller: &Caller,
        request: &ListVirtualMFADevicesRequest,
    ) -> Result<ListVirtualMFADevicesResponse, Refusal> {
        let snapshot = self.catalog.current();
        let status = request.assignment_status.unwrap_or(AssignmentStatusType::Any);
        let wanted = |device: &&MfaDevice| match status {
            AssignmentStatusType::Assigned => device.enabled.is_some(),
            AssignmentStatusType::Unassigned => device.enabled.is_none(),
            AssignmentStatusType::Any => true,
        };
        let devices = snapshot.mfa_devices(&caller.account).filter(wanted);
        let list = List::new(caller, &["ListVirtualMFADevices", status.as_str()]);
        let paging = Paging { marker: request.marker.as_deref(), max_items: request.max_items };
        let page = Page::cut(devices, |device| device.serial.clone(), list, paging)?;
        let page = page.map(|device| listed(&snapshot, device));
        Ok(ListVirtualMFADevicesResponse {
            virtual_mfa_devices: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }

    pub(crate) async fn delete_virtual_mfa_device(
        &self,
        caller: &Caller,
        request: &DeleteVirtualMFADeviceRequest,
    ) -> Result<(), Refusal> {
        self.change(|snapshot| {
            let device = find(snapshot, caller.account, &request.serial_number)?;
            if device.enabled.is_some() {
                return Err(Refusal::DeviceInUse);
            }
            Ok((vec![Change::DeleteMfaDevice { serial: device.serial.clone() }], ()))
        })
        .await
    }
}

pub(crate) fn find<'a>(
    snapshot: &'a Snapshot,
    account: AccountId,
    serial: &str,
) -> Result<&'a MfaDevice, Refusal> {
    let found = snapshot.mfa_device(serial).filter(|device| device.account == account);
    found.ok_or_else(|| Refusal::DeviceMissing(serial.to_owned()))
}

/// Returns the address that an authenticator reads from the picture, as AWS words it.
fn address(snapshot: &Snapshot, device: &MfaDevice, seed: &Seed) -> String {
    let account = snapshot.account(&device.account).and_then(|account| account.alias.clone());
    let account = account.unwrap_or_else(|| device.account.to_string());
    let label = format!("{}@{account}", device.name);
    let label = percent_encoding::utf8_percent_encode(&label, percent_encoding::NON_ALPHANUMERIC);
    format!("otpauth://totp/{label}?secret={}&issuer=Cairn", seed.to_base32())
}

fn listed(snapshot: &Snapshot, device: &MfaDevice) -> Shape {
    let enabled = device.enabled.as_ref();
    Shape {
        serial_number: device.serial.clone(),
        user: enabled.and_then(|enabled| user(snapshot, device.account, &enabled.owner)),
        enable_date: enabled.map(|enabled| enabled.since.into()),
        ..Shape::default()
    }
}

fn user(snapshot: &Snapshot, account: AccountId, owner: &cairn_catalog::Owner) -> Option<UserShape> {
    match owner {
        cairn_catalog::Owner::Root => Some(root(snapshot, account)),
        cairn_catalog::Owner::User(name) => snapshot.user(&account, name).map(shapes::listed_user),
    }
}

/// The longest serial number that a request may name.
const SERIAL_BYTES_MAX: usize = 256;
