//! What can be done with a file, in words and icons.

use crate::ui::app::files::rows::{Choice, Key, Row};
use crate::ui::paint::Icon;
use crate::ui::text::tr;
use crate::ui::widgets::{MenuEntry, MenuItem, MenuPlace, open_menu};

/// The menu of a row; calls back with what was chosen.
pub fn open(place: MenuPlace, row: &Row, mut chosen: impl FnMut(Key, Choice) + 'static) {
    let (mut entries, mut choices): (Vec<MenuEntry>, Vec<Option<Choice>>) = Default::default();
    let (gentle, hard): (Vec<Choice>, Vec<Choice>) =
        row.menu.iter().partition(|choice| !is_hard(**choice));
    for (at, group) in [gentle, hard].into_iter().filter(|group| !group.is_empty()).enumerate() {
        if at > 0 {
            entries.push(MenuEntry::Separator);
            choices.push(None);
        }
        for choice in group {
            let keys = if row.removal() == Some(choice) { "Del" } else { "" };
            let item = MenuItem::new(tr(words(choice))).icon(icon(choice)).shortcut(keys);
            entries.push(if takes_away(choice) { item.danger() } else { item }.into());
            choices.push(Some(choice));
        }
    }
    let key = row.key;
    open_menu(place, entries, move |picked| {
        if let Some(choice) = picked.and_then(|index| choices.get(index).copied()).flatten() {
            chosen(key, choice);
        }
    });
}

/// Those that stand behind a line.
fn is_hard(choice: Choice) -> bool {
    matches!(choice, Choice::GiveUp | Choice::Forget | Choice::Decline | Choice::TakeBack)
}

/// Those after which something is gone.
fn takes_away(choice: Choice) -> bool {
    matches!(choice, Choice::GiveUp | Choice::Decline | Choice::TakeBack)
}

fn words(choice: Choice) -> &'static str {
    match choice {
        Choice::Open => "file.open",
        Choice::Folder => "file.open_folder",
        Choice::Fetch => "file.receive",
        Choice::SaveAs => "file.save_as",
        Choice::Pause => "file.pause",
        Choice::Resume => "file.resume",
        Choice::Retry => "common.retry",
        Choice::GiveUp => "file.cancel",
        Choice::Decline => "file.decline",
        Choice::TakeBack => "files.take_back",
        Choice::Show => "files.show",
        Choice::Forget => "files.forget",
    }
}

/// What a button says when the pointer rests on it, with the key that does the same.
pub fn tip(choice: Choice) -> String {
    let key = match choice {
        Choice::Pause | Choice::Resume | Choice::Retry => "files.key.space",
        Choice::GiveUp => "files.key.delete",
        Choice::Fetch => "files.key.enter",
        _ => return tr(words(choice)).to_owned(),
    };
    crate::ui::text::tr_with(key, &[("what", tr(words(choice)))])
}

/// What stands for it.
pub fn icon(choice: Choice) -> Icon {
    match choice {
        Choice::Open => Icon::File,
        Choice::Folder => Icon::Folder,
        Choice::Fetch => Icon::Download,
        Choice::SaveAs => Icon::Export,
        Choice::Pause => Icon::Pause,
        Choice::Resume => Icon::Play,
        Choice::Retry => Icon::Retry,
        Choice::GiveUp | Choice::Decline => Icon::Close,
        Choice::TakeBack => Icon::Undo,
        Choice::Show => Icon::Chat,
        Choice::Forget => Icon::Trash,
    }
}
