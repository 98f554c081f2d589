//! The thread that touches pictures: reads, decodes under limits, cuts, encodes, caches.
//!
//! What comes from others is bytes of strangers: a few of them may claim to be a picture of a
//! billion pixels. So nothing is decoded before its header was held against the limits.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageEncoder, ImageFormat, ImageReader, Limits, RgbaImage};

use super::api::{Crop, Failure, Picture};
use super::state::{Drawn, PictureJob};
use crate::domain::BlobId;
use crate::limits::{PICTURE_BYTES_MAX, PICTURE_SIDE};
use crate::store::blobs::Files;

/// Bytes of a file that is read for cropping.
const SOURCE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Pixels of a side of it, as its header says.
const SOURCE_SIDE_MAX: u32 = 16_384;
/// Memory that decoding may take: a picture of 48 million pixels.
const DECODE_BYTES_MAX: u64 = 192 * 1024 * 1024;
/// Pixels of a side that cropping works on; a larger one is made smaller first.
const WORK_SIDE_MAX: u32 = 1_024;
/// The smallest source: less would be blurred.
const SOURCE_SIDE_MIN: u32 = 128;
/// Pixels of a side that windows get: sharp on a card at twice the size, small in memory.
const SHOWN_SIDE: u32 = 160;
/// Files in the cache; over it those used longest ago go.
const CACHED_MAX: usize = 1_000;
/// Jobs that wait. The state looks for few at once.
const JOBS_MAX: usize = 64;

/// The way to the thread; dropping it ends the thread.
pub(super) struct Studio {
    jobs: Option<SyncSender<PictureJob>>,
    thread: Option<JoinHandle<()>>,
}

impl Studio {
    /// Starts the thread; its cache is inside the client's folder.
    pub(super) fn start(home: &Path) -> std::io::Result<(Self, async_channel::Receiver<Drawn>)> {
        let (jobs, work) = sync_channel(JOBS_MAX);
        let (answers, drawn) = async_channel::bounded(JOBS_MAX + 1);
        let files = Files::of(home);
        let thread = std::thread::Builder::new()
            .name("client-pictures".to_owned())
            .spawn(move || run(&files, &work, &answers))?;
        Ok((Studio { jobs: Some(jobs), thread: Some(thread) }, drawn))
    }

    /// Hands over a job; gives it back when too many wait.
    pub(super) fn send(&self, job: PictureJob) -> Result<(), PictureJob> {
        use std::sync::mpsc::TrySendError::{Disconnected, Full};
        match self.jobs.as_ref().map(|jobs| jobs.try_send(job)) {
            Some(Err(Full(job) | Disconnected(job))) => Err(job),
            _ => Ok(()),
        }
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by the panic hook.
            thread.join().ok();
        }
    }
}

fn run(files: &Files, jobs: &Receiver<PictureJob>, answers: &async_channel::Sender<Drawn>) {
    tidy(files);
    while let Ok(job) = jobs.recv() {
        let drawn = match job {
            PictureJob::Look(blob) => Drawn::Picture(blob, look(files, blob)),
            PictureJob::Keep(blob, bytes) => {
                // A cache that cannot be written is no reason not to show it.
                files.put(blob, &bytes).ok();
                Drawn::Picture(blob, shown(&bytes))
            }
            PictureJob::Load(ticket, path) => Drawn::Loaded(ticket, load(&path)),
            PictureJob::Cut(ticket, source, crop) => Drawn::Cut(ticket, cut(&source, crop)),
        };
        if answers.send_blocking(drawn).is_err() {
            return;
        }
    }
}

/// Keeps the cache within its bound.
fn tidy(files: &Files) {
    let Ok(blobs) = files.list() else { return };
    let used =
        |blob: &BlobId| fs::metadata(files.path(*blob)).and_then(|file| file.modified()).ok();
    let mut blobs: Vec<_> = blobs.into_iter().map(|blob| (used(&blob), blob)).collect();
    blobs.sort();
    let over = blobs.len().saturating_sub(CACHED_MAX);
    for (_, blob) in blobs.into_iter().take(over) {
        files.remove(blob).ok();
    }
}

fn look(files: &Files, blob: BlobId) -> Option<Arc<Picture>> {
    let bytes = files.read(blob, 0, PICTURE_BYTES_MAX as u64 + 1).ok()?;
    // A damaged file is as if it were not there.
    let is_whole = blake3::hash(&bytes).as_bytes() == &blob.0;
    is_whole.then(|| shown(&bytes))?
}

/// A picture of somebody, small enough for many of them.
fn shown(bytes: &[u8]) -> Option<Arc<Picture>> {
    let picture = decode(bytes, PICTURE_SIDE).ok()?;
    let picture = picture.resize_to_fill(SHOWN_SIDE, SHOWN_SIDE, FilterType::CatmullRom);
    Some(Arc::new(of(picture.into_rgba8())))
}

