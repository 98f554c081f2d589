//! Pictures that come in parts: put together in memory, looked at, written as a file, then a job.

use super::Session;
use crate::domain::{BlobId, Body};
use crate::limits::{
    BLOB_PART_MAX, IMAGE_BYTES_MAX, IMAGE_SIDE_MAX, PICTURE_BYTES_MAX, PICTURE_SIDE,
    THUMB_BYTES_MAX, THUMB_SIDES_MAX,
};
use crate::net::protocol::{Command, Reason, Refusal};
use crate::store::blobs::Files;

/// The picture that comes now, if one does.
#[derive(Default)]
pub(super) struct Upload {
    coming: Option<Coming>,
}

struct Coming {
    blob: BlobId,
    bytes_all: u32,
    bytes: Vec<u8>,
}

/// One part, as it was sent.
pub(super) struct Part {
    pub blob: BlobId,
    pub bytes_all: u32,
    pub offset: u32,
    pub bytes: Vec<u8>,
}

impl Upload {
    /// Takes a part; gives the whole when it is the last one.
    ///
    /// # Errors
    /// Too long, not in order, not what its name says, no picture. What came before is dropped.
    pub fn take(&mut self, part: Part) -> Result<Option<(BlobId, Vec<u8>)>, Refusal> {
        let Part { blob, bytes_all, offset, bytes: part } = part;
        let coming = self.coming.take();
        if bytes_all as usize > IMAGE_BYTES_MAX || bytes_all == 0 {
            return Err(Refusal::limit(Reason::BadPicture, IMAGE_BYTES_MAX as u64));
        }
        if part.len() > BLOB_PART_MAX || part.is_empty() {
            return Err(Refusal::limit(Reason::BadValue, BLOB_PART_MAX as u64));
        }
        let mut coming = match (offset, coming) {
            (0, _) => Coming { blob, bytes_all, bytes: Vec::with_capacity(bytes_all as usize) },
            (_, Some(coming)) if coming.blob == blob && coming.bytes_all == bytes_all => coming,
            _ => return Err(Reason::OutOfOrder.into()),
        };
        let is_next = coming.bytes.len() == offset as usize;
        if !is_next || coming.bytes.len() + part.len() > bytes_all as usize {
            return Err(Reason::OutOfOrder.into());
        }
        coming.bytes.extend_from_slice(&part);
        if coming.bytes.len() < bytes_all as usize {
            self.coming = Some(coming);
            return Ok(None);
        }
        let Coming { bytes, .. } = coming;
        let is_named = blake3::hash(&bytes).as_bytes() == &blob.0;
        match is_named && is_picture(&bytes) {
            true => Ok(Some((blob, bytes))),
            false => Err(Reason::BadPicture.into()),
        }
    }
}

impl Session {
    /// Writes a picture's file, off the executor's threads.
    pub(super) async fn write_blob(&self, blob: BlobId, bytes: Vec<u8>) -> Result<u64, Refusal> {
        let (files, length) = (self.shared.files.clone(), bytes.len() as u64);
        let written = smol::unblock(move || files.put(blob, &bytes)).await;
        written.map(|()| length).map_err(|error| {
            tracing::warn!(session = self.id.0, %error, "a picture cannot be written");
            Reason::Failed.into()
        })
    }
}

/// Whether it says to be a PNG or JPEG of a size that travels. Nobody decodes it here: whoever shows
/// it does, under limits.
fn is_picture(bytes: &[u8]) -> bool {
    let fits = |side: u32| (1..=IMAGE_SIDE_MAX).contains(&side);
    size_of(bytes).is_some_and(|(width, height)| fits(width) && fits(height))
}

/// What a picture has to be where it is used.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    blob: BlobId,
    bytes_max: usize,
    bytes: Option<u32>,
    size: Size,
}

#[derive(Debug, PartialEq, Eq)]
enum Size {
    Exactly(u32, u32),
    AtMost(u32, u32),
}

impl Wanted {
    /// The pictures that a command names.
    fn of(command: &Command) -> Vec<Wanted> {
        match command {
            Command::SetProfile(change) => change
                .picture
                .map(|blob| Wanted {
                    blob,
                    bytes_max: PICTURE_BYTES_MAX,
                    bytes: None,
                    size: Size::Exactly(PICTURE_SIDE, PICTURE_SIDE),
                })
                .into_iter()
                .collect(),
            Command::Send {
                body: Body::Image { picture, bytes, width, height, thumb, .. },
                ..
            } => {
                let whole = Wanted {
                    blob: *picture,
                    bytes_max: IMAGE_BYTES_MAX,
                    bytes: Some(*bytes),
                    size: Size::Exactly(*width, *height),
                };
                let (w, h) = THUMB_SIDES_MAX;
                let size = Size::AtMost(w, h);
                let (bytes_max, bytes) = (THUMB_BYTES_MAX, None);
                vec![whole, Wanted { blob: *thumb, bytes_max, bytes, size }]
            }
            _ => Vec::new(),
        }
    }

    /// Whether these bytes are it.
    fn is(&self, found: &[u8]) -> bool {
        let is_long = self.bytes.is_none_or(|bytes| bytes as usize == found.len());
        let is_large = match (&self.size, size_of(found)) {
            (Size::Exactly(w, h), Some(size)) => size == (*w, *h),
            (Size::AtMost(w, h), Some(size)) => size.0 <= *w && size.1 <= *h,
            (_, None) => false,
        };
        is_long && is_large && found.len() <= self.bytes_max
    }
}

/// Whether the pictures that a command names are what it says. Of one that is not there the rules
/// know better: its row may be gone.
fn check(files: &Files, wanted: &[Wanted]) -> Result<(), Refusal> {
    for one in wanted {
        match files.read(one.blob, 0, IMAGE_BYTES_MAX as u64 + 1) {
            Ok(found) if !one.is(&found) => {
                return Err(Refusal::limit(Reason::BadPicture, one.bytes_max as u64));
            }
            _ => {}
        }
    }
    Ok(())
}

