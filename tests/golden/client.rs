//! The table of everything that a client says.

use super::*;
use mychat::domain::game::Play;

table!(client_frames, frame, ClientFrame {
    "client.hello", ClientFrame::Hello(_) => ClientFrame::Hello(Hello {
        version: 1,
        features: vec!["rooms".into()],
        client: "mychat 0.1.0 linux".into(),
        has_token: true,
    });
    "client.auth.register_start", ClientFrame::Auth { auth: Auth::RegisterStart { .. }, .. } =>
        auth(Auth::RegisterStart {
            nickname: "青柠".into(),
            code: Some("K7".into()),
            request: bytes(1, 32),
        });
    "client.auth.register_finish", ClientFrame::Auth { auth: Auth::RegisterFinish { .. }, .. } =>
        auth(Auth::RegisterFinish {
            record: bytes(2, 192),
            stretch: Stretch::STRONG,
            avatar: 5,
            device: DEVICE,
            device_name: "宿舍的电脑".into(),
        });
    "client.auth.sign_in_start", ClientFrame::Auth { auth: Auth::SignInStart { .. }, .. } =>
        auth(Auth::SignInStart { login: "10001".into(), request: bytes(3, 96) });
    "client.auth.sign_in_finish", ClientFrame::Auth { auth: Auth::SignInFinish { .. }, .. } =>
        auth(Auth::SignInFinish {
            finalization: bytes(4, 64),
            device: DEVICE,
            device_name: "laptop".into(),
            presence: Some(Presence::Invisible),
        });
    "client.auth.recover_start", ClientFrame::Auth { auth: Auth::RecoverStart { .. }, .. } =>
        auth(Auth::RecoverStart {
            login: "10001".into(),
            code: bytes(9, 16),
            request: bytes(1, 32),
        });
    "client.auth.recover_finish", ClientFrame::Auth { auth: Auth::RecoverFinish { .. }, .. } =>
        auth(Auth::RecoverFinish {
            record: bytes(2, 192),
            stretch: Stretch::STRONG,
            device: DEVICE,
            device_name: "laptop".into(),
        });
    "client.auth.prove_start", ClientFrame::Auth { auth: Auth::ProveStart { .. }, .. } =>
        auth(Auth::ProveStart { request: bytes(3, 96) });
    "client.auth.prove_finish", ClientFrame::Auth { auth: Auth::ProveFinish { .. }, .. } =>
        auth(Auth::ProveFinish { finalization: bytes(4, 64) });
    "client.auth.change_start", ClientFrame::Auth { auth: Auth::ChangeStart { .. }, .. } =>
        auth(Auth::ChangeStart { request: bytes(1, 32) });
    "client.auth.change_finish", ClientFrame::Auth { auth: Auth::ChangeFinish { .. }, .. } =>
        auth(Auth::ChangeFinish { record: bytes(2, 192), stretch: Stretch::STRONG });
    "client.auth.delete", ClientFrame::Auth { auth: Auth::Delete {}, .. } => auth(Auth::Delete {});
    "client.auth.token", ClientFrame::Auth { auth: Auth::Token { .. }, .. } =>
        auth(Auth::Token { account: LIME, device: DEVICE, token: bytes(5, 32), presence: None });
    "client.command.recall", ClientFrame::Command { command: Command::Recall { .. }, .. } =>
        command(Command::Recall { to: Target::Account(PLUM), seq: Seq(7) });
    "client.command.send", ClientFrame::Command { command: Command::Send { .. }, .. } =>
        command(Command::Send { to: Target::Account(PLUM), nonce: NONCE, body: text() });
    "client.command.mark_read", ClientFrame::Command { command: Command::MarkRead { .. }, .. } =>
        command(Command::MarkRead { conversation: CHAT, seq: Seq(7) });
    "client.command.mark_delivered",
    ClientFrame::Command { command: Command::MarkDelivered { .. }, .. } =>
        command(Command::MarkDelivered { conversation: CHAT, seq: Seq(7) });
    "client.command.sign_out", ClientFrame::Command { command: Command::SignOut {}, .. } =>
        command(Command::SignOut {});
    "client.command.revoke", ClientFrame::Command { command: Command::Revoke { .. }, .. } =>
        command(Command::Revoke { device: DEVICE });
    "client.command.revoke_others",
    ClientFrame::Command { command: Command::RevokeOthers {}, .. } =>
        command(Command::RevokeOthers {});
    "client.command.set_profile", ClientFrame::Command { command: Command::SetProfile(_), .. } =>
        command(Command::SetProfile(people::profile_change()));
    "client.command.put_blob", ClientFrame::Command { command: Command::PutBlob { .. }, .. } =>
        command(Command::PutBlob { blob: people::BLOB, bytes_all: 9, offset: 6, part: vec![1, 2, 3] });
    "client.command.cancel_file",
    ClientFrame::Command { command: Command::CancelFile { .. }, .. } =>
        command(Command::CancelFile { file: files::FILE });
    "client.command.decline_file",
    ClientFrame::Command { command: Command::DeclineFile { .. }, .. } =>
        command(Command::DeclineFile { file: files::FILE });
    "client.command.took_file", ClientFrame::Command { command: Command::TookFile { .. }, .. } =>
        command(Command::TookFile { file: files::FILE });
    "client.command.answer_game",
    ClientFrame::Command { command: Command::AnswerGame { .. }, .. } =>
        command(Command::AnswerGame { game: games::GAME, accept: true });
    "client.command.play", ClientFrame::Command { command: Command::Play { .. }, .. } =>
        command(Command::Play { game: games::GAME, play: Play::Move { from: 25, to: 22 } });
    "client.command.ask_contact",
    ClientFrame::Command { command: Command::AskContact { .. }, .. } =>
        command(Command::AskContact {
            to: PLUM,
            greeting: "我是青柠".into(),
            group: GroupId(2),
            remark: "同桌".into(),
        });
    "client.command.withdraw_request",
    ClientFrame::Command { command: Command::WithdrawRequest { .. }, .. } =>
        command(Command::WithdrawRequest { to: PLUM });
    "client.command.answer_contact",
    ClientFrame::Command { command: Command::AnswerContact { .. }, .. } =>
        command(Command::AnswerContact {
            from: PLUM,
            answer: ContactAnswer::Decline { reason: "?".into() },
        });
    "client.command.clear_requests",
    ClientFrame::Command { command: Command::ClearRequests {}, .. } =>
        command(Command::ClearRequests {});
    "client.command.set_contact",
    ClientFrame::Command { command: Command::SetContact { .. }, .. } =>
        command(Command::SetContact { account: PLUM, change: people::contact_change() });
    "client.command.remove_contact",
    ClientFrame::Command { command: Command::RemoveContact { .. }, .. } =>
        command(Command::RemoveContact { account: PLUM });
    "client.command.add_group", ClientFrame::Command { command: Command::AddGroup { .. }, .. } =>
        command(Command::AddGroup { name: "同班同学".into() });
    "client.command.rename_group",
    ClientFrame::Command { command: Command::RenameGroup { .. }, .. } =>
        command(Command::RenameGroup { group: GroupId(2), name: "老师".into() });
    "client.command.remove_group",
    ClientFrame::Command { command: Command::RemoveGroup { .. }, .. } =>
        command(Command::RemoveGroup { group: GroupId(2) });
    "client.command.order_groups",
    ClientFrame::Command { command: Command::OrderGroups { .. }, .. } =>
        command(Command::OrderGroups { groups: vec![GroupId(2), GroupId::FIRST] });
    "client.command.set_privacy", ClientFrame::Command { command: Command::SetPrivacy(_), .. } =>
        command(Command::SetPrivacy(people::privacy()));
    "client.command.set_conversation",
    ClientFrame::Command { command: Command::SetConversation { .. }, .. } =>
        command(Command::SetConversation { with: rooms::HALL, change: rooms::choice_change() });
    "client.command.create_room",
    ClientFrame::Command { command: Command::CreateRoom { .. }, .. } =>
        command(Command::CreateRoom {
            name: "软工 2401".into(),
            joining: Joining::Open,
            invite: vec![PLUM],
            colour: Some(3),
        });
    "client.command.join_room", ClientFrame::Command { command: Command::JoinRoom { .. }, .. } =>
        command(Command::JoinRoom { room: rooms::ROOM, greeting: "我是青柠".into() });
    "client.command.withdraw_join",
    ClientFrame::Command { command: Command::WithdrawJoin { .. }, .. } =>
        command(Command::WithdrawJoin { room: rooms::ROOM });
    "client.command.answer_join",
    ClientFrame::Command { command: Command::AnswerJoin { .. }, .. } =>
        command(Command::AnswerJoin {
            room: rooms::ROOM,
            account: PLUM,
            accept: false,
            reason: "?".into(),
        });
    "client.command.invite_to_room",
    ClientFrame::Command { command: Command::InviteToRoom { .. }, .. } =>
        command(Command::InviteToRoom { room: rooms::ROOM, account: PLUM });
    "client.command.answer_invitation",
    ClientFrame::Command { command: Command::AnswerInvitation { .. }, .. } =>
        command(Command::AnswerInvitation { room: rooms::ROOM, accept: true });
    "client.command.leave_room",
    ClientFrame::Command { command: Command::LeaveRoom { .. }, .. } =>
        command(Command::LeaveRoom { room: rooms::ROOM });
    "client.command.dissolve_room",
    ClientFrame::Command { command: Command::DissolveRoom { .. }, .. } =>
        command(Command::DissolveRoom { room: rooms::ROOM });
    "client.command.set_room", ClientFrame::Command { command: Command::SetRoom { .. }, .. } =>
        command(Command::SetRoom { room: rooms::ROOM, change: rooms::settings() });
    "client.command.set_member",
    ClientFrame::Command { command: Command::SetMember { .. }, .. } =>
        command(Command::SetMember {
            room: rooms::ROOM,
            account: PLUM,
            change: rooms::member_change(),
        });
    "client.command.kick", ClientFrame::Command { command: Command::Kick { .. }, .. } =>
        command(Command::Kick { room: rooms::ROOM, account: PLUM });
    "client.query.heads", ClientFrame::Query { query: Query::Heads { .. }, .. } =>
        query(Query::Heads { after: ConversationId(0) });
    "client.query.history", ClientFrame::Query { query: Query::History { .. }, .. } =>
        query(Query::History { conversation: CHAT, page: Page::After(Seq(200)), limit: 100 });
    "client.query.conversation", ClientFrame::Query { query: Query::Conversation { .. }, .. } =>
        query(Query::Conversation { with: Target::Lobby });
    "client.query.people", ClientFrame::Query { query: Query::People { .. }, .. } =>
        query(Query::People { accounts: vec![LIME, PLUM] });
    "client.query.online", ClientFrame::Query { query: Query::Online { .. }, .. } =>
        query(Query::Online { after: AccountId(0) });
    "client.query.profile", ClientFrame::Query { query: Query::Profile { .. }, .. } =>
        query(Query::Profile { account: PLUM });
    "client.query.find", ClientFrame::Query { query: Query::Find { .. }, .. } =>
        query(Query::Find { text: "蘑菇".into(), online: true, skip: 50 });
    "client.query.devices", ClientFrame::Query { query: Query::Devices {}, .. } =>
        query(Query::Devices {});
    "client.query.contacts", ClientFrame::Query { query: Query::Contacts { .. }, .. } =>
        query(Query::Contacts { after: PLUM });
    "client.query.requests", ClientFrame::Query { query: Query::Requests { .. }, .. } =>
        query(Query::Requests { after: Some((PLUM, Way::Out)) });
    "client.query.files", ClientFrame::Query { query: Query::Files { .. }, .. } =>
        query(Query::Files { conversation: CHAT, seqs: vec![Seq(7), Seq(9)] });
    "client.query.file_list", ClientFrame::Query { query: Query::FileList { .. }, .. } =>
        query(Query::FileList { conversation: CHAT, text: "报告".into(), before: Some(Seq(7)) });
    "client.query.ticket", ClientFrame::Query { query: Query::Ticket { .. }, .. } =>
        query(Query::Ticket { file: files::FILE, way: FileWay::Down });
    "client.query.games", ClientFrame::Query { query: Query::Games { .. }, .. } =>
        query(Query::Games { conversation: CHAT, seqs: vec![Seq(7), Seq(9)] });
    "client.query.game_log", ClientFrame::Query { query: Query::GameLog { .. }, .. } =>
        query(Query::GameLog { game: games::GAME, after: 40 });
    "client.query.own_games", ClientFrame::Query { query: Query::OwnGames { .. }, .. } =>
        query(Query::OwnGames { before: Some((AT, games::GAME)) });
    "client.query.scores", ClientFrame::Query { query: Query::Scores { .. }, .. } =>
        query(Query::Scores { after: PLUM });
    "client.query.quota", ClientFrame::Query { query: Query::Quota {}, .. } =>
        query(Query::Quota {});
    "client.query.blob", ClientFrame::Query { query: Query::Blob { .. }, .. } =>
        query(Query::Blob { blob: people::BLOB, offset: 32_768 });
    "client.query.choices", ClientFrame::Query { query: Query::Choices { .. }, .. } =>
        query(Query::Choices { after: Some(Target::Lobby) });
    "client.query.rooms", ClientFrame::Query { query: Query::Rooms { .. }, .. } =>
        query(Query::Rooms { after: rooms::ROOM });
    "client.query.room_requests", ClientFrame::Query { query: Query::RoomRequests { .. }, .. } =>
        query(Query::RoomRequests { after: Some((rooms::ROOM, PLUM, Door::Asks)) });
    "client.query.room", ClientFrame::Query { query: Query::Room { .. }, .. } =>
        query(Query::Room { room: rooms::ROOM });
    "client.query.members", ClientFrame::Query { query: Query::Members { .. }, .. } =>
        query(Query::Members { room: rooms::ROOM, after: PLUM });
    "client.query.announcements",
    ClientFrame::Query { query: Query::Announcements { .. }, .. } =>
        query(Query::Announcements { room: rooms::ROOM, skip: 20 });
    "client.query.find_rooms", ClientFrame::Query { query: Query::FindRooms { .. }, .. } =>
        query(Query::FindRooms { text: "软工".into(), skip: 50 });
    "client.query.search", ClientFrame::Query { query: Query::Search { .. }, .. } =>
        query(Query::Search {
            text: "作业".into(),
            with: Some(rooms::HALL),
            from: Some(PLUM),
            kind: Some(Sort::Link),
            since: Some(AT),
            until: Some(AT + 1),
            before: Some(PLACE),
            limit: 50,
        });
    "client.query.days", ClientFrame::Query { query: Query::Days { .. }, .. } =>
        query(Query::Days { with: Target::Lobby, starts: vec![i64::MIN, AT] });
    "client.query.read_by", ClientFrame::Query { query: Query::ReadBy { .. }, .. } =>
        query(Query::ReadBy { room: rooms::ROOM, seq: Seq(7) });
    "client.signal.watch", ClientFrame::Signal(Signal::Watch { .. }) =>
        ClientFrame::Signal(Signal::Watch { accounts: vec![LIME, PLUM] });
    "client.signal.presence", ClientFrame::Signal(Signal::Presence(_)) =>
        ClientFrame::Signal(Signal::Presence(Presence::Away));
    "client.signal.typing", ClientFrame::Signal(Signal::Typing { .. }) =>
        ClientFrame::Signal(Signal::Typing { to: Target::Account(PLUM) });
    "client.ping", ClientFrame::Ping { .. } => ClientFrame::Ping { id: u64::MAX };
    "client.bye", ClientFrame::Bye {} => ClientFrame::Bye {};
});

/// The table of this file.
pub const TABLES: [fn(&mut Folder); 1] = [client_frames];
