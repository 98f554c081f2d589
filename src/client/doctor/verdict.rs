//! What is checked and what can come of it: a closed list, each with its state and its sentence.
//!
//! Sentences are named by their keys; who shows them words them in the language of the moment. A key
//! without `doctor.` is the code that programs read.

use crate::domain::ServerId;
use crate::net::protocol::Goodbye;

/// What is checked, in the order in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Which networks this computer is in.
    Interfaces,
    /// Whether questions to everybody can be sent.
    MulticastOut,
    /// Whether they are heard.
    MulticastIn,
    /// Which servers announce themselves.
    Servers,
    /// Whether the server's port answers.
    Port,
    /// Whether the server has the key that is known of it.
    Key,
    /// Whether both speak the same version.
    Version,
    /// How far its clock is from this one.
    Clock,
    /// How long an answer takes.
    Latency,
    /// Which firewall is here, and how it is opened.
    Firewall,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// As it shall be.
    Fine,
    /// It works, with something that a person should know.
    Warning,
    /// This is what stands in the way.
    Failed,
    /// There was nothing to check, or no time.
    NotChecked,
}

/// A check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub check: Check,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a check. Lists of interfaces and addresses are words already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There was nothing to check: a step before it failed, or there is no server.
    Skipped,
    /// It did not end in time.
    Late,
    /// This computer is in these networks.
    Networks(String),
    /// Only in networks of virtual machines, containers or tunnels.
    OnlyVirtual(String),
    /// Only with addresses that it gave itself: no router answered.
    SelfAssigned(String),
    /// In no network.
    NoNetwork,
    /// In no network, which the chosen server on this computer does not need.
    OnlyItself,
    /// The system did not say.
    NetworksUnknown(String),
    /// Questions to everybody leave on these interfaces.
    Sent(String),
    /// They leave on some.
    SentPartly {
        /// On these.
        on: String,
        /// Not on these, and why.
        failed: String,
    },
    /// They leave nowhere.
    NotSent(String),
    /// Other computers are heard.
    HeardOthers,
    /// At least this computer's own question is heard.
    HeardSelf,
    /// Nothing is heard.
    Deaf,
    /// The port of mDNS cannot be opened.
    PortTaken(String),
    /// These servers announce themselves.
    ServersFound(String),
    /// None does, and none was chosen.
    NoServers,
    /// None does; the chosen one has an address.
    NoServersHere,
    /// The search could not begin.
    SearchFailed(String),
    /// The port answers at this address.
    Open(String),
    /// The computer is there and nothing listens.
    Refused(String),
    /// No answer.
    TimedOut(String),
    /// No way leads there.
    NoRoute(String),
    /// The name has no address.
    NameUnknown(String),
    /// This computer forbids the program to connect.
    Denied(String),
    /// Something else.
    Unreached(String),
    /// The known key was proven.
    Proven(ServerId),
    /// A key was proven that nothing is known about.
    FirstMet(ServerId),
    /// Another key than the known one.
    KeyChanged {
        /// The known one.
        expected: ServerId,
        /// The one it proved.
        offered: ServerId,
    },
    /// Another key than the one that a link or an announcement speaks of.
    KeyOther {
        /// That one.
        expected: ServerId,
        /// The one it proved.
        offered: ServerId,
    },
    /// A web server, a proxy or the sign-in page of a network answers.
    Http,
    /// Something encrypted that is not MyChat.
    OtherTls,
    /// Something else.
    OtherProtocol,
    /// The port opens and says nothing.
    Mute,
    /// It hangs up at once.
    HungUp,
    /// Both speak the same version.
    Speaks(String),
    /// This program is too old.
    ClientOld,
    /// The server is.
    ServerOld(String),
    /// The server says goodbye.
    SaidGoodbye(Goodbye),
    /// It does not speak frames.
    Garbled,
    /// Both clocks say the same.
    ClockSame,
    /// The server's clock is ahead of this one by so many seconds.
    ClockAhead(u64),
    /// It is behind.
    ClockBehind(u64),
    /// The server does not tell the time.
    ClockUntold,
    /// An answer takes so many milliseconds.
    Quick(u64),
    /// The same, which is long.
    Slow(u64),
    /// No firewall was seen.
    NoFirewall,
    /// One is here, and nothing speaks of its being in the way.
    FirewallHere {
        /// Its name.
        name: String,
        /// What opens the ports.
        command: String,
    },
    /// One is here, and what else was found speaks of it.
    FirewallSuspected {
        /// Its name.
        name: String,
        /// What opens the ports.
        command: String,
    },
}

impl Check {
    /// All, as they are shown.
    pub const ALL: [Check; 10] = [
        Check::Interfaces,
        Check::MulticastOut,
        Check::MulticastIn,
        Check::Servers,
        Check::Port,
        Check::Key,
        Check::Version,
        Check::Clock,
        Check::Latency,
        Check::Firewall,
    ];

