//! Any bytes as any frame: reading never panics, and what was read is written and read back the
//! same.

#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use mychat::net::codec::{from_bytes, to_bytes};
use mychat::net::control::{ControlReply, ControlRequest};
use mychat::net::protocol::{ClientFrame, ServerFrame};
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|input: &[u8]| {
    round_trip::<ClientFrame>(input);
    round_trip::<ServerFrame>(input);
    round_trip::<ControlRequest>(input);
    round_trip::<ControlReply>(input);
});

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(input: &[u8]) {
    if let Ok(value) = from_bytes::<T>(input) {
        let bytes = to_bytes(&value).expect("what was read can be written");
        assert_eq!(from_bytes::<T>(&bytes).expect("what was written can be read"), value);
    }
}
