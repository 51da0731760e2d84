//! Virtual MFA devices: what they may be called.

use serde_json::json;

use crate::world::{World, form};

/// What stands before a device's path and name.
const ARN_CHARS: usize = "arn:aws:iam::123456789012:mfa".len();

#[tokio::test]
async fn a_device_is_made_only_if_its_serial_number_can_be_named() {
    let world = World::new().await;
    let made = |chars: usize| {
        let path = format!("/{}/", "p".repeat(chars - ARN_CHARS - "//phone".len()));
        form(&json!({"VirtualMFADeviceName": "phone", "Path": path}))
    };
    let answer = world.call("CreateVirtualMFADevice", &made(256)).await.unwrap();
    let serial = answer["VirtualMFADevice"]["SerialNumber"].as_str().unwrap();
    assert_eq!(serial.len(), 256);
    world.call("DeleteVirtualMFADevice", &form(&json!({"SerialNumber": serial}))).await.unwrap();
    let (code, message) = world.call("CreateVirtualMFADevice", &made(257)).await.unwrap_err();
    assert_eq!(code, "ValidationError");
    assert!(message.contains("256 characters"), "{message}");
    let listed = world.call("ListVirtualMFADevices", &[]).await.unwrap();
    assert_eq!(listed["VirtualMFADevices"], json!([]));
}
