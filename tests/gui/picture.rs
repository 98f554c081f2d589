//! A picture of a window: its pixels, and a PNG file for people to look at.

use std::fs;
use std::path::PathBuf;

/// Blue, green, red and a byte of nothing of every pixel, row by row: as they come, for there are many.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    bgrx: Vec<u8>,
}

impl Picture {
    /// From what an X server with 24 bits in four bytes gives.
    pub fn from_bgrx(width: usize, height: usize, bgrx: Vec<u8>) -> Picture {
        assert_eq!(bgrx.len(), width * height * 4, "the screen has another depth");
        Picture { width, height, bgrx }
    }

    /// A pixel.
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 4;
        [self.bgrx[at + 2], self.bgrx[at + 1], self.bgrx[at]]
    }

    /// How many pixels have exactly this colour.
    pub fn count(&self, [r, g, b]: [u8; 3]) -> usize {
        self.bgrx.chunks_exact(4).filter(|pixel| pixel[..3] == [b, g, r]).count()
    }

    /// How many pixels have exactly this colour that had another one before.
    pub fn count_new(&self, [r, g, b]: [u8; 3], before: &Picture) -> usize {
        let pixels = self.bgrx.chunks_exact(4).zip(before.bgrx.chunks_exact(4));
        pixels.filter(|(now, old)| now[..3] == [b, g, r] && now != old).count()
    }

    /// Whether it is not all black, as a window is before it is drawn.
    pub fn is_drawn(&self) -> bool {
        self.bgrx.chunks_exact(4).any(|pixel| pixel[..3] != [0, 0, 0])
    }

    /// How many pixels differ between two pictures of one size; all when the sizes differ.
    pub fn differences(&self, other: &Picture) -> usize {
        if (self.width, self.height) != (other.width, other.height) {
            return self.width * self.height;
        }
        let pixels = self.bgrx.chunks_exact(4).zip(other.bgrx.chunks_exact(4));
        pixels.filter(|(a, b)| a != b).count()
    }

    /// Leaves the picture as `target/gui/NAME.png` and says where that is.
    pub fn save(&self, name: &str) -> String {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../gui");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        fs::write(&path, self.png()).unwrap();
        fs::canonicalize(path).unwrap().display().to_string()
    }

    /// The picture as PNG (RFC 2083), not compressed.
    fn png(&self) -> Vec<u8> {
        let side = |pixels: usize| u32::try_from(pixels).expect("a screen has few pixels");
        let mut header = Vec::new();
        header.extend(side(self.width).to_be_bytes());
        header.extend(side(self.height).to_be_bytes());
        header.extend([8, 2, 0, 0, 0]);
        let mut raw = Vec::with_capacity((self.width * 3 + 1) * self.height);
        for row in self.bgrx.chunks_exact(self.width * 4) {
            raw.push(0);
            for pixel in row.chunks_exact(4) {
                raw.extend([pixel[2], pixel[1], pixel[0]]);
            }
        }
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut png, *b"IHDR", &header);
        chunk(&mut png, *b"IDAT", &stored(&raw));
        chunk(&mut png, *b"IEND", &[]);
        png
    }
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) {
    let kind_and_body = [&kind, body].concat();
    png.extend(u32::try_from(body.len()).expect("a picture is small").to_be_bytes());
    png.extend(&kind_and_body);
    png.extend(crc(&kind_and_body).to_be_bytes());
}

/// A zlib stream of stored blocks (RFC 1950, 1951).
fn stored(raw: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = raw.chunks(0xFFFF);
    let last = blocks.len().saturating_sub(1);
    for (number, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).expect("a block has 16 bits of length");
        out.push(u8::from(number == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in raw {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
