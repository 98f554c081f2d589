//! The folder of bytes that were published, and the tables that are compared with it.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::PathBuf;

use mychat::net::codec;
use mychat::net::frame::{Decoder, FRAME_BYTES_MAX, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Compares values with their files, or writes these where that was asked for.
pub struct Folder {
    path: PathBuf,
    write: bool,
    names: BTreeSet<String>,
    differences: Vec<String>,
}

impl Folder {
    pub fn open() -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden");
        let write = std::env::var_os("MYCHAT_GOLDEN").is_some_and(|value| value == "write");
        Folder { path, write, names: BTreeSet::new(), differences: Vec::new() }
    }

    fn compare(&mut self, name: &str, bytes: &[u8]) {
        let path = self.path.join(name);
        if self.write {
            std::fs::write(&path, bytes).unwrap();
        } else if std::fs::read(&path).ok().as_deref() != Some(bytes) {
            self.differences.push(name.to_owned());
        }
        assert!(self.names.insert(name.to_owned()), "{name} stands twice in the tables");
    }

    /// A whole frame: its bytes are the file's, and they read back as the same value.
    pub fn frame<T>(&mut self, name: &str, value: &T)
    where
        T: Serialize + DeserializeOwned + PartialEq + Debug,
    {
        let frame = encode(value, FRAME_BYTES_MAX).unwrap();
        self.compare(&format!("{name}.frame"), &frame);
        let mut decoder = Decoder::new(FRAME_BYTES_MAX);
        decoder.push(&frame);
        let payload = decoder.next().unwrap().unwrap();
        assert_eq!(&codec::from_bytes::<T>(&payload).unwrap(), value, "{name}");
        assert!(!decoder.is_inside_frame());
    }

    /// A part of frames, without a length.
    pub fn value<T>(&mut self, name: &str, value: &T)
    where
        T: Serialize + DeserializeOwned + PartialEq + Debug,
    {
        let bytes = codec::to_bytes(value).unwrap();
        self.compare(&format!("{name}.value"), &bytes);
        assert_eq!(&codec::from_bytes::<T>(&bytes).unwrap(), value, "{name}");
    }

    /// Bytes that are no value of this protocol, such as those of a file.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.compare(&format!("{name}.bytes"), bytes);
    }

    /// Nothing differs, and no file is left of a variant that is gone.
    pub fn close(self) {
        let files = std::fs::read_dir(&self.path).unwrap();
        let files: BTreeSet<String> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        let left: Vec<_> = files.difference(&self.names).collect();
        if self.write {
            for name in left {
                std::fs::remove_file(self.path.join(name)).unwrap();
            }
            return;
        }
        assert!(left.is_empty(), "files of no variant: {left:?}");
        assert!(
            self.differences.is_empty(),
            "other bytes than before, which every program out there would stumble over: {:?}\n\
             if that is meant: MYCHAT_GOLDEN=write cargo test --test golden",
            self.differences
        );
    }
}

/// A table of every variant: the match fails to compile when one is missing. One that never travels
/// stands last, without a name.
macro_rules! table {
    ($function:ident, $form:ident, $type:ty {
        $($name:literal, $pattern:pat => $sample:expr;)+ $(nameless $never:pat,)?
    }) => {
        fn $function(folder: &mut Folder) {
            fn name(value: &$type) -> &'static str {
                match value {
                    $($pattern => $name,)+
                    $($never => "",)?
                }
            }
            $(
                let sample: $type = $sample;
                assert_eq!(name(&sample), $name);
                folder.$form($name, &sample);
            )+
        }
    };
}
