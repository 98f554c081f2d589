//! MyChat: a campus chat whose server, desktop client, console and tools are one executable.
//!
//! Modules in reading order:
//!
//! * [`domain`] is what we talk about: ids, accounts, conversations, messages. Data only.
//! * [`game`] is the rules of games: pure, for the referee and for the board alike.
//! * [`clock`] is the one place that reads clocks.
//! * [`limits`] holds every bound, with the reason for its value and what happens at it.
//! * [`net`] carries frames between two programs and knows no rules.
//! * [`store`] keeps what must survive: the only folder that sees redb.
//! * [`server`] is the ring: session, writer, hub, session.
//! * [`client`] is one person's side of it: a handle for intents, a stream of events.
//! * [`ui`] draws windows: the only folder that sees fltk.
//! * [`args`] reads the command line.

pub mod args;
pub mod client;
pub mod clock;
pub mod domain;
pub mod game;
pub mod limits;
pub mod net;
pub mod server;
pub mod store;
pub mod ui;
