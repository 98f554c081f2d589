//! The sounds of messages: made here, played by what the system has for that. Silent where it has
//! nothing.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use super::app::games::Noise;
use super::app::telling::Sound;

/// Samples in a second.
const RATE: u32 = 22_050;

/// Whether one is being played: the next one is then left out.
static PLAYING: AtomicBool = AtomicBool::new(false);

/// Plays one, on a thread of its own.
pub fn play(sound: Sound) {
    if let Some(wav) = wav(sound) {
        play_elsewhere(wav);
    }
}

/// Plays what is heard of a game.
pub fn play_of_game(noise: Noise) {
    play_elsewhere(wav_of_game(noise));
}

fn play_elsewhere(wav: Vec<u8>) {
    if PLAYING.swap(true, Ordering::AcqRel) {
        return;
    }
    let work = move || {
        if let Err(error) = play_wav(&wav) {
            tracing::debug!(%error, "a sound was not played");
        }
        PLAYING.store(false, Ordering::Release);
    };
    if let Err(error) = std::thread::Builder::new().name("sound".to_owned()).spawn(work) {
        tracing::warn!(%error, "no thread for a sound");
        PLAYING.store(false, Ordering::Release);
    }
}

/// Plays a sound to its end. Every player takes a file; not every one takes its input.
fn play_wav(wav: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new().prefix("mychat-").suffix(".wav").tempfile()?;
    file.write_all(wav)?;
    file.flush()?;
    play_file(&file.into_temp_path())
}

/// A player that is stuck keeps its thread, and no other one is started beside it.
#[cfg(not(windows))]
fn play_file(file: &std::path::Path) -> std::io::Result<()> {
    use std::process::{Command, Stdio};

    /// The programs that desktops have for it.
    const PLAYERS: [&str; 3] = ["paplay", "aplay", "pw-play"];
    for player in PLAYERS {
        let mut command = Command::new(player);
        command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // One that is there may have no way to the speakers; another one may have.
        if command.status().is_ok_and(|status| status.success()) {
            return Ok(());
        }
    }
    Err(std::io::Error::from(std::io::ErrorKind::NotFound))
}

#[cfg(windows)]
fn play_file(file: &std::path::Path) -> std::io::Result<()> {
    let path = file.to_string_lossy();
    let snd = winsafe::Snd::FileSync { path: &path, default: false, stop: true, sentry: false };
    winsafe::PlaySound(snd).map_err(std::io::Error::other)
}

/// A tone that dies away.
#[derive(Clone, Copy)]
struct Tone {
    /// When it begins, in seconds.
    from: f32,
    /// Its pitch at the beginning, and what is added to that in a second.
    pitch: (f32, f32),
    /// After so long it is about a third as loud.
    fade: f32,
    loud: f32,
}

/// A sound as a file; nothing where none is wanted.
fn wav(sound: Sound) -> Option<Vec<u8>> {
    let (seconds, tones) = match sound {
        Sound::Off => return None,
        Sound::Drop => (
            0.35,
            vec![tone(0.0, (620.0, 5_200.0), 0.035, 0.5), tone(0.11, (840.0, 7_000.0), 0.04, 0.4)],
        ),
        Sound::Chime => {
            (0.9, vec![tone(0.0, (1_318.5, 0.0), 0.16, 0.3), tone(0.14, (1_760.0, 0.0), 0.2, 0.3)])
        }
        Sound::Knock => (
            0.3,
            vec![tone(0.0, (210.0, -400.0), 0.02, 0.7), tone(0.13, (190.0, -400.0), 0.02, 0.6)],
        ),
    };
    Some(rendered(seconds, &tones))
}

/// What is heard of a game, as a file: wood on wood, two notes that ask, three at the end.
fn wav_of_game(noise: Noise) -> Vec<u8> {
    let click = |from: f32, loud: f32| {
        [tone(from, (1_150.0, -9_000.0), 0.008, loud), tone(from, (340.0, -900.0), 0.022, loud)]
    };
    match noise {
        Noise::Stone => rendered(0.16, &click(0.0, 0.45)),
        Noise::Take => rendered(0.26, &[click(0.0, 0.35), click(0.055, 0.5)].concat()),
        Noise::Ask => {
            let notes = [tone(0.0, (784.0, 0.0), 0.09, 0.35), tone(0.13, (988.0, 0.0), 0.1, 0.35)];
            rendered(0.7, &notes)
        }
        Noise::End => {
            let notes = [(0.0, 659.3), (0.14, 784.0), (0.28, 1_046.5)];
            rendered(0.98, &notes.map(|(from, pitch)| tone(from, (pitch, 0.0), 0.15, 0.3)))
        }
    }
}

fn tone(from: f32, pitch: (f32, f32), fade: f32, loud: f32) -> Tone {
    Tone { from, pitch, fade, loud }
}

/// Tones as a file.
fn rendered(seconds: f32, tones: &[Tone]) -> Vec<u8> {
    let rate = u16::try_from(RATE).map_or(f32::MAX, f32::from);
    let samples = (0_u16..).map(|at| f32::from(at) / rate).take_while(|at| *at < seconds);
    let data: Vec<u8> = samples.flat_map(|at| sample(tones, at).to_le_bytes()).collect();
    with_head(&data)
}

/// How far the membrane is from its middle at a moment.
fn sample(tones: &[Tone], at: f32) -> i16 {
    /// A tone that begins at once clicks.
    const ATTACK: f32 = 0.004;
    let mut level = 0.0;
    for tone in tones.iter().filter(|tone| at >= tone.from) {
        let since = at - tone.from;
        let turns = tone.pitch.0.mul_add(since, tone.pitch.1 * since * since / 2.0);
        let loud = tone.loud * (-since / tone.fade).exp() * (since / ATTACK).min(1.0);
        level += loud * (std::f32::consts::TAU * turns).sin();
    }
    #[expect(clippy::cast_possible_truncation, reason = "within the range of a sample")]
    let sample = (level.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16;
    sample
}

/// The head of a file of one channel of 16 bits, and the samples.
fn with_head(data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(0);
    let mut wav = Vec::with_capacity(data.len() + 44);
    wav.extend(b"RIFF");
    wav.extend((length + 36).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend([1, 0, 1, 0]);
    wav.extend(RATE.to_le_bytes());
    wav.extend((RATE * 2).to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend(length.to_le_bytes());
    wav.extend(data);
    wav
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sound_is_a_short_file_that_begins_and_ends_in_silence() {
        assert!(wav(Sound::Off).is_none());
        let told =
            Sound::ALL.into_iter().filter_map(|sound| Some((format!("{sound:?}"), wav(sound)?)));
        let noises = [Noise::Stone, Noise::Take, Noise::Ask, Noise::End];
        let played = noises.map(|noise| (format!("{noise:?}"), wav_of_game(noise)));
        for (sound, wav) in told.chain(played) {
            let (head, data) = wav.split_at(44);
            assert_eq!(&head[..4], b"RIFF");
            assert_eq!(
                usize::try_from(u32::from_le_bytes(head[40..].try_into().unwrap())).unwrap(),
                data.len()
            );
            let levels: Vec<i32> = data
                .chunks_exact(2)
                .map(|two| i32::from(i16::from_le_bytes([two[0], two[1]])).abs())
                .collect();
            assert!(levels.len() < usize::try_from(RATE).unwrap(), "{sound:?} is short");
            let loudest = *levels.iter().max().unwrap();
            assert!((6_000..32_767).contains(&loudest), "{sound:?}: {loudest}");
            assert!(levels[0] < 100 && *levels.last().unwrap() < 600, "{sound:?}");
        }
    }
}
