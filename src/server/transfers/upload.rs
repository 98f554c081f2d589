//! A file that comes: each chunk is proven and written, and the whole becomes a blob.

use std::io::{self, Write};
use std::sync::atomic::Ordering;

use smol::future;

use super::door::Trip;
use super::link::Link;
use crate::domain::BlobId;
use crate::net::parcel::{self, FileEnd, FileWelcome, Part};
use crate::net::protocol::{Reason, Refusal};
use crate::server::disk;
use crate::server::job::{Job, Verdict};
use crate::store::incoming::Incoming;

/// So often bytes are laid where blobs lie when a sweep takes them away before their row is written.
const SETTLES_MAX: usize = 3;

/// How bringing ended.
enum End {
    /// It is kept.
    Kept,
    /// It is not, and the sender hears why.
    Refused(Refusal),
    /// There is nobody to hear anything.
    Silent,
}

impl From<Reason> for End {
    fn from(reason: Reason) -> Self {
        End::Refused(reason.into())
    }
}

/// Serves the link to its end.
pub(super) fn run(mut link: Link, trip: &Trip) -> io::Result<()> {
    let line = &trip.passage.line;
    // A sender that comes back has lost its older link, which may not have noticed.
    trip.passage.transfers.supersede(line);
    let Some(claim) = line.flow.claim(|| line.is_cut()) else { return Ok(()) };
    let mut incoming = match begin(trip) {
        Ok(incoming) => incoming,
        Err(reason) => {
            parcel::write_frame(&mut link, &FileWelcome::Refused(reason.into()))?;
            return link.close();
        }
    };
    let end = bring(&mut link, trip, &mut incoming);
    // What came is taken up from here on, whatever ended the link.
    if !incoming.has_failed()
        && let Err(error) = incoming.sync()
    {
        disk_failed(&error);
    }
    drop((incoming, claim));
    let end = match end? {
        End::Kept => FileEnd::Kept {},
        End::Refused(refusal) => FileEnd::Refused(refusal),
        End::Silent => return Ok(()),
    };
    parcel::write_frame(&mut link, &end)?;
    link.close()
}

/// What is there of it. Another link may have brought the rest while this one waited.
fn begin(trip: &Trip) -> Result<Incoming, Reason> {
    if trip.passage.line.flow.is_over() {
        return Err(Reason::FileGone);
    }
    if is_low(trip) {
        return Err(Reason::FilesFull);
    }
    let opened = Incoming::open(&trip.shared.files, trip.file(), trip.bytes);
    opened.map_err(|error| disk_failed(&error))
}

fn bring(link: &mut Link, trip: &Trip, incoming: &mut Incoming) -> io::Result<End> {
    let flow = &trip.passage.line.flow;
    let chunks = incoming.outline().len();
    flow.moved(chunks);
    parcel::write_frame(link, &FileWelcome::Send { chunks })?;
    parcel::write_values(link, incoming.outline())?;
    link.flush()?;
    let mut chunk = Vec::new();
    loop {
        let part = parcel::read_part(link, incoming.outline(), &mut chunk);
        if flow.is_gone() {
            return Ok(Reason::FileGone.into());
        }
        match part? {
            Part::Nothing => {}
            Part::Chunk(value) => {
                let outline = incoming.outline();
                if outline.value_of(outline.len(), &chunk) != value {
                    return Ok(Reason::FileWrong.into());
                }
                let is_due = match incoming.put(value, &chunk) {
                    Ok(is_due) => is_due,
                    Err(error) => return Ok(disk_failed(&error).into()),
                };
                trip.shared.metrics.files_in.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                flow.moved(incoming.outline().len());
                if is_due && is_low(trip) {
                    return Ok(Reason::FilesFull.into());
                }
            }
            Part::End(root) => return Ok(finish(trip, incoming, root)),
            // What is there is not what its sender has: all of it has to come again.
            Part::Stop(why) if why.reason == Reason::FileWrong => {
                return Ok(forget(trip, incoming));
            }
            Part::Stop(_) => return Ok(End::Silent),
        }
    }
}

/// All came, as its sender says.
fn finish(trip: &Trip, incoming: &mut Incoming, root: BlobId) -> End {
    match incoming.outline().root() {
        Some(whole) if whole == root => {}
        // Each chunk was what was said of it, so some other was said before: all has to come again.
        Some(_) => return forget(trip, incoming),
        None => return Reason::FileWrong.into(),
    }
    for _ in 0..SETTLES_MAX {
        if let Err(error) = incoming.settle(root) {
            return disk_failed(&error).into();
        }
        let (slot, verdict) = async_channel::bounded(1);
        let job = Job::KeepFile { file: trip.file(), root, slot };
        if trip.shared.jobs.send_blocking(job).is_err() {
            return End::Silent;
        }
        // Behind a writer that has failed nobody answers; whether it was kept is asked again.
        let closed = async {
            trip.shared.closed().await;
            None
        };
        let verdict = future::or(async { verdict.recv().await.ok() }, closed);
        match smol::block_on(verdict) {
            Some(Verdict::Kept) => return End::Kept,
            Some(Verdict::Gone) => return Reason::FileGone.into(),
            Some(Verdict::Failed) => return Reason::Failed.into(),
            Some(Verdict::Missing) => {}
            None => return End::Silent,
        }
    }
    Reason::Failed.into()
}

/// Nothing of it is there any more.
fn forget(trip: &Trip, incoming: &mut Incoming) -> End {
    trip.passage.line.flow.moved(0);
    match incoming.reset() {
        Ok(()) => Reason::FileWrong.into(),
        Err(error) => disk_failed(&error).into(),
    }
}

fn is_low(trip: &Trip) -> bool {
    let shared = &trip.shared;
    let is_full = shared.disk_full.load(Ordering::Relaxed);
    is_full || disk::is_full(shared.files.folder(), shared.policy.limits().files_free_mib)
}

fn disk_failed(error: &io::Error) -> Reason {
    tracing::warn!(%error, "a file that comes cannot be written");
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Reason::FilesFull,
        _ => Reason::Failed,
    }
}
