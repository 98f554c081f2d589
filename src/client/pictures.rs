//! The thread that touches pictures: reads, decodes under limits, cuts, encodes, caches, and keeps those
//! that are to be sent.
//!
//! What comes from others is bytes of strangers: a few of them may claim to be a picture of a
//! billion pixels. So nothing is decoded before its header was held against the limits.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, UNIX_EPOCH};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageEncoder, RgbaImage};

use super::api::{Crop, Failure, ImageSource, Picture, View};
use super::images::{self, on_white};
use super::state::{Drawn, Parcel, PictureJob};
use crate::clock;
use crate::domain::{BlobId, Body, file_name};
use crate::limits::{IMAGE_BYTES_MAX, IMAGE_SOURCE_BYTES_MAX, PICTURE_BYTES_MAX, PICTURE_SIDE};
use crate::store::blobs::Files;

/// Bytes of a file that is read for cropping.
const SOURCE_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Pixels of a side of it, as its header says.
const SOURCE_SIDE_MAX: u32 = 16_384;
/// Its pixels in all.
const SOURCE_PIXELS_MAX: u64 = 48_000_000;
/// Pixels of a side that cropping works on; a larger one is made smaller first.
const WORK_SIDE_MAX: u32 = 1_024;
/// The smallest source: less would be blurred.
const SOURCE_SIDE_MIN: u32 = 128;
/// Pixels of a side that windows get: sharp on a card at twice the size, small in memory.
const SHOWN_SIDE: u32 = 160;
/// Files in the cache; over it those used longest ago go.
const CACHED_MAX: usize = 4_000;
/// Bytes of all of them; as above.
const CACHED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// So many new files may be over it: they are at most twice as many MiB.
const TIDY_EVERY: usize = 32;
/// The folder of what is to be sent, inside the client's folder.
const OUTBOX: &str = "outbox";
/// Jobs that wait. The state looks for few at once.
const JOBS_MAX: usize = 64;

/// The way to the thread; dropping it ends the thread.
pub(super) struct Studio {
    jobs: Option<SyncSender<PictureJob>>,
    thread: Option<JoinHandle<()>>,
}

