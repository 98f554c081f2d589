//! Games in the windows, all but their boards: how each stands, what is done with it, who won against whom.
//! [`look`] words a game for its card, [`invite`] is the window of an invitation to a board game, [`lobby`]
//! that of all games, whose [`rows`] say who can be played with; [`proof`] is why dice are fair, `turn` what
//! waits for the person.

pub mod invite;
pub mod lobby;
pub mod look;
pub mod proof;
pub mod rows;
mod turn;

use std::collections::{BTreeMap, BTreeSet};

use super::{Asked, Effect, Model};
use crate::client::api::GameView;
use crate::client::{Answer, Failure, Intent};
use crate::domain::game::{
    GameId, GameKind, GameName, GameOffer, GameSheet, GameState, Hand, Score, TimeLimit,
};
use crate::domain::{AccountId, Body, Message, Seq, Target};
use crate::game::{Game, Table as Played};
use crate::net::protocol::{Command, Query, Reason, Reply};
use crate::ui::app::writing::Notice;
use crate::ui::transcript::game::GameDeed;

/// Games of one chat that are watched, the newest ones: more than a person scrolls through at once.
const WATCHED_IN_CHAT: usize = 100;
/// The same of a chat that is not shown, while the window of all games lists open invitations.
const WATCHED_UNSEEN: usize = 5;
/// Own games that the window of all games lists; older ones stand in their conversations.
const OWN_MAX: usize = 200;
/// What can be done with a card stands for so long before it can be pressed: the second press of a double
/// click is not meant for what came below the pointer.
pub(super) const GUARD_MS: u64 = 600;

/// What is known of games.
#[derive(Debug, Default)]
pub struct Plays {
    views: BTreeMap<GameId, GameView>,
    scores: BTreeMap<(GameName, AccountId), Score>,
    watched: Vec<GameId>,
    /// The games whose boards are open: their moves are told.
    pub boards: BTreeSet<GameId>,
    /// Those whose moves are to be looked at as soon as they are here.
    pub(super) replays: BTreeSet<GameId>,
    /// Games that ended until then were known when this began.
    losses_since: Option<i64>,
    /// When what can be done with a game changed.
    turned: BTreeMap<GameId, u64>,
    /// The card that was pressed last, and when.
    pressed: Option<(GameId, u64)>,
    /// The hand that was chosen here in a round, until both are shown.
    chosen: BTreeMap<GameId, (u32, Hand)>,
    /// The administrator has switched games off, as far as this link knows.
    pub(super) is_off: bool,
    /// The second that countdowns were last drawn at.
    second: u64,
    /// The window of all games, while it is open.
    pub lobby: Option<lobby::Lobby>,
    /// An invitation that is made up, while its window is open.
    pub invitation: Option<invite::Invitation>,
    /// The dice that are proven, while that window is open.
    pub proof: Option<GameId>,
    /// Changes whenever anything of it may have changed.
    pub version: u64,
}

/// Something about games.
#[derive(Debug, Clone, Copy)]
pub enum PlayMsg {
    /// Do this with the game of a message.
    Deed(Target, Seq, GameDeed),
    /// Invite to a game without a board.
    Offer(Target, GameKind),
    /// In the window of an invitation.
    Invitation(invite::InvitationMsg),
    /// In the window of all games.
    Lobby(lobby::LobbyMsg),
    /// The window of the proof goes.
    CloseProof,
}

/// What the windows of games are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayEffect {
    /// Bring the window of all games to the front.
    RaiseLobby,
    /// Bring the window of the invitation to the front.
    RaiseInvitation,
    /// Bring the window of the proof to the front.
    RaiseProof,
}

/// What was asked about games.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// The scores behind somebody's.
    Scores(AccountId),
    /// An invitation; to another game after which one.
    Invite(Target, Option<Seq>),
    /// A page of own games, behind so many.
    OwnGames(usize),
    /// Something in this game.
    Deed,
}

impl Plays {
    /// Nothing of what is known holds any more; the window of all games stands.
    pub(super) fn begin_anew(&mut self) {
        let Plays { lobby, version, .. } = std::mem::take(self);
        *self = Plays { lobby, version: version + 1, ..Plays::default() };
    }

    /// What is known of a game.
    #[must_use]
    pub fn view(&self, id: GameId) -> Option<&GameView> {
        self.views.get(&id)
    }

    /// How one's games against somebody ended.
    #[must_use]
    pub fn score(&self, game: GameName, other: AccountId) -> Score {
        self.scores.get(&(game, other)).copied().unwrap_or_default()
    }