/// A file of the person's own, upright and small enough to work on.
fn load(path: &Path) -> Result<Arc<Picture>, Failure> {
    let failed = |error: std::io::Error| Failure::File(error.to_string());
    // What is no file, such as a pipe, might never be opened.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Failure::PictureKind);
    }
    let file = fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(SOURCE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > SOURCE_BYTES_MAX {
        return Err(Failure::PictureTooLarge);
    }
    let mut picture = decode(&bytes, SOURCE_SIDE_MAX).map_err(|()| Failure::PictureKind)?;
    if picture.width().min(picture.height()) < SOURCE_SIDE_MIN {
        return Err(Failure::PictureTooSmall);
    }
    if picture.width().max(picture.height()) > WORK_SIDE_MAX {
        picture = picture.resize(WORK_SIDE_MAX, WORK_SIDE_MAX, FilterType::Triangle);
    }
    Ok(Arc::new(of(picture.into_rgba8())))
}

/// PNG or JPEG by what it is, not by its name; turned as its camera says.
fn decode(bytes: &[u8], side_max: u32) -> Result<DynamicImage, ()> {
    let format = image::guess_format(bytes).map_err(drop)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
        return Err(());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(side_max);
    limits.max_image_height = Some(side_max);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(drop)?;
    let turned = image::ImageDecoder::orientation(&mut decoder).map_err(drop)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(drop)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

/// The square that was chosen, at the size in which pictures travel: PNG where that is small, since
/// drawings stay sharp, else JPEG.
fn cut(source: &Picture, crop: Crop) -> Result<Arc<Vec<u8>>, Failure> {
    let Picture { width, height, rgba } = source;
    let whole = RgbaImage::from_raw(*width, *height, rgba.clone()).ok_or(Failure::PictureKind)?;
    let whole = DynamicImage::from(whole);
    let whole = match crop.turns % 4 {
        1 => whole.rotate90(),
        2 => whole.rotate180(),
        3 => whole.rotate270(),
        _ => whole,
    };
    let side = crop.side.clamp(1, whole.width().min(whole.height()));
    let (x, y) = (crop.x.min(whole.width() - side), crop.y.min(whole.height() - side));
    let square = whole.crop_imm(x, y, side, side);
    let small = square.resize_exact(PICTURE_SIDE, PICTURE_SIDE, FilterType::CatmullRom);
    let rgba = small.to_rgba8();
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&rgba, PICTURE_SIDE, PICTURE_SIDE, image::ExtendedColorType::Rgba8)
        .map_err(|_| Failure::PictureKind)?;
    if png.len() <= PICTURE_BYTES_MAX / 4 {
        return Ok(Arc::new(png));
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90)
        .encode_image(&on_white(&rgba))
        .map_err(|_| Failure::PictureKind)?;
    Ok(Arc::new(if jpeg.len() < png.len() { jpeg } else { png }))
}

/// JPEG has no opacity: what shines through is white.
fn on_white(rgba: &RgbaImage) -> image::RgbImage {
    let mut plain = image::RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in plain.pixels_mut().zip(rgba.pixels()) {
        let [r, g, b, a] = from.0.map(u32::from);
        let blend = |c: u32| u8::try_from((c * a + 255 * (255 - a)) / 255).unwrap_or(u8::MAX);
        to.0 = [blend(r), blend(g), blend(b)];
    }
    plain
}

fn of(rgba: RgbaImage) -> Picture {
    Picture { width: rgba.width(), height: rgba.height(), rgba: rgba.into_raw() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            image::Rgba([x.to_le_bytes()[0], y.to_le_bytes()[0], 7, 255])
        });
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        use std::io::Write;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn a_picture_is_cut_to_what_travels() {
        let source = load(file(&png(2_000, 1_000)).path()).unwrap();
        assert_eq!((source.width, source.height), (1_024, 512));
        for turns in 0..5 {
            let crop = Crop { x: 900, y: 900, side: 300, turns };
            let bytes = cut(&source, crop).unwrap();
            assert!(bytes.len() <= PICTURE_BYTES_MAX);
            let again = decode(&bytes, PICTURE_SIDE).unwrap();
            assert_eq!((again.width(), again.height()), (PICTURE_SIDE, PICTURE_SIDE));
        }
    }

    #[test]
    fn what_is_no_picture_or_too_much_of_one_is_refused() {
        let mut bomb =
            b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x75\x30\0\0\x75\x30\x08\x06\0\0\0".to_vec();
        bomb.extend([0; 33]);
        let cases = [
            (bomb, Failure::PictureKind),
            (b"GIF89a, and not shown".to_vec(), Failure::PictureKind),
            (Vec::new(), Failure::PictureKind),
            (png(400, 100), Failure::PictureTooSmall),
            (vec![0; 9 * 1024 * 1024], Failure::PictureTooLarge),
            (png(300, 300)[..200].to_vec(), Failure::PictureKind),
        ];
        for (bytes, expected) in cases {
            assert_eq!(load(file(&bytes).path()).unwrap_err(), expected, "{} bytes", bytes.len());
        }
        assert!(matches!(load(Path::new("/no/such/file")), Err(Failure::File(_))));
    }

    #[test]
    fn the_cache_gives_what_it_got_and_nothing_damaged() {
        let home = tempfile::tempdir().unwrap();
        let files = Files::of(home.path());
        let bytes = png(PICTURE_SIDE, PICTURE_SIDE);
        let blob = BlobId(*blake3::hash(&bytes).as_bytes());
        assert_eq!(look(&files, blob), None);
        files.put(blob, &bytes).unwrap();
        assert_eq!(look(&files, blob).unwrap().width, SHOWN_SIDE);
        fs::write(files.path(blob), b"damaged").unwrap();
        assert_eq!(look(&files, blob), None);
    }
}
