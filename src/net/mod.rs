//! Bytes and frames between two programs. Knows no rules and no tables.
//!
//! * [`protocol`] is everything that can arrive, as closed enums.
//! * [`control`] is the same for a server's own console and admin tool.
//! * [`codec`] turns a frame into named `MessagePack` and back.
//! * [`frame`] cuts a stream of bytes into frames.
//! * [`link`] reads and writes frames on a stream, with deadlines.
//! * [`tls`] makes and checks the server's key.
//! * [`opaque`] proves a password without telling it.
//! * [`parcel`] is the link of one file.
//! * [`address`] reads what people type: `host:port` and invite links.
//! * [`dial`] turns an address into a connection.
//! * [`discovery`] announces and finds servers on the LAN.

pub mod address;
pub mod codec;
pub mod control;
pub mod dial;
pub mod discovery;
pub mod frame;
mod keyfile;
pub mod link;
mod not_done;
pub mod opaque;
pub mod parcel;
pub mod protocol;
mod refusal;
pub mod tls;
pub mod verb;
