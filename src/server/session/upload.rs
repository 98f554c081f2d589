//! Pictures that come in parts: put together in memory, looked at, written as a file, then a job.

use super::Session;
use crate::domain::BlobId;
use crate::limits::{BLOB_PART_MAX, PICTURE_BYTES_MAX, PICTURE_SIDE};
use crate::net::protocol::{Reason, Refusal};

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
        if bytes_all as usize > PICTURE_BYTES_MAX || bytes_all == 0 {
            return Err(Refusal::limit(Reason::BadPicture, PICTURE_BYTES_MAX as u64));
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

/// Whether it says to be a PNG or JPEG of the right size. Nobody decodes it here: whoever shows it
/// does, under limits.
fn is_picture(bytes: &[u8]) -> bool {
    size_of(bytes) == Some((PICTURE_SIDE, PICTURE_SIDE))
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
        for bytes in [png(255), png(30_000), b"GIF89a......".to_vec(), png(256)[..20].to_vec()] {
            assert_eq!(
                upload.take(part(&bytes, &bytes, 0)).unwrap_err().reason,
                Reason::BadPicture
            );
        }
        let whole = png(256);
        let lie = Part { blob: BlobId([7; 32]), ..part(&whole, &whole, 0) };
        assert_eq!(upload.take(lie).unwrap_err().reason, Reason::BadPicture);
        let huge = Part { bytes_all: 50_000_000, ..part(&whole, &whole, 0) };
        assert_eq!(upload.take(huge).unwrap_err().limit, Some(PICTURE_BYTES_MAX as u64));
    }

    #[test]
    fn a_jpeg_says_its_size_behind_its_other_parts() {
        let jpeg =
            [&b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xC4\0\x03x\xFF\xC0\0\x11\x08"[..], &[1, 0, 1, 0, 3]];
        assert_eq!(size_of(&jpeg.concat()), Some((256, 256)));
        assert_eq!(size_of(b"\xFF\xD8\xFF\xE0\xFF\xFF"), None);
        assert_eq!(size_of(b""), None);
    }
}