    /// The key of its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Check::Interfaces => "doctor.interfaces",
            Check::MulticastOut => "doctor.multicast_out",
            Check::MulticastIn => "doctor.multicast_in",
            Check::Servers => "doctor.servers",
            Check::Port => "doctor.port",
            Check::Key => "doctor.key",
            Check::Version => "doctor.version",
            Check::Clock => "doctor.clock",
            Check::Latency => "doctor.latency",
            Check::Firewall => "doctor.firewall",
        }
    }

    /// Its name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        without_prefix(self.title())
    }
}

impl State {
    /// Its name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            State::Fine => "fine",
            State::Warning => "warning",
            State::Failed => "failed",
            State::NotChecked => "not_checked",
        }
    }
}

impl Verdict {
    /// How the check ended.
    #[must_use]
    pub fn state(&self) -> State {
        self.entry().0
    }

    /// The key of the sentence that says what was seen; with `.fix` behind it, of what to do.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        self.entry().1
    }

    /// Its name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        without_prefix(self.sentence())
    }

    /// What stands in the places of the sentences. A goodbye is worded by who shows it.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Verdict::Networks(list)
            | Verdict::OnlyVirtual(list)
            | Verdict::SelfAssigned(list)
            | Verdict::Sent(list)
            | Verdict::NotSent(list)
            | Verdict::ServersFound(list) => vec![("list", list.clone())],
            Verdict::SentPartly { on, failed } => {
                vec![("list", on.clone()), ("failed", failed.clone())]
            }
            Verdict::Open(address)
            | Verdict::Refused(address)
            | Verdict::TimedOut(address)
            | Verdict::NoRoute(address)
            | Verdict::NameUnknown(address)
            | Verdict::Denied(address) => vec![("address", address.clone())],
            Verdict::NetworksUnknown(reason)
            | Verdict::PortTaken(reason)
            | Verdict::SearchFailed(reason)
            | Verdict::Unreached(reason) => vec![("reason", reason.clone())],
            Verdict::SaidGoodbye(goodbye) => vec![("reason", goodbye.code().to_owned())],
            Verdict::Proven(id) | Verdict::FirstMet(id) => vec![("key", id.fingerprint())],
            Verdict::KeyChanged { expected, offered } | Verdict::KeyOther { expected, offered } => {
                vec![("key", offered.fingerprint()), ("known", expected.fingerprint())]
            }
            Verdict::Speaks(program) | Verdict::ServerOld(program) => {
                vec![("program", program.clone())]
            }
            Verdict::ClockAhead(n)
            | Verdict::ClockBehind(n)
            | Verdict::Quick(n)
            | Verdict::Slow(n) => vec![("n", n.to_string())],
            Verdict::FirewallHere { name, command }
            | Verdict::FirewallSuspected { name, command } => {
                vec![("name", name.clone()), ("command", command.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// Whether it is what a firewall in the way looks like.
    pub(super) fn speaks_of_firewall(&self) -> bool {
        matches!(
            self,
            Verdict::NotSent(_)
                | Verdict::Deaf
                | Verdict::NoServers
                | Verdict::TimedOut(_)
                | Verdict::Denied(_)
        )
    }

    fn entry(&self) -> (State, &'static str) {
        use State::{Failed, Fine, NotChecked, Warning};
        match self {
            Verdict::Skipped => (NotChecked, "doctor.skipped"),
            Verdict::Late => (NotChecked, "doctor.late"),
            Verdict::Networks(_) => (Fine, "doctor.interfaces.fine"),
            Verdict::OnlyVirtual(_) => (Warning, "doctor.interfaces.virtual"),
            Verdict::SelfAssigned(_) => (Warning, "doctor.interfaces.self_assigned"),
            Verdict::NoNetwork => (Failed, "doctor.interfaces.none"),
            Verdict::OnlyItself => (Warning, "doctor.interfaces.itself"),
            Verdict::NetworksUnknown(_) => (Warning, "doctor.interfaces.unknown"),
            Verdict::Sent(_) => (Fine, "doctor.multicast_out.fine"),
            Verdict::SentPartly { .. } => (Warning, "doctor.multicast_out.partly"),
            Verdict::NotSent(_) => (Failed, "doctor.multicast_out.none"),
            Verdict::HeardOthers => (Fine, "doctor.multicast_in.others"),
            Verdict::HeardSelf => (Fine, "doctor.multicast_in.self"),
            Verdict::Deaf => (Failed, "doctor.multicast_in.deaf"),
            Verdict::PortTaken(_) => (Failed, "doctor.multicast_in.taken"),
            Verdict::ServersFound(_) => (Fine, "doctor.servers.fine"),
            Verdict::NoServers => (Failed, "doctor.servers.none"),
            Verdict::NoServersHere => (Warning, "doctor.servers.elsewhere"),
            Verdict::SearchFailed(_) => (Failed, "doctor.servers.failed"),
            Verdict::Open(_) => (Fine, "doctor.port.fine"),
            Verdict::Refused(_) => (Failed, "doctor.port.refused"),
            Verdict::TimedOut(_) => (Failed, "doctor.port.timed_out"),
            Verdict::NoRoute(_) => (Failed, "doctor.port.no_route"),
            Verdict::NameUnknown(_) => (Failed, "doctor.port.name_unknown"),
            Verdict::Denied(_) => (Failed, "doctor.port.denied"),
            Verdict::Unreached(_) => (Failed, "doctor.port.other"),
            Verdict::Proven(_) => (Fine, "doctor.key.fine"),
            Verdict::FirstMet(_) => (Fine, "doctor.key.first"),
            Verdict::KeyChanged { .. } => (Failed, "doctor.key.changed"),
            Verdict::KeyOther { .. } => (Failed, "doctor.key.another"),
            Verdict::Http => (Failed, "doctor.key.http"),
            Verdict::OtherTls => (Failed, "doctor.key.other_tls"),
            Verdict::OtherProtocol => (Failed, "doctor.key.other"),
            Verdict::Mute => (Failed, "doctor.key.mute"),
            Verdict::HungUp => (Failed, "doctor.key.hung_up"),
            Verdict::Speaks(_) => (Fine, "doctor.version.fine"),
            Verdict::ClientOld => (Failed, "doctor.version.client_old"),
            Verdict::ServerOld(_) => (Failed, "doctor.version.server_old"),
            Verdict::SaidGoodbye(_) => (Failed, "doctor.version.goodbye"),
            Verdict::Garbled => (Failed, "doctor.version.garbled"),
            Verdict::ClockSame => (Fine, "doctor.clock.fine"),
            Verdict::ClockAhead(_) => (Warning, "doctor.clock.ahead"),
            Verdict::ClockBehind(_) => (Warning, "doctor.clock.behind"),
            Verdict::ClockUntold => (NotChecked, "doctor.clock.untold"),
            Verdict::Quick(_) => (Fine, "doctor.latency.fine"),
            Verdict::Slow(_) => (Warning, "doctor.latency.slow"),
            Verdict::NoFirewall => (Fine, "doctor.firewall.fine"),
            Verdict::FirewallHere { .. } => (Fine, "doctor.firewall.here"),
            Verdict::FirewallSuspected { .. } => (Warning, "doctor.firewall.suspected"),
        }
    }
}

fn without_prefix(key: &'static str) -> &'static str {
    key.strip_prefix("doctor.").unwrap_or(key)
}

/// One verdict of each kind, for those who word them.
#[cfg(test)]
#[must_use]
pub fn samples() -> Vec<Verdict> {
    let text = || "x".to_owned();
    let (expected, offered) = (ServerId([1; 32]), ServerId([2; 32]));
    let (name, command) = (text(), text());
    vec![
        Verdict::Skipped,
        Verdict::Late,
        Verdict::Networks(text()),
        Verdict::OnlyVirtual(text()),
        Verdict::SelfAssigned(text()),
        Verdict::NoNetwork,
        Verdict::OnlyItself,
        Verdict::NetworksUnknown(text()),
        Verdict::Sent(text()),
        Verdict::SentPartly { on: text(), failed: text() },
        Verdict::NotSent(text()),
        Verdict::HeardOthers,
        Verdict::HeardSelf,
        Verdict::Deaf,
        Verdict::PortTaken(text()),
        Verdict::ServersFound(text()),
        Verdict::NoServers,
        Verdict::NoServersHere,
        Verdict::SearchFailed(text()),
        Verdict::Open(text()),
        Verdict::Refused(text()),
        Verdict::TimedOut(text()),
        Verdict::NoRoute(text()),
        Verdict::NameUnknown(text()),
        Verdict::Denied(text()),
        Verdict::Unreached(text()),
        Verdict::Proven(expected),
        Verdict::FirstMet(offered),
        Verdict::KeyChanged { expected, offered },
        Verdict::KeyOther { expected, offered },
        Verdict::Http,
        Verdict::OtherTls,
        Verdict::OtherProtocol,
        Verdict::Mute,
        Verdict::HungUp,
        Verdict::Speaks(text()),
        Verdict::ClientOld,
        Verdict::ServerOld(text()),
        Verdict::SaidGoodbye(Goodbye::Banned),
        Verdict::Garbled,
        Verdict::ClockSame,
        Verdict::ClockAhead(7),
        Verdict::ClockBehind(7),
        Verdict::ClockUntold,
        Verdict::Quick(7),
        Verdict::Slow(7),
        Verdict::NoFirewall,
        Verdict::FirewallHere { name: name.clone(), command: command.clone() },
        Verdict::FirewallSuspected { name, command },
    ]
}