    /// For so long an invitation is still open.
    #[must_use]
    pub fn left_ms(&self, id: GameId, now_ms: u64) -> Option<u64> {
        let view = self.view(id).filter(|view| view.sheet.state == GameState::Open)?;
        let passed = now_ms.saturating_sub(crate::clock::millis(view.at));
        Some(view.sheet.open_ms?.saturating_sub(passed))
    }

    /// Open invitations to play once more after a game.
    pub fn rematches_of(&self, game: GameId) -> impl Iterator<Item = &GameSheet> {
        self.sheets().filter(move |sheet| {
            sheet.state == GameState::Open
                && sheet.offer.again == Some(game.seq)
                && sheet.game.conversation == game.conversation
        })
    }

    fn sheets(&self) -> impl Iterator<Item = &GameSheet> {
        self.views.values().map(|view| &view.sheet)
    }
}

/// A game as its log has it; nothing where the log is not here.
#[must_use]
pub fn replayed(view: &GameView) -> Option<Game> {
    if view.sheet.log as usize != view.log.len() {
        return None;
    }
    let mut game = Game::new(view.sheet.offer.kind, view.sheet.offer.limit, 0);
    view.log.iter().for_each(|entry| game.take(&entry.fact, entry.t));
    Some(game)
}

/// The game that a message invites to.
fn game_of(message: &Message) -> GameId {
    GameId { conversation: message.conversation, seq: message.seq }
}

fn is_game(message: &Message) -> bool {
    matches!(message.body, Body::Game(_))
}

/// An invitation to a game without a board.
fn plain(kind: GameKind) -> GameOffer {
    let limit = TimeLimit::default();
    GameOffer { kind, limit, begins: crate::domain::game::Begins::Drawn, again: None }
}

impl Model {
    pub(super) fn play_msg(&mut self, msg: PlayMsg, out: &mut Vec<Effect>) {
        match msg {
            PlayMsg::Deed(target, seq, deed) => {
                if let Some(id) = self.game_at(target, seq).filter(|id| self.may_press_game(*id)) {
                    self.play.pressed = Some((id, self.now.mono_ms));
                    self.game_deed(target, id, deed, out);
                }
            }
            PlayMsg::Offer(target, kind) => self.invite_to(target, plain(kind), out),
            PlayMsg::Invitation(msg) => self.invitation_msg(msg, out),
            PlayMsg::Lobby(msg) => self.lobby_msg(msg, out),
            PlayMsg::CloseProof => self.play.proof = None,
        }
        self.play.version += 1;
    }

    fn game_at(&self, target: Target, seq: Seq) -> Option<GameId> {
        let conversation = self.chats.get(target)?.state?.conversation;
        Some(GameId { conversation, seq })
    }

    /// Whether the buttons of a card stand long enough to have been meant.
    fn may_press_game(&self, id: GameId) -> bool {
        let is_fresh = |at: u64| self.now.mono_ms < at + GUARD_MS;
        let turned = self.play.turned.get(&id).copied();
        let pressed = self.play.pressed.filter(|(one, _)| *one == id);
        !turned.is_some_and(is_fresh) && !pressed.is_some_and(|(_, at)| is_fresh(at))
    }

    pub(super) fn game_deed(
        &mut self,
        target: Target,
        game: GameId,
        deed: GameDeed,
        out: &mut Vec<Effect>,
    ) {
        match deed {
            GameDeed::Accept => self.answer_game(game, true, out),
            GameDeed::Decline | GameDeed::Withdraw => self.answer_game(game, false, out),
            GameDeed::Board => self.show_board(game, out),
            GameDeed::Replay => self.show_replay(game, out),
            GameDeed::Choose(hand) => self.choose_hand(game, hand, out),
            GameDeed::Proof => {
                self.play.proof = Some(game);
                out.push(Effect::Play(PlayEffect::RaiseProof));
            }
            GameDeed::Again => {
                let offer = self.play.view(game).map(|view| view.sheet.offer);
                if let Some(offer) = offer {
                    self.invite_to(target, GameOffer { again: None, ..offer }, out);
                }
            }
        }
    }

    pub(super) fn answer_game(&mut self, game: GameId, accept: bool, out: &mut Vec<Effect>) {
        let command = Command::AnswerGame { game, accept };
        let ask = |ticket| Intent::Do { ticket, command };
        self.ask(Asked::Play(Asking::Deed), ask, out);
    }

    fn choose_hand(&mut self, game: GameId, hand: Hand, out: &mut Vec<Effect>) {
        let Some(Played::Hands(hands)) = self.table_of(game) else { return };
        self.play.chosen.insert(game, (hands.round(), hand));
        let ask = |ticket| Intent::ChooseHand { ticket, game, hand };
        self.ask(Asked::Play(Asking::Deed), ask, out);
    }

