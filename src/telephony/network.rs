//! Networks as people write them: "10.1.0.0/16", "2001:db8::/32", or a single address.

use std::net::IpAddr;

/// As PostgreSQL takes it, bits beyond the mask cleared: "10.1.2.3/16" is the network 10.1.0.0/16.
pub fn parse_network(text: &str) -> Option<String> {
    let text = text.trim();
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Ok(most), str::parse::<u32>).ok().filter(|length| *length <= most)?;
    let network = match address {
        IpAddr::V4(address) => {
            IpAddr::from((address.to_bits() & u32::MAX.checked_shl(32 - length).unwrap_or(0)).to_be_bytes())
        }
        IpAddr::V6(address) => {
            IpAddr::from((address.to_bits() & u128::MAX.checked_shl(128 - length).unwrap_or(0)).to_be_bytes())
        }
    };
    Some(format!("{network}/{length}"))
}