impl Studio {
    /// Starts the thread; its cache is inside the client's folder.
    /// What it keeps for sending and is not `waiting` goes.
    pub(super) fn start(
        home: &Path,
        waiting: BTreeSet<BlobId>,
    ) -> std::io::Result<(Self, async_channel::Receiver<Drawn>)> {
        let (jobs, work) = sync_channel(JOBS_MAX);
        let (answers, drawn) = async_channel::bounded(JOBS_MAX + 1);
        let outbox = Files::of(&home.join(OUTBOX));
        let places = Places { cache: Files::of(home), outbox, fresh: 0 };
        let thread = std::thread::Builder::new()
            .name("client-pictures".to_owned())
            .spawn(move || run(places, &waiting, &work, &answers))?;
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

/// Where pictures lie on this computer.
struct Places {
    /// What may go at any time: the server has it.
    cache: Files,
    /// What is to be sent, and is nowhere else.
    outbox: Files,
    /// Kept since the cache was last held against its bound.
    fresh: usize,
}

fn run(
    mut places: Places,
    waiting: &BTreeSet<BlobId>,
    jobs: &Receiver<PictureJob>,
    answers: &async_channel::Sender<Drawn>,
) {
    places.remove_unfinished();
    places.tidy();
    places.drop_all_but(waiting);
    while let Ok(job) = jobs.recv() {
        let drawn = match job {
            PictureJob::Look(blob, view) => Drawn::Picture(blob, view, places.look(blob, view)),
            PictureJob::Keep(blob, view, bytes) => {
                places.keep(blob, &bytes);
                Drawn::Picture(blob, view, shown(view, &bytes))
            }
            PictureJob::Load(ticket, path) => Drawn::Loaded(ticket, load(&path)),
            PictureJob::Cut(ticket, source, crop) => Drawn::Cut(ticket, cut(&source, crop)),
            PictureJob::Pack(packing, source) => {
                let packed = places.pack(&source);
                Drawn::Packed(packing, packed)
            }
            PictureJob::Unpack(nonce, blobs) => Drawn::Unpacked(nonce, places.unpack(blobs)),
            PictureJob::Sent(blobs) => {
                places.sent(blobs);
                continue;
            }
            PictureJob::Forget(blobs) => {
                places.forget(blobs);
                continue;
            }
            PictureJob::Save(ticket, blob, path, replace) => {
                Drawn::Saved(ticket, places.save(blob, &path, replace))
            }
        };
        if answers.send_blocking(drawn).is_err() {
            return;
        }
    }
}

impl Places {
    /// What a crash left of files that were being written.
    fn remove_unfinished(&self) {
        for files in [&self.cache, &self.outbox] {
            files.remove_unfinished().ok();
        }
    }

    /// Keeps the cache within its bounds: what was used longest ago goes.
    fn tidy(&mut self) {
        self.fresh = 0;
        let Ok(blobs) = self.cache.list() else { return };
        let known = |blob: BlobId| {
            let file = fs::metadata(self.cache.path(blob)).ok()?;
            Some((file.modified().ok()?, file.len(), blob))
        };
        let mut blobs: Vec<_> = blobs.into_iter().filter_map(known).collect();
        blobs.sort();
        let mut bytes: u64 = blobs.iter().map(|(_, bytes, _)| bytes).sum();
        let mut over = blobs.len().saturating_sub(CACHED_MAX);
        for (_, length, blob) in blobs {
            if over == 0 && bytes <= CACHED_BYTES_MAX {
                return;
            }
            self.cache.remove(blob).ok();
            over = over.saturating_sub(1);
            bytes = bytes.saturating_sub(length);
        }
    }

    /// What is kept for sending and in nobody's outbox was left by a crash.
    fn drop_all_but(&self, waiting: &BTreeSet<BlobId>) {
        for blob in self.outbox.list().unwrap_or_default() {
            if !waiting.contains(&blob) {
                self.outbox.remove(blob).ok();
            }
        }
    }

    /// A cache that cannot be written is no reason not to show something.
    fn keep(&mut self, blob: BlobId, bytes: &[u8]) {
        self.cache.put(blob, bytes).ok();
        self.fresh += 1;
        if self.fresh >= TIDY_EVERY {
            self.tidy();
        }
    }

    /// The bytes of one that is here and whole. A damaged file is as if it were not there.
    fn read(&self, blob: BlobId) -> Option<Vec<u8>> {
        let whole = |files: &Files| {
            let bytes = files.read(blob, 0, IMAGE_BYTES_MAX as u64 + 1).ok()?;
            (blake3::hash(&bytes).as_bytes() == &blob.0).then_some(bytes)
        };
        whole(&self.cache).or_else(|| whole(&self.outbox))
    }

    fn look(&self, blob: BlobId, view: View) -> Option<Arc<Picture>> {
        let bytes = self.read(blob)?;
        self.cache.touch(blob, UNIX_EPOCH + Duration::from_millis(clock::wall_ms().unsigned_abs()));
        shown(view, &bytes)
    }

    /// Makes a picture fit to travel. It is on disk when this returns.
    fn pack(&self, source: &ImageSource) -> Result<Body, Failure> {
        let (packed, name) = match source {
            ImageSource::Pixels(picture) => (images::pack_pixels(picture)?, String::new()),
            ImageSource::File(path) => {
                let bytes = read_file(path, IMAGE_SOURCE_BYTES_MAX, Failure::ImageTooLarge)?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (images::pack_file(&bytes)?, file_name(&name))
            }
        };
        let put = |bytes: &[u8]| {
            let blob = BlobId(*blake3::hash(bytes).as_bytes());
            let put = self.outbox.put(blob, bytes);
            put.map(|()| blob).map_err(|error| Failure::Store(error.to_string()))
        };
        let name = images::named(&name, &packed.whole);
        let bytes = u32::try_from(packed.whole.len()).unwrap_or(u32::MAX);
        let (width, height) = packed.size;
        let (picture, thumb) = (put(&packed.whole)?, put(&packed.small)?);
        Ok(Body::Image { picture, bytes, width, height, thumb, name })
    }

    /// The small one goes first; one that is both goes once.
    fn unpack(&self, [picture, thumb]: [BlobId; 2]) -> Option<Vec<Parcel>> {
        let parcel = |blob| Some((blob, Arc::new(self.read(blob)?)));
        let mut parcels = vec![parcel(thumb)?];
        if picture != thumb {
            parcels.push(parcel(picture)?);
        }
        Some(parcels)
    }

    fn sent(&mut self, blobs: [BlobId; 2]) {
        for blob in blobs {
            if let Some(bytes) = self.read(blob) {
                self.keep(blob, &bytes);
            }
            self.outbox.remove(blob).ok();
        }
    }

    fn forget(&self, blobs: BTreeSet<BlobId>) {
        for blob in blobs {
            // One that was never fetched is not there.
            self.cache.remove(blob).ok();
        }
    }

    /// Whole or not at all, and over another file only where the person said so.
    fn save(&self, blob: BlobId, path: &Path, replace: bool) -> Result<(), Failure> {
        let bytes = self.read(blob).ok_or(Failure::ImageMissing)?;
        let failed = |error: std::io::Error| Failure::File(error.to_string());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        // A file like others of this person, not one that nobody else may read.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file = builder.prefix(".mychat").tempfile_in(folder).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        let saved = match replace {
            true => file.persist(path),
            false => file.persist_noclobber(path),
        };
        saved.map(drop).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::FileExists,
            _ => failed(error.error),
        })
    }
}

