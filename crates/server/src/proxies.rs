//! Proxies in front of the server, whose word counts for who stands behind them.

use std::net::IpAddr;

use crate::head::Head;

/// The most networks.
const NETWORKS_MAX: usize = 64;
/// The most addresses of `X-Forwarded-For` that are looked at.
const HOPS_MAX: usize = 32;

/// The networks that trusted proxies are in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

impl Proxies {
    /// Reads comma-separated addresses and networks; nothing when one is neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let each = text.split(',').map(str::trim).filter(|one| !one.is_empty());
        let networks: Vec<Network> = each.map(network).collect::<Option<_>>()?;
        (networks.len() <= NETWORKS_MAX).then_some(Self(networks))
    }

    /// Tells whether an address is one of a trusted proxy.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.holds(address))
    }

    /// Returns the client's address: the last in `X-Forwarded-For` that is not a trusted proxy's, where the peer
    /// itself is one.
    pub(crate) fn client(&self, peer: IpAddr, head: &Head) -> IpAddr {
        if self.0.is_empty() || !self.trusts(peer) {
            return peer;
        }
        let lines = head.headers.iter().rev().filter(|(name, _)| name == "x-forwarded-for");
        let hops =
            lines.filter_map(|(_, value)| std::str::from_utf8(value).ok()).flat_map(|line| line.rsplit(','));
        let mut client = peer;
        for hop in hops.take(HOPS_MAX) {
            // What can't be read ends what can be believed.
            let Some(address) = address(hop.trim()) else { return client };
            client = address;
            if !self.trusts(address) {
                return client;
            }
        }
        client
    }
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        let bits = u32::from(self.bits);
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn network(text: &str) -> Option<Network> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= most)?,
        None => most,
    };
    Some(Network { address, bits })
}

/// Reads an address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.parse().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    bare.or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(trusted: &str, peer: &str, forwarded: &[&str], expected: &str) {
        let headers = forwarded.iter().map(|value| ("x-forwarded-for".to_owned(), value.as_bytes().to_vec()));
        let head = Head {
            method: String::new(),
            path: String::new(),
            query: String::new(),
            headers: headers.collect(),
            session: None,
        };
        let found = Proxies::parse(trusted).unwrap().client(peer.parse().unwrap(), &head);
        assert_eq!(found.to_string(), expected, "{trusted} {peer} {forwarded:?}");
    }

    #[test]
    fn only_trusted_proxies_name_the_client() {
        check("", "10.0.0.1", &["1.2.3.4"], "10.0.0.1");
        check("10.0.0.0/8", "11.0.0.1", &["1.2.3.4"], "11.0.0.1");
        check("10.0.0.0/8", "10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.0/8", "10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.9.9.9"], "1.2.3.4");
        check("10.0.0.0/8", "10.0.0.1", &["6.6.6.6", "1.2.3.4:99"], "1.2.3.4");
        check("10.0.0.0/8", "10.0.0.1", &["1.2.3.4, nonsense"], "10.0.0.1");
        check("10.0.0.0/8,::1", "::1", &["2001:db8::1"], "2001:db8::1");
        check("10.0.0.0/8", "::ffff:10.0.0.1", &["1.2.3.4"], "1.2.3.4");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["10.0.0.0/33", "10.0.0", "::/129", "a", "10.0.0.0/x"] {
            assert_eq!(Proxies::parse(text), None, "{text}");
        }
        assert_eq!(Proxies::parse(" 10.0.0.1 , ").map(|proxies| proxies.0.len()), Some(1));
    }
}