    /// What lies on the table of a game.
    fn table_of(&self, id: GameId) -> Option<Played> {
        Some(replayed(self.play.view(id)?)?.table().clone())
    }

    /// Invites, where there is a link: an invitation that waits for one is of no use.
    pub(super) fn invite_to(&mut self, to: Target, offer: GameOffer, out: &mut Vec<Effect>) {
        if !self.link.is_up() {
            self.again_not_sent(to, offer.again);
            return out.push(Effect::Trouble("game.offline"));
        }
        let body = Body::Game(offer);
        let ask = |ticket| Intent::Send { ticket, to, body, nonce: None };
        self.ask(Asked::Play(Asking::Invite(to, offer.again)), ask, out);
    }

    pub(super) fn play_answered(
        &mut self,
        asking: Asking,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        match (asking, result) {
            (Asking::Scores(after), Ok(Answer::Looked(Reply::Scores { scores, more }))) => {
                self.scores_came(after, scores, more, out);
            }
            (Asking::OwnGames(known), Ok(Answer::Looked(Reply::OwnGames { games, next }))) => {
                self.own_games_came(known + games.len(), games, next, out);
            }
            (Asking::Invite(target, _), Ok(Answer::Sent(message))) => {
                self.chats.at(target).take(message);
            }
            (Asking::Invite(target, before), Err(why)) => {
                self.again_not_sent(target, before);
                self.learn_of_games(&why);
                let is_open = self.chats.get(target).is_some_and(|chat| chat.open);
                if is_open {
                    self.notice(target, Notice::Failure(why));
                } else {
                    out.push(Effect::Say(why));
                }
            }
            (Asking::Deed, Err(why)) => {
                self.learn_of_games(&why);
                out.push(Effect::Say(why));
            }
            (Asking::Scores(_) | Asking::OwnGames(_), _)
            | (Asking::Invite(..) | Asking::Deed, Ok(_)) => {}
        }
    }

    /// Games are off: the window of all games says so until one is heard of, or the next sign-in.
    fn learn_of_games(&mut self, why: &Failure) {
        if matches!(why, Failure::Refused(refusal) if refusal.reason == Reason::GamesOff) {
            self.play.is_off = true;
            self.play.version += 1;
        }
    }

    /// Another sign-in: what has changed meanwhile is asked for.
    pub(super) fn games_again(&mut self, out: &mut Vec<Effect>) {
        self.play.is_off = false;
        self.ask_scores(AccountId(0), out);
        if self.play.lobby.is_some() {
            self.ask_own_games(0, None, out);
        }
    }

    /// Own games before a place, behind so many that came already.
    fn ask_own_games(
        &mut self,
        known: usize,
        before: Option<(i64, GameId)>,
        out: &mut Vec<Effect>,
    ) {
        let query = Query::OwnGames { before };
        let ask = |ticket| Intent::Look { ticket, query };
        self.ask(Asked::Play(Asking::OwnGames(known)), ask, out);
    }

    fn own_games_came(
        &mut self,
        known: usize,
        games: Vec<GameSheet>,
        next: Option<(i64, GameId)>,
        out: &mut Vec<Effect>,
    ) {
        let at = std::time::Duration::from_millis(self.now.mono_ms);
        // How the others stand is told as it changes.
        for sheet in games.into_iter().filter(|sheet| matches!(sheet.state, GameState::Over(_))) {
            let view = GameView { sheet, log: Vec::new(), t: 0, at };
            self.play.views.entry(view.sheet.game).or_insert(view);
        }
        self.play.version += 1;
        if next.is_some() && known < OWN_MAX && self.play.lobby.is_some() {
            self.ask_own_games(known, next, out);
        }
    }

    fn ask_scores(&mut self, after: AccountId, out: &mut Vec<Effect>) {
        let query = Query::Scores { after };
        let ask = |ticket| Intent::Look { ticket, query };
        self.ask(Asked::Play(Asking::Scores(after)), ask, out);
    }

    fn scores_came(
        &mut self,
        after: AccountId,
        scores: Vec<(AccountId, GameName, Score)>,
        more: bool,
        out: &mut Vec<Effect>,
    ) {
        if after == AccountId(0) {
            self.play.scores.clear();
        }
        let last = scores.last().map(|(account, ..)| *account);
        let by_game = scores.into_iter().map(|(account, game, score)| ((game, account), score));
        self.play.scores.extend(by_game);
        self.play.version += 1;
        self.boards_tick();
        if let Some(last) = last.filter(|last| more && *last > after) {
            self.ask_scores(last, out);
        }
    }

