//! What was asked for here and takes the server long; one at a time.

/// Which task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// A backup.
    Backup,
    /// A backup takes the place of what is damaged.
    Restore,
}

#[cfg(test)]
mod tests {
    use super::super::choices::Choices;
    use super::super::model::tuned::backup_row;
    use super::super::model::{Effect, End, Model, Msg, Order, Report, update};
    use super::super::refused;
    use crate::net::verb::NotDone;
    use crate::server::admin::BackupError;

    fn running() -> Model {
        let mut model = Model::new(Choices::default(), "d".into());
        update(&mut model, Msg::Report(Report::Attached { foreign: false }));
        model
    }

    #[test]
    fn a_backup_is_asked_for_once_and_what_came_of_it_is_said() {
        let mut model = Model::new(Choices::default(), "d".into());
        assert!(update(&mut model, Msg::Backup).is_empty(), "nothing runs yet");
        let mut model = running();
        let order = |order| vec![Effect::Order(order)];
        assert_eq!(update(&mut model, Msg::Backup), order(Order::Backup));
        assert!(update(&mut model, Msg::Backup).is_empty());
        let came = |made| Msg::Report(Report::BackedUp(made));
        assert_eq!(update(&mut model, came(Ok(backup_row(7)))), order(Order::Poll));
        assert_eq!(update(&mut model, Msg::Backup), order(Order::Backup));
        let busy = NotDone::from(&BackupError::Busy);
        let said = update(&mut model, came(Err(busy.clone())));
        let [Effect::Trouble(words), Effect::Order(Order::Poll)] = &said[..] else {
            panic!("{said:?}");
        };
        assert!(words.contains(&refused::words(model.language(), &busy)), "{words}");
        update(&mut model, Msg::Backup);
        update(&mut model, Msg::Report(Report::Ended(End::Closed)));
        assert_eq!(model.task, None, "it ended with the server");
    }
}
