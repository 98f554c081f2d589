//! Property: servers are found on a LAN, and only there, whatever the LAN does and whoever lies on
//! it; a known server stays usable, and nobody else gets what belongs to it.
//!
//! The LANs are network namespaces with bridges between them; the programs in them are the real
//! one, avahi's, and parts of this file's own. They need root and some tools: without, the tests say
//! that they were skipped, and why. `MYCHAT_NET_FLOOD` is how many packets the flood has (100,000).
#![cfg(test)]
#![cfg(target_os = "linux")]

mod attacks;
mod avahi;
mod found;
mod lan;
mod networks;
mod packets;
mod parts;
mod programs;