/// A picture as it is shown; one of somebody is small enough for many of them.
fn shown(view: View, bytes: &[u8]) -> Option<Arc<Picture>> {
    let picture = view.decode(bytes)?;
    let picture = match view {
        View::Face => picture.resize_to_fill(SHOWN_SIDE, SHOWN_SIDE, FilterType::CatmullRom),
        View::Thumb | View::Whole => picture,
    };
    Some(Arc::new(of(picture.into_rgba8())))
}

/// A file of the person's own. What is none, such as a pipe, might never be opened.
fn read_file(path: &Path, bytes_max: u64, too_large: Failure) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::File(error.to_string());
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Failure::PictureKind);
    }
    let file = fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > bytes_max {
        true => Err(too_large),
        false => Ok(bytes),
    }
}

/// A file of the person's own, upright and small enough to work on.
fn load(path: &Path) -> Result<Arc<Picture>, Failure> {
    let bytes = read_file(path, SOURCE_BYTES_MAX, Failure::PictureTooLarge)?;
    let decoded = images::decode(&bytes, SOURCE_PIXELS_MAX, SOURCE_SIDE_MAX);
    let (mut picture, _) = decoded.map_err(|_| Failure::PictureKind)?;
    if picture.width().min(picture.height()) < SOURCE_SIDE_MIN {
        return Err(Failure::PictureTooSmall);
    }
    if picture.width().max(picture.height()) > WORK_SIDE_MAX {
        picture = picture.resize(WORK_SIDE_MAX, WORK_SIDE_MAX, FilterType::Triangle);
    }
    Ok(Arc::new(of(picture.into_rgba8())))
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

fn of(rgba: RgbaImage) -> Picture {
    Picture { width: rgba.width(), height: rgba.height(), rgba: rgba.into_raw() }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::ImageFormat;

    use super::super::images::tests::{file as encoded, sample};
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
            let again = View::Face.decode(&bytes).unwrap();
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

    fn places(home: &tempfile::TempDir) -> Places {
        let outbox = Files::of(&home.path().join(OUTBOX));
        Places { cache: Files::of(home.path()), outbox, fresh: 0 }
    }

    #[test]
    fn the_cache_gives_what_it_got_and_nothing_damaged() {
        let home = tempfile::tempdir().unwrap();
        let mut places = places(&home);
        let bytes = png(PICTURE_SIDE, PICTURE_SIDE);
        let blob = BlobId(*blake3::hash(&bytes).as_bytes());
        assert_eq!(places.look(blob, View::Face), None);
        places.keep(blob, &bytes);
        assert_eq!(places.look(blob, View::Face).unwrap().width, SHOWN_SIDE);
        assert_eq!(places.look(blob, View::Thumb).unwrap().width, PICTURE_SIDE);
        fs::write(places.cache.path(blob), b"damaged").unwrap();
        assert_eq!(places.look(blob, View::Face), None);
    }

    #[test]
    fn what_is_to_be_sent_is_kept_until_it_is_and_no_longer() {
        let home = tempfile::tempdir().unwrap();
        let mut places = places(&home);
        let path = home.path().join("v-t.png");
        fs::write(&path, encoded(&sample(900, 600, false), ImageFormat::Png)).unwrap();
        let body = places.pack(&ImageSource::File(path)).unwrap();
        let Body::Image { picture, thumb, width: 900, name, .. } = body else { panic!("{body:?}") };
        assert_eq!(name, "v-t.png");
        assert!(places.look(thumb, View::Thumb).is_some(), "shown while it waits");
        let parcels = places.unpack([picture, thumb]).unwrap();
        assert_eq!(parcels.iter().map(|parcel| parcel.0).collect::<Vec<_>>(), [thumb, picture]);
        // A crash later: what is in an outbox stays, and only that.
        places.drop_all_but(&BTreeSet::from([picture]));
        assert_eq!(places.outbox.list().unwrap(), [picture]);
        assert_eq!(places.unpack([picture, thumb]), None);
        places.sent([picture, thumb]);
        assert_eq!(places.outbox.list().unwrap(), []);
        assert!(places.look(picture, View::Whole).is_some(), "and is not fetched again");
    }

    #[test]
    fn a_picture_is_saved_whole_and_over_nothing_by_itself() {
        let home = tempfile::tempdir().unwrap();
        let mut places = places(&home);
        let bytes = encoded(&sample(30, 20, false), ImageFormat::Png);
        let blob = BlobId(*blake3::hash(&bytes).as_bytes());
        let path = home.path().join("saved.png");
        assert_eq!(places.save(blob, &path, false), Err(Failure::ImageMissing));
        places.keep(blob, &bytes);
        places.save(blob, &path, false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
        fs::write(&path, b"mine").unwrap();
        assert_eq!(places.save(blob, &path, false), Err(Failure::FileExists));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        places.save(blob, &path, true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
        let nowhere = home.path().join("no/such/folder.png");
        assert!(matches!(places.save(blob, &nowhere, true), Err(Failure::File(_))));
        let left = fs::read_dir(home.path()).unwrap().count();
        assert_eq!(left, 2, "the file and the cache");
    }

    #[test]
    fn the_cache_has_a_bound_and_keeps_what_was_used_last() {
        let home = tempfile::tempdir().unwrap();
        let mut places = places(&home);
        let second = |n: u64| UNIX_EPOCH + Duration::from_secs(n);
        let blobs: Vec<BlobId> = (0..3_u8)
            .map(|number| {
                let bytes = vec![number; 40];
                let blob = BlobId(*blake3::hash(&bytes).as_bytes());
                places.keep(blob, &bytes);
                let file = fs::File::options().write(true).open(places.cache.path(blob)).unwrap();
                file.set_len(CACHED_BYTES_MAX / 2).unwrap();
                blob
            })
            .collect();
        for (blob, at) in blobs.iter().zip([5, 1, 9]) {
            places.cache.touch(*blob, second(at));
        }
        places.tidy();
        let left = places.cache.list().unwrap();
        assert!(left.contains(&blobs[0]) && left.contains(&blobs[2]) && left.len() == 2);
    }
}
