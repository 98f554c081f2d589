//! The lines of a script, read on a thread of their own.

use std::io::{self, BufRead, BufReader, Read};

use async_channel::{Receiver, Sender};

/// Bytes of one line; a longer one is no request.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// Lines read ahead.
const LINES_MAX: usize = 64;

/// A line, or why it is none.
pub(super) type Line = Result<String, &'static str>;

/// Reads lines on a thread of their own, since reading cannot be interrupted.
pub(super) fn read_lines(input: impl Read + Send + 'static) -> io::Result<Receiver<Line>> {
    let (sender, lines) = async_channel::bounded(LINES_MAX);
    let thread = std::thread::Builder::new().name("script-input".to_owned());
    thread.spawn(move || forward(BufReader::new(input), &sender))?;
    Ok(lines)
}

fn forward(mut input: impl BufRead, lines: &Sender<Line>) {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let limit = LINE_BYTES_MAX as u64 + 1;
        match input.by_ref().take(limit).read_until(b'\n', &mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let whole = bytes.last() == Some(&b'\n') || bytes.len() <= LINE_BYTES_MAX;
        let line = match whole {
            true => String::from_utf8(std::mem::take(&mut bytes)).map_err(|_| "not UTF-8"),
            false => {
                if skip_line(&mut input).is_err() {
                    return;
                }
                Err("a line has at most 1 MiB")
            }
        };
        if lines.send_blocking(line).is_err() {
            return;
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let (used, ended) = match bytes.iter().position(|byte| *byte == b'\n') {
            Some(index) => (index + 1, true),
            None => (bytes.len(), bytes.is_empty()),
        };
        input.consume(used);
        if ended {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_bound_and_reading_goes_on() {
        let mut input = vec![b'x'; LINE_BYTES_MAX + 10];
        input.extend(b"\n{\"do\":\"online\"}\n\xff\nlast");
        let lines = read_lines(io::Cursor::new(input)).unwrap();
        let mut read = Vec::new();
        while let Ok(line) = lines.recv_blocking() {
            read.push(line);
        }
        let online = "{\"do\":\"online\"}\n".to_owned();
        let too_long = Err("a line has at most 1 MiB");
        assert_eq!(read, [too_long, Ok(online), Err("not UTF-8"), Ok("last".to_owned())]);
    }
}
