//! Being away by itself: who does nothing for long is shown so, until the first touch.
//!
//! What the person chose is not changed by it. Whoever chose to be away, busy or invisible stays
//! that; what is shown by itself concerns this device only, and the server joins the devices.

use super::{Effect, Model};
use crate::domain::Presence;

impl Model {
    /// Nothing was pressed or moved on this computer for so long.
    pub(super) fn idle(&mut self, idle_ms: u64, out: &mut Vec<Effect>) {
        let Some(me) = &self.me else { return };
        let limit_ms = u64::from(self.settings.away_minutes) * 60_000;
        let is_idle = limit_ms > 0 && idle_ms >= limit_ms;
        match (self.away_by_itself, is_idle) {
            (false, true) if me.presence == Presence::Online => {
                self.show_presence(Presence::Away, out);
                self.away_by_itself = true;
            }
            (true, false) => {
                let back = match me.presence {
                    // Chosen meanwhile, on another device.
                    chosen @ (Presence::Busy | Presence::Invisible) => chosen,
                    Presence::Online | Presence::Away | Presence::Offline => Presence::Online,
                };
                self.show_presence(back, out);
                self.away_by_itself = false;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::client::{ClientEvent, Intent};
    use crate::domain::{AccountId, Presence};
    use crate::ui::app::panel::PanelMsg;
    use crate::ui::app::settings::SettingMsg;
    use crate::ui::app::testing::World;
    use crate::ui::app::{Effect, Msg};

    const MINUTE_MS: u64 = 60_000;

    fn idle(world: &mut World, ms: u64) -> Option<Presence> {
        let effects = world.send(Msg::Idle(ms));
        match effects[..] {
            [] => None,
            [Effect::Ask(Intent::SetPresence { presence, .. })] => Some(presence),
            _ => panic!("{effects:?}"),
        }
    }

    fn shown(world: &World) -> Presence {
        world.model.me.as_ref().unwrap().presence
    }

    #[test]
    fn away_after_ten_minutes_and_back_at_the_first_touch() {
        let mut world = World::signed_in();
        assert_eq!(idle(&mut world, 10 * MINUTE_MS - 1), None);
        assert_eq!(idle(&mut world, 10 * MINUTE_MS), Some(Presence::Away));
        assert_eq!(shown(&world), Presence::Away);
        assert_eq!(idle(&mut world, 11 * MINUTE_MS), None, "said once");
        assert_eq!(world.model.settings.presence, Presence::Online, "the choice is another matter");
        assert_eq!(idle(&mut world, 40), Some(Presence::Online));
        assert_eq!((shown(&world), idle(&mut world, 40)), (Presence::Online, None));
    }

    #[test]
    fn who_chose_something_stays_that() {
        for chosen in [Presence::Away, Presence::Busy, Presence::Invisible] {
            let mut world = World::signed_in();
            world.send(Msg::Panel(PanelMsg::Presence(chosen)));
            assert_eq!(idle(&mut world, 60 * MINUTE_MS), None);
            assert_eq!(idle(&mut world, 0), None);
            assert_eq!(shown(&world), chosen);
        }
    }

    #[test]
    fn a_choice_while_away_by_itself_holds() {
        for chosen in [Presence::Away, Presence::Busy, Presence::Online] {
            let mut world = World::signed_in();
            idle(&mut world, 10 * MINUTE_MS);
            world.send(Msg::Panel(PanelMsg::Presence(chosen)));
            assert_eq!(idle(&mut world, 0), None, "{chosen:?}");
            assert_eq!(shown(&world), chosen);
        }
    }

    #[test]
    fn what_another_device_chose_holds_too() {
        let mut world = World::signed_in();
        idle(&mut world, 10 * MINUTE_MS);
        let me = AccountId(10_001);
        world.event(ClientEvent::Presence(vec![(me, Presence::Busy)]));
        assert_eq!(idle(&mut world, 0), Some(Presence::Busy), "this device is not away any more");
        idle(&mut world, 0);
        let mut world = World::signed_in();
        idle(&mut world, 10 * MINUTE_MS);
        world.event(ClientEvent::Presence(vec![(me, Presence::Online)]));
        assert_eq!(idle(&mut world, 20 * MINUTE_MS), None, "somebody is at the other one");
        assert_eq!(idle(&mut world, 0), Some(Presence::Online));
    }

    #[test]
    fn another_time_or_none_can_be_chosen() {
        let mut world = World::signed_in();
        world.send(Msg::Setting(SettingMsg::Away(5)));
        assert_eq!(idle(&mut world, 5 * MINUTE_MS), Some(Presence::Away));
        world.send(Msg::Setting(SettingMsg::Away(0)));
        assert_eq!(idle(&mut world, 6 * MINUTE_MS), Some(Presence::Online), "switched off");
        assert_eq!(idle(&mut world, 600 * MINUTE_MS), None);
    }

    #[test]
    fn signed_out_nobody_is_away() {
        let mut world = World::new();
        assert_eq!(idle(&mut world, 60 * MINUTE_MS), None);
        let mut world = World::signed_in();
        idle(&mut world, 10 * MINUTE_MS);
        world.send(Msg::Panel(PanelMsg::SwitchAccount));
        assert_eq!(idle(&mut world, 0), None);
        assert_eq!(world.model.login.presence, Presence::Online);
    }
}
