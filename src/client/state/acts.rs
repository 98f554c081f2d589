//! What people and networks do in the model world, by chance.

use std::time::Duration;

use super::world::World;
use crate::client::api::Intent;
use crate::domain::{AccountId, Body, GroupId, Message, Seq, Target};
use crate::net::protocol::Command;

impl World {
    pub fn random_act(&mut self) {
        let index = usize::try_from(self.chance.below(self.clients.len() as u64)).unwrap();
        match self.chance.below(100) {
            0..60 => {
                let people = self.clients.len() as u64;
                let to = match self.chance.below(people + 1) {
                    0 => Target::Lobby,
                    n => Target::Account(AccountId(10_000 + n)),
                };
                self.speak(index, to);
            }
            60..70 => self.cut(index),
            70..73 => {
                if let Some(wire) = self.clients[index].link {
                    self.holes.insert(wire);
                }
            }
            73..78 => self.kill(index),
            78..82 if self.up => self.stop_server(),
            78..86 => self.up = true,
            86..90 => {
                if let Some(wire) = self.clients[index].link {
                    let wait = Duration::from_millis(self.chance.below(3_000));
                    self.server.refusing.insert(wire, self.now + wait);
                }
            }
            90..93 => {
                let ticket = self.ticket();
                let name = self.chance.nonce().to_string();
                let other = self.chance.below(self.clients.len() as u64);
                let command = match self.chance.below(2) {
                    0 => Command::AddGroup { name },
                    _ => Command::AskContact {
                        to: AccountId(10_001 + other),
                        greeting: name,
                        group: GroupId::FIRST,
                        remark: String::new(),
                    },
                };
                self.intent(index, Intent::Do { ticket, command });
            }
            93..96 => {
                let ticket = self.ticket();
                let seq = Seq(self.chance.below(40));
                let with = Target::Lobby;
                self.intent(index, Intent::MarkRead { ticket, with, seq });
            }
            96..98 => self.recall_last(index),
            _ => self.intent(index, Intent::ReconnectNow),
        }
    }

    /// Takes the newest message of its own back, in a log by chance.
    pub fn recall_last(&mut self, index: usize) {
        let me = self.clients[index].account;
        let number = usize::try_from(self.chance.below(self.server.logs.len() as u64)).unwrap();
        let log = self.server.logs.values().nth(number);
        let own = |message: &&Message| message.from == me && message.body.is_said();
        let last = log.and_then(|(_, log)| log.iter().rev().find(own));
        let place = last.and_then(|last| Some((last.kind.target_for(me)?, last.seq)));
        if let Some((to, seq)) = place {
            let (ticket, command) = (self.ticket(), Command::Recall { to, seq });
            self.intent(index, Intent::Do { ticket, command });
        }
    }

    pub fn speak(&mut self, index: usize, to: Target) {
        let ticket = self.ticket();
        let nonce = self.chance.nonce();
        let body = Body::text(nonce.to_string());
        self.intent(index, Intent::Send { ticket, to, body, nonce: Some(nonce) });
        let client = &mut self.clients[index];
        if client.pending.contains(&nonce) {
            client.said.push((to, nonce));
        }
    }
}
