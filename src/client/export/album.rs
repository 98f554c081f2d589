//! Pictures beside an exported page: how each of them is called, and which could not be had. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::domain::{BlobId, file_name};

/// What a picture without a name is called.
const NAMELESS: &str = "picture";

/// The pictures of one export.
#[derive(Debug)]
pub struct Album {
    /// Where they are written for now.
    folder: PathBuf,
    /// What that folder will be called.
    name: String,
    /// What they are called; nothing for those that cannot be had.
    known: BTreeMap<BlobId, Option<String>>,
    /// Names that are taken, in lower case: some disks know no other.
    taken: BTreeSet<String>,
}

/// The folder of a page's pictures, beside it.
pub fn folder_of(page: &Path) -> PathBuf {
    let stem = page.file_stem().unwrap_or_default().to_string_lossy();
    page.with_file_name(format!("{stem}_files"))
}

impl Album {
    /// Of a page, with a folder for now.
    pub fn new(page: &Path, folder: PathBuf) -> Album {
        let name = folder_of(page).file_name().unwrap_or_default().to_string_lossy().into_owned();
        Album { folder, name, known: BTreeMap::new(), taken: BTreeSet::new() }
    }

    /// Whether it is known what comes of a picture.
    pub fn knows(&self, picture: BlobId) -> bool {
        self.known.contains_key(&picture)
    }

    /// Takes a name that no other picture here has; gives the place for now.
    pub fn begin(&mut self, picture: BlobId, name: &str) -> PathBuf {
        let clean = file_name(name);
        let (stem, ending) = match clean.rsplit_once('.') {
            Some((stem, ending)) if is_picture(ending) => (stem, ending),
            // What it calls itself may be read as more than a picture.
            _ if clean.is_empty() => (NAMELESS, "png"),
            _ => (clean.as_str(), "png"),
        };
        let numbered = (1_u64..).map(|number| match number {
            1 => format!("{stem}.{ending}"),
            _ => format!("{stem} ({number}).{ending}"),
        });
        let is_free = |label: &String| !self.taken.contains(&label.to_lowercase());
        let label = numbered.into_iter().find(is_free).unwrap_or_default();
        self.taken.insert(label.to_lowercase());
        let place = self.folder.join(&label);
        self.known.insert(picture, Some(label));
        place
    }

    /// It cannot be had.
    pub fn miss(&mut self, picture: BlobId) {
        self.known.insert(picture, None);
    }

    /// How many pictures could not be had.
    pub fn missing(&self) -> u64 {
        self.known.values().filter(|label| label.is_none()).count() as u64
    }

    /// Where a page finds a picture: fit for an attribute.
    pub fn source(&self, picture: BlobId) -> Option<String> {
        let label = self.known.get(&picture)?.as_ref()?;
        let mut source = String::new();
        for (part, end) in [(&self.name, "/"), (label, "")] {
            for byte in part.bytes() {
                // Writing to a string does not fail.
                let _ok = match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                        source.write_char(char::from(byte))
                    }
                    _ => write!(source, "%{byte:02X}"),
                };
            }
            source.push_str(end);
        }
        Some(source)
    }
}

fn is_picture(ending: &str) -> bool {
    ["png", "jpg", "jpeg"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_clean_names_of_their_own_inside_the_folder() {
        let mut album = Album::new(Path::new("/pages/记录 1.html"), PathBuf::from("/tmp/x"));
        let names = [
            ("猫.png", "猫.png"),
            ("猫.PNG", "猫 (2).PNG"),
            ("../../etc/passwd", "passwd.png"),
            ("a.html", "a.html.png"),
            ("", "picture.png"),
            ("..", "picture (2).png"),
            ("C:\\x\\con.jpg", "_con.jpg"),
            ("<b>\"&.jpeg", "b&.jpeg"),
        ];
        for (number, (name, expected)) in (0_u8..).zip(names) {
            let place = album.begin(BlobId([number; 32]), name);
            assert_eq!(place, Path::new("/tmp/x").join(expected), "{name}");
        }
        let source = |number| album.source(BlobId([number; 32]));
        let folder = "%E8%AE%B0%E5%BD%95%201_files";
        assert_eq!(source(0).unwrap(), format!("{folder}/%E7%8C%AB.png"));
        assert_eq!(source(7).unwrap(), format!("{folder}/b%26.jpeg"));
        assert_eq!(source(99), None);
    }

    #[test]
    fn what_cannot_be_had_is_counted_once() {
        let mut album = Album::new(Path::new("a.html"), PathBuf::from("x"));
        let picture = BlobId([1; 32]);
        album.begin(picture, "a.png");
        assert!(album.knows(picture) && album.missing() == 0);
        album.miss(picture);
        album.miss(picture);
        assert_eq!((album.missing(), album.source(picture)), (1, None));
    }
}
