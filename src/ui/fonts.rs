//! The embedded faces: handing them to the system's font machinery under names of our own.

use std::io::Write;

use fltk::enums::Font;

use super::theme::Face;

/// The faces and the names that script/make-fonts gave them.
const FACES: [(Face, &str, &[u8]); 4] = [
    (Face::Sans, "MyChat Sans", include_bytes!("../../assets/fonts/sans.otf")),
    (Face::Bold, "MyChat Sans Bold", include_bytes!("../../assets/fonts/sans-bold.otf")),
    (Face::Mono, "MyChat Mono", include_bytes!("../../assets/fonts/mono.otf")),
    (Face::MonoBold, "MyChat Mono Bold", include_bytes!("../../assets/fonts/mono-bold.otf")),
];

/// What passwords are written with: one dot, larger than the bullet of the faces above.
const DOTS: (&str, &[u8]) = ("MyChat Dots", include_bytes!("../../assets/fonts/dots.ttf"));

/// Faces of the system for what the embedded ones lack. Fontconfig takes its nearest one when
/// there is none of this name, so that something is drawn in any case.
const FALLBACKS: [(Font, &str); 2] =
    [(FALLBACK_EAST_ASIAN, "Noto Sans CJK SC"), (FALLBACK_OTHER, "DejaVu Sans")];

/// For ideographs and syllables outside the embedded faces.
pub const FALLBACK_EAST_ASIAN: Font = Font::Times;
/// For all other scripts.
pub const FALLBACK_OTHER: Font = Font::Screen;

/// For passwords.
pub const SECRET: Font = Font::Symbol;

/// Why no text can be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FontError {
    /// The bytes could not be put where the font machinery reads them.
    #[error(
        "cannot hand the font {name} over: {error}; check the free space of the temporary folder"
    )]
    Write {
        /// Which.
        name: &'static str,
        /// What the system said.
        error: std::io::Error,
    },
    /// The font machinery turned it down.
    #[error("the font {name} was not accepted: {reason}; please report this")]
    Load {
        /// Which.
        name: &'static str,
        /// What the toolkit said.
        reason: String,
    },
}

/// Keeps the files of the faces for as long as windows are drawn.
pub struct Fonts {
    _files: Vec<FontFile>,
}

/// Loads the embedded faces. Call once, before the first window is made.
///
/// # Errors
/// When a face cannot be handed over.
pub fn load() -> Result<Fonts, FontError> {
    let mut files = Vec::with_capacity(FACES.len() + 1);
    let faces = FACES.map(|(face, name, bytes)| (font(face), name, bytes));
    for (font, name, bytes) in faces.into_iter().chain([(SECRET, DOTS.0, DOTS.1)]) {
        let file =
            FontFile::create(name, bytes).map_err(|error| FontError::Write { name, error })?;
        Font::load_font(file.path())
            .map_err(|error| FontError::Load { name, reason: error.to_string() })?;
        // A name's first letter is its weight to FLTK, so a plain name starts with a space.
        Font::set_font(font, &format!(" {name}"));
        files.push(file);
    }
    for (font, name) in FALLBACKS {
        Font::set_font(font, &format!(" {name}"));
    }
    Ok(Fonts { _files: files })
}

/// The toolkit's slot of a face.
#[must_use]
pub const fn font(face: Face) -> Font {
    match face {
        Face::Sans => Font::Helvetica,
        Face::Bold => Font::HelveticaBold,
        Face::Mono => Font::Courier,
        Face::MonoBold => Font::CourierBold,
    }
}

/// A face as a file: in memory where the system can do that, else a temporary one.
struct FontFile {
    #[cfg(target_os = "linux")]
    file: std::fs::File,
    #[cfg(not(target_os = "linux"))]
    file: tempfile::NamedTempFile,
}

#[cfg(target_os = "linux")]
impl FontFile {
    fn create(name: &str, bytes: &[u8]) -> std::io::Result<FontFile> {
        let memory = rustix::fs::memfd_create(name, rustix::fs::MemfdFlags::CLOEXEC)?;
        let mut file = std::fs::File::from(memory);
        file.write_all(bytes)?;
        Ok(FontFile { file })
    }

    fn path(&self) -> std::path::PathBuf {
        use std::os::fd::AsRawFd as _;
        format!("/proc/self/fd/{}", self.file.as_raw_fd()).into()
    }
}

#[cfg(not(target_os = "linux"))]
impl FontFile {
    fn create(_name: &str, bytes: &[u8]) -> std::io::Result<FontFile> {
        let mut file = tempfile::Builder::new().prefix("mychat").suffix(".otf").tempfile()?;
        file.write_all(bytes)?;
        file.flush()?;
        Ok(FontFile { file })
    }

    fn path(&self) -> std::path::PathBuf {
        self.file.path().to_path_buf()
    }
}