    /// A game stands otherwise.
    pub(super) fn game_came(&mut self, view: GameView, out: &mut Vec<Effect>) {
        let id = view.sheet.game;
        let me = self.my_account();
        let is_mine = me.is_some_and(|me| view.sheet.side_of(me).is_some());
        let before = self.play.views.get(&id).map(|view| &view.sheet);
        let was = before.map(|sheet| sheet.state);
        let has_turned =
            before.is_some_and(|before| deeds_of(before, me) != deeds_of(&view.sheet, me));
        let now = view.sheet.state;
        if has_turned {
            self.play.turned.insert(id, self.now.mono_ms);
        }
        if now == GameState::Open {
            self.play.is_off = false;
        }
        if !matches!(now, GameState::Open | GameState::Running) {
            self.play.chosen.remove(&id);
        }
        let has_board = view.sheet.offer.kind.name().has_board();
        let sheet = view.sheet.clone();
        let is_turn_new = self.is_turn_new(&sheet);
        self.play.views.insert(id, view);
        if is_turn_new {
            self.tell_turn(id, out);
        }
        self.board_before_follows(&sheet);
        self.play.version += 1;
        if let Some(target) = self.chats.of_conversation(id.conversation) {
            self.chats.at(target);
        }
        self.board_follows(id, out);
        match (was, now) {
            // It begins, or one comes back to it: its clock runs.
            (None | Some(GameState::Open), GameState::Running) if is_mine && has_board => {
                self.show_board(id, out);
            }
            (Some(GameState::Running), GameState::Over(_)) if is_mine => {
                self.ask_scores(AccountId(0), out);
            }
            _ => {}
        }
        if is_mine && has_board {
            self.tell_loss(&sheet, was, out);
        }
    }

    /// Tells the client which games are shown, when these are others than before; countdowns go on.
    pub(super) fn plays_tick(&mut self, out: &mut Vec<Effect>) {
        self.watch_games(out);
        let second = self.now.mono_ms / 1_000;
        if std::mem::replace(&mut self.play.second, second) == second {
            return;
        }
        let counts_down = |sheet: &&GameSheet| match sheet.state {
            GameState::Open => true,
            GameState::Running => matches!(sheet.offer.kind, GameKind::Hands { .. }),
            _ => false,
        };
        let logs: BTreeSet<_> =
            self.play.sheets().filter(counts_down).map(|sheet| sheet.game.conversation).collect();
        for conversation in logs {
            self.play.version += 1;
            if let Some(target) = self.chats.of_conversation(conversation) {
                self.chats.at(target);
            }
        }
    }

    fn watch_games(&mut self, out: &mut Vec<Effect>) {
        let mut cards: BTreeSet<GameId> = BTreeSet::new();
        let unseen = if self.play.lobby.is_some() { WATCHED_UNSEEN } else { 0 };
        for (_, chat) in self.chats.iter() {
            let games = chat.messages.values().rev().filter(|one| is_game(one));
            let count = if chat.open { WATCHED_IN_CHAT } else { unseen };
            cards.extend(games.take(count).map(game_of));
        }
        let boards = &self.play.boards;
        if cards.union(boards).eq(self.play.watched.iter()) {
            return;
        }
        self.play.watched = cards.union(boards).copied().collect();
        let me = self.my_account();
        let Plays { views, turned, boards, .. } = &mut self.play;
        views.retain(|id, view| {
            cards.contains(id)
                || boards.contains(id)
                || me.is_some_and(|me| is_own(me, &view.sheet))
        });
        turned.retain(|id, _| views.contains_key(id));
        let (cards, boards) = (cards.into_iter().collect(), boards.iter().copied().collect());
        out.push(Effect::Ask(Intent::WatchGames { cards, boards }));
    }
}

/// What can be done with a game, as far as it changes below the pointer.
fn deeds_of(sheet: &GameSheet, me: Option<AccountId>) -> (u8, bool) {
    let state = match sheet.state {
        GameState::Open => 0,
        GameState::Running => 1,
        _ => 2,
    };
    let side = me.and_then(|me| sheet.side_of(me));
    (state, side.is_some_and(|side| sheet.to_act[side.index()]))
}

/// Whether a game is told without being watched.
fn is_own(me: AccountId, sheet: &GameSheet) -> bool {
    use crate::domain::ConversationKind::Direct;
    sheet.inviter == me || sheet.side_of(me).is_some() || matches!(sheet.place, Direct { .. })
}