impl Session {
    /// Looks at the pictures that a command names, off the executor's threads. A file never changes
    /// under its name, so what is seen here holds in the transaction.
    pub(super) async fn check_pictures(&self, command: &Command) -> Result<(), Refusal> {
        let wanted = Wanted::of(command);
        if wanted.is_empty() {
            return Ok(());
        }
        let files = self.shared.files.clone();
        smol::unblock(move || check(&files, &wanted)).await
    }
}

/// Width and height from the header of a PNG (W3C PNG, 11.2.2) or JPEG (ITU-T T.81, B.2.2).
fn size_of(bytes: &[u8]) -> Option<(u32, u32)> {
    if let Some(rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1A\n") {
        let header = rest.get(..16)?;
        let number = |at: usize| header.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        return (&header[4..8] == b"IHDR").then(|| Some((number(8)?, number(12)?)))?;
    }
    let mut rest = bytes.strip_prefix(b"\xFF\xD8")?;
    loop {
        let &[0xFF, marker, high, low, ref after @ ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if is_frame {
            let &[_, h1, h2, w1, w2, ..] = after else { return None };
            let number = |a, b| u32::from(u16::from_be_bytes([a, b]));
            return Some((number(w1, w2), number(h1, h2)));
        }
        rest = rest.get(2 + length..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(side: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
        bytes.extend(side.to_be_bytes());
        bytes.extend(side.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }

    fn part(bytes: &[u8], whole: &[u8], offset: usize) -> Part {
        Part {
            blob: BlobId(*blake3::hash(whole).as_bytes()),
            bytes_all: u32::try_from(whole.len()).unwrap(),
            offset: u32::try_from(offset).unwrap(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn parts_make_a_whole_in_order_only() {
        let whole = png(256);
        let mut upload = Upload::default();
        assert_eq!(upload.take(part(&whole[..9], &whole, 0)), Ok(None));
        assert_eq!(upload.take(part(&whole[..9], &whole, 0)), Ok(None), "begun anew");
        let taken = upload.take(part(&whole[9..], &whole, 9)).unwrap().unwrap();
        assert_eq!(taken.1, whole);
        let gap = upload.take(part(&whole[9..], &whole, 9)).unwrap_err();
        assert_eq!(gap.reason, Reason::OutOfOrder);
        upload.take(part(&whole[..9], &whole, 0)).unwrap();
        assert!(upload.take(part(&whole[12..], &whole, 12)).is_err());
        assert!(upload.take(part(&whole[9..], &whole, 9)).is_err(), "dropped");
    }

    #[test]
    fn what_is_no_picture_of_that_size_is_refused() {
        let mut upload = Upload::default();
        for bytes in
            [png(0), png(2_561), png(30_000), b"GIF89a......".to_vec(), png(256)[..20].to_vec()]
        {
            assert_eq!(
                upload.take(part(&bytes, &bytes, 0)).unwrap_err().reason,
                Reason::BadPicture
            );
        }
        let whole = png(256);
        let lie = Part { blob: BlobId([7; 32]), ..part(&whole, &whole, 0) };
        assert_eq!(upload.take(lie).unwrap_err().reason, Reason::BadPicture);
        let huge = Part { bytes_all: 50_000_000, ..part(&whole, &whole, 0) };
        assert_eq!(upload.take(huge).unwrap_err().limit, Some(IMAGE_BYTES_MAX as u64));
    }

    #[test]
    fn a_jpeg_says_its_size_behind_its_other_parts() {
        let jpeg =
            [&b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC4\0\x03x\xFF\xC0\0\x11\x08"[..], &[1, 0, 1, 0, 3]];
        assert_eq!(size_of(&jpeg.concat()), Some((256, 256)));
        assert_eq!(size_of(b"\xFF\xD8\xFF\xE0\xFF\xFF"), None);
        assert_eq!(size_of(b""), None);
    }

    #[test]
    fn a_picture_is_what_the_command_says() {
        let data = tempfile::tempdir().unwrap();
        let files = Files::of(data.path());
        let put = |bytes: &[u8]| {
            let blob = BlobId(*blake3::hash(bytes).as_bytes());
            files.put(blob, bytes).unwrap();
            blob
        };
        let (face, whole, small) = (png(256), png(2_000), png(300));
        let (face, whole, small) = (put(&face), put(&whole), put(&small));
        let image = |picture, bytes, side, thumb| {
            let (to, nonce) = (crate::domain::Target::Lobby, crate::domain::Nonce([1; 16]));
            let name = String::new();
            let body = Body::Image { picture, bytes, width: side, height: side, thumb, name };
            Command::Send { to, nonce, body }
        };
        let profile = |picture| {
            let picture = Some(picture);
            let change = crate::net::protocol::ProfileChange { picture, ..Default::default() };
            Command::SetProfile(change)
        };
        let cases = [
            (profile(face), true),
            (profile(whole), false),
            (profile(BlobId([9; 32])), true),
            (image(whole, 29, 2_000, small), true),
            (image(whole, 29, 2_000, face), true),
            (image(whole, 29, 2_000, whole), false),
            (image(whole, 28, 2_000, small), false),
            (image(whole, 29, 1_999, small), false),
            (image(BlobId([9; 32]), 29, 2_000, small), true),
            (Command::SignOut {}, true),
        ];
        for (number, (command, is_taken)) in cases.into_iter().enumerate() {
            let checked = check(&files, &Wanted::of(&command));
            assert_eq!(checked.is_ok(), is_taken, "{number}: {checked:?}");
        }
    }
}
