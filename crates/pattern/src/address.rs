//! Addresses and blocks of them.

use std::net::IpAddr;

/// A block of addresses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    network: IpAddr,
    bits: u32,
}

impl Block {
    /// Reads `ADDRESS/BITS`; bits of the address beyond the mask do not count.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let network = address_of(address)?;
        let bits_max = if network.is_ipv4() { 32 } else { 128 };
        let plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = bits.parse().ok().filter(|bits| plain && *bits <= bits_max)?;
        Some(Self { network, bits })
    }

    pub(crate) fn contains(self, text: &str) -> bool {
        match (self.network, address_of(text)) {
            (IpAddr::V4(network), Some(IpAddr::V4(address))) => {
                let apart = u32::from(network) ^ u32::from(address);
                apart.checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), Some(IpAddr::V6(address))) => {
                let apart = u128::from(network) ^ u128::from(address);
                apart.checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Reads an address as patterns know it: an IPv6 address is written without dots.
pub(crate) fn address_of(text: &str) -> Option<IpAddr> {
    if text.contains(':') && text.contains('.') {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Block;

    #[test]
    fn blocks_contain_their_addresses() {
        for (block, address, expected) in [
            ("10.0.0.0/24", "10.0.0.255", true),
            ("10.0.0.0/24", "10.0.1.0", false),
            ("10.0.0.77/24", "10.0.0.1", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("203.0.113.9/32", "203.0.113.9", true),
            ("203.0.113.9/32", "203.0.113.8", false),
            ("10.0.0.0/8", "cloudtrail.amazonaws.com", false),
            ("10.0.0.0/8", "::1", false),
            ("2001:db8::/32", "2001:DB8:0::5", true),
            ("2001:db8::/32", "2001:db9::5", false),
            ("::/0", "2001:db9::5", true),
        ] {
            assert_eq!(Block::parse(block).unwrap().contains(address), expected, "{block} {address}");
        }
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0/8",
            "::/129",
            "a/8",
            "10.0.0.0/",
        ] {
            assert!(Block::parse(text).is_none(), "{text}");
        }
    }
}
