//! Words between programs: what this one calls itself, and names from outside as one line.

/// What this program calls itself.
pub fn program() -> String {
    format!("mychat {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS)
}

/// A text from outside as one line of at most so many bytes.
pub fn one_line(text: &str, bytes_max: usize) -> String {
    let line: String = text.chars().filter(|c| !c.is_control()).collect();
    line[..line.floor_char_boundary(bytes_max)].to_owned()
}
