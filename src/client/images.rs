//! Pictures for a chat: from whatever a person has to what travels, and back to pixels. Pure.
//!
//! What a person chose is encoded anew, so that nothing but the picture leaves this computer: no
//! place, no camera, no time. What comes from others is decoded only within the limits of what travels.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, RgbaImage,
};

use super::api::{Failure, Picture, View};
use crate::domain::file_name;
use crate::limits::{
    IMAGE_BYTES_MAX, IMAGE_SIDE_MAX, IMAGE_SOURCE_BYTES_MAX, IMAGE_SOURCE_PIXELS_MAX,
    PICTURE_BYTES_MAX, PICTURE_SIDE, THUMB_BYTES_MAX, THUMB_SIDES_MAX,
};

/// Memory that decoding may take: the most pixels, and a bit.
const DECODE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// A PNG stays one up to so many bytes: screenshots keep their letters sharp, photos become JPEG.
const PNG_BYTES_MAX: usize = 1024 * 1024;
/// The same for a small one.
const SMALL_PNG_BYTES_MAX: usize = 24 * 1024;
/// How well a JPEG is kept; the next one is tried while it is too long.
const QUALITIES: [u8; 3] = [88, 75, 60];

/// A picture as it travels.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Packed {
    pub whole: Vec<u8>,
    pub size: (u32, u32),
    pub small: Vec<u8>,
}

/// A file's bytes as they travel.
///
/// # Errors
/// Too many bytes or pixels, no PNG or JPEG, damaged.
pub(super) fn pack_file(bytes: &[u8]) -> Result<Packed, Failure> {
    if bytes.len() as u64 > IMAGE_SOURCE_BYTES_MAX {
        return Err(Failure::ImageTooLarge);
    }
    let (picture, format) = decode(bytes, IMAGE_SOURCE_PIXELS_MAX, u32::MAX)?;
    pack(picture, format == ImageFormat::Png)
}

/// Pixels as they travel.
///
/// # Errors
/// Too many, or not as many as they say.
pub(super) fn pack_pixels(picture: &Picture) -> Result<Packed, Failure> {
    let Picture { width, height, rgba } = picture;
    if u64::from(*width) * u64::from(*height) > IMAGE_SOURCE_PIXELS_MAX {
        return Err(Failure::ImageTooLarge);
    }
    let whole = RgbaImage::from_raw(*width, *height, rgba.clone());
    let whole = whole.filter(|_| *width > 0 && *height > 0).ok_or(Failure::PictureKind)?;
    pack(whole.into(), true)
}

fn pack(picture: DynamicImage, may_be_png: bool) -> Result<Packed, Failure> {
    let picture = within(picture, (IMAGE_SIDE_MAX, IMAGE_SIDE_MAX), FilterType::Triangle);
    let png_max = if may_be_png { PNG_BYTES_MAX } else { 0 };
    let (whole, size) = encode(&picture, png_max, IMAGE_BYTES_MAX)?;
    let is_small = whole.len() <= THUMB_BYTES_MAX
        && size.0 <= THUMB_SIDES_MAX.0
        && size.1 <= THUMB_SIDES_MAX.1;
    let small = match is_small {
        true => whole.clone(),
        false => {
            let small = within(picture, THUMB_SIDES_MAX, FilterType::CatmullRom);
            encode(&small, SMALL_PNG_BYTES_MAX, THUMB_BYTES_MAX)?.0
        }
    };
    Ok(Packed { whole, size, small })
}

/// What a picture is called, with the ending of what it became.
pub(super) fn named(name: &str, whole: &[u8]) -> String {
    let ending = match image::guess_format(whole) {
        Ok(ImageFormat::Jpeg) => "jpg",
        _ => "png",
    };
    let stem = match name.rsplit_once('.') {
        Some((stem, "jpeg" | "JPEG" | "JPG" | "jpg" | "png" | "PNG")) => stem,
        _ => name,
    };
    file_name(&format!("{}.{ending}", if stem.is_empty() { "picture" } else { stem }))
}

/// Not larger than that, in the same shape.
fn within(picture: DynamicImage, (w, h): (u32, u32), filter: FilterType) -> DynamicImage {
    match picture.width() > w || picture.height() > h {
        true => picture.resize(w, h, filter),
        false => picture,
    }
}

/// PNG where that is short, else a JPEG that is: worse, then smaller, until it fits.
fn encode(
    picture: &DynamicImage,
    png_max: usize,
    bytes_max: usize,
) -> Result<(Vec<u8>, (u32, u32)), Failure> {
    let failed = |_| Failure::PictureKind;
    let mut rgba = picture.to_rgba8();
    if png_max > 0 {
        let mut png = Vec::new();
        let (w, h) = rgba.dimensions();
        let encoder = PngEncoder::new(&mut png);
        match rgba.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
            true => {
                let rgb = picture.to_rgb8();
                encoder.write_image(&rgb, w, h, image::ExtendedColorType::Rgb8).map_err(failed)?;
            }
            false => {
                encoder
                    .write_image(&rgba, w, h, image::ExtendedColorType::Rgba8)
                    .map_err(failed)?;
            }
        }
        if png.len() <= png_max {
            return Ok((png, (w, h)));
        }
    }
    loop {
        let plain = on_white(&rgba);
        for quality in QUALITIES {
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, quality)
                .encode_image(&plain)
                .map_err(failed)?;
            if jpeg.len() <= bytes_max {
                return Ok((jpeg, rgba.dimensions()));
            }
        }
        let (w, h) = rgba.dimensions();
        let (w, h) = ((w * 3 / 4).max(1), (h * 3 / 4).max(1));
        rgba = image::imageops::resize(&rgba, w, h, FilterType::Triangle);
    }
}

/// JPEG has no opacity: what shines through is white.
pub(super) fn on_white(rgba: &RgbaImage) -> image::RgbImage {
    let mut plain = image::RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in plain.pixels_mut().zip(rgba.pixels()) {
        let [r, g, b, a] = from.0.map(u32::from);
        let blend = |c: u32| u8::try_from((c * a + 255 * (255 - a)) / 255).unwrap_or(u8::MAX);
        to.0 = [blend(r), blend(g), blend(b)];
    }
    plain
}

/// PNG or JPEG by what it is, not by its name; turned as its camera says. Nothing is decoded before
/// its header was held against the limits.
///
/// # Errors
/// Another kind, damaged, or more than the limits.
pub(super) fn decode(
    bytes: &[u8],
    pixels_max: u64,
    side_max: u32,
) -> Result<(DynamicImage, ImageFormat), Failure> {
    let unread = |_| Failure::PictureKind;
    let format = image::guess_format(bytes).map_err(unread)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
        return Err(Failure::PictureKind);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(side_max);
    limits.max_image_height = Some(side_max);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unread)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > pixels_max {
        return Err(Failure::ImageTooLarge);
    }
    let turned = decoder.orientation().map_err(unread)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unread)?;
    picture.apply_orientation(turned);
    Ok((picture, format))
}

impl View {
    /// The longest that it travels as.
    pub(super) fn bytes_max(self) -> usize {
        match self {
            View::Face => PICTURE_BYTES_MAX,
            View::Thumb => THUMB_BYTES_MAX,
            View::Whole => IMAGE_BYTES_MAX,
        }
    }

    fn side_max(self) -> u32 {
        match self {
            View::Face => PICTURE_SIDE,
            View::Thumb => THUMB_SIDES_MAX.0,
            View::Whole => IMAGE_SIDE_MAX,
        }
    }

    /// Its pixels, from the bytes of a stranger.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<DynamicImage> {
        if bytes.len() > self.bytes_max() {
            return None;
        }
        let side = self.side_max();
        let (picture, _) = decode(bytes, u64::from(side) * u64::from(side), side).ok()?;
        Some(picture)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Stripes, or noise.
    pub fn sample(width: u32, height: u32, is_noise: bool) -> RgbaImage {
        let mut state = 7_u64;
        RgbaImage::from_fn(width, height, |x, _| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            match is_noise {
                true => {
                    let [r, g, b, ..] = state.to_be_bytes();
                    image::Rgba([r, g, b, 255])
                }
                false => image::Rgba([if x % 32 < 16 { 250 } else { 20 }, 90, 160, 255]),
            }
        })
    }

    /// As a file of that kind.
    pub fn file(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::from(picture.clone());
        let picture = match format {
            ImageFormat::Jpeg => picture.to_rgb8().into(),
            _ => picture,
        };
        picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    /// The first chunks of a PNG that says to be so large.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        let crc = bytes[12..].iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 }
            })
        });
        bytes.extend((!crc).to_be_bytes());
        bytes.extend(b"\0\0\0\x01IDAT\0\0\0\0\0");
        bytes
    }

    fn check(packed: &Packed) -> DynamicImage {
        assert!(packed.whole.len() <= IMAGE_BYTES_MAX && packed.small.len() <= THUMB_BYTES_MAX);
        let whole = View::Whole.decode(&packed.whole).unwrap();
        assert_eq!((whole.width(), whole.height()), packed.size);
        let small = View::Thumb.decode(&packed.small).unwrap();
        assert!(small.width() <= THUMB_SIDES_MAX.0 && small.height() <= THUMB_SIDES_MAX.1);
        whole
    }

    #[test]
    fn a_screenshot_stays_png_and_a_photo_becomes_jpeg() {
        let kind = |bytes: &[u8]| image::guess_format(bytes).unwrap();
        let shot = pack_file(&file(&sample(1_000, 600, false), ImageFormat::Png)).unwrap();
        assert_eq!(kind(&shot.whole), ImageFormat::Png);
        assert_eq!(check(&shot).to_rgba8(), sample(1_000, 600, false), "not a pixel is lost");
        let photo = pack_file(&file(&sample(900, 700, true), ImageFormat::Png)).unwrap();
        assert_eq!(kind(&photo.whole), ImageFormat::Jpeg);
        check(&photo);
        let jpeg = pack_file(&file(&sample(300, 200, false), ImageFormat::Jpeg)).unwrap();
        assert_eq!((kind(&jpeg.whole), jpeg.size), (ImageFormat::Jpeg, (300, 200)));
        assert_eq!(jpeg.whole, jpeg.small, "small enough for both");
        check(&jpeg);
    }

    #[test]
    fn the_ending_of_a_name_says_what_the_picture_became() {
        let jpeg = file(&sample(3, 3, false), ImageFormat::Jpeg);
        let png = file(&sample(3, 3, false), ImageFormat::Png);
        let long = "n".repeat(200);
        let cases = [
            ("v-t.png", &jpeg, "v-t.jpg".to_owned()),
            ("v-t.JPEG", &png, "v-t.png".to_owned()),
            ("v.t", &png, "v.t.png".to_owned()),
            ("", &png, "picture.png".to_owned()),
            (&long, &jpeg, format!("{}.jpg", "n".repeat(116))),
        ];
        for (name, bytes, expected) in cases {
            assert_eq!(named(name, bytes), expected);
        }
    }

    #[test]
    fn what_travels_is_bounded_whatever_comes() {
        for (w, h) in [(1, 1), (1, 4_000), (5_000, 3), (2_800, 1_500)] {
            let packed = pack_file(&file(&sample(w, h, true), ImageFormat::Png)).unwrap();
            let whole = check(&packed);
            assert!(whole.width().max(whole.height()) <= IMAGE_SIDE_MAX, "{w} x {h}");
        }
        let clear = RgbaImage::from_pixel(600, 500, image::Rgba([9, 9, 9, 0]));
        let packed = pack_file(&file(&clear, ImageFormat::Png)).unwrap();
        assert_eq!(check(&packed).to_rgba8().get_pixel(3, 3).0[3], 0, "it stays clear");
    }

    #[test]
    fn what_is_no_picture_or_too_much_of_one_is_refused() {
        let png = file(&sample(300, 300, true), ImageFormat::Png);
        let cases = [
            ("a bomb of 66 bytes", bomb(30_000, 30_000), Failure::ImageTooLarge),
            ("a long bomb", bomb(4_000_000_000, 1), Failure::PictureKind),
            ("nothing", Vec::new(), Failure::PictureKind),
            ("another kind", b"GIF89a, and it moves".to_vec(), Failure::PictureKind),
            ("words", b"hello".to_vec(), Failure::PictureKind),
            ("half a file", png[..png.len() / 2].to_vec(), Failure::PictureKind),
            ("50 MB", vec![0; 50_000_000], Failure::ImageTooLarge),
        ];
        for (name, bytes, expected) in cases {
            assert_eq!(pack_file(&bytes).err(), Some(expected), "{name}");
        }
        let lie = Picture { width: 20, height: 20, rgba: vec![0; 7] };
        assert_eq!(pack_pixels(&lie).err(), Some(Failure::PictureKind));
        let none = Picture { width: 0, height: 0, rgba: Vec::new() };
        assert_eq!(pack_pixels(&none).err(), Some(Failure::PictureKind));
        for view in [View::Face, View::Thumb, View::Whole] {
            assert!(view.decode(&bomb(30_000, 30_000)).is_none());
        }
        assert!(View::Thumb.decode(&file(&sample(481, 9, false), ImageFormat::Png)).is_none());
    }

    #[test]
    fn pixels_travel_as_they_are_and_nothing_else_does() {
        let shot = sample(200, 100, false);
        let picture = Picture { width: 200, height: 100, rgba: shot.clone().into_raw() };
        assert_eq!(check(&pack_pixels(&picture).unwrap()).to_rgba8(), shot);
        // A place that a camera wrote is gone, and the way it was held is not.
        let mut held = file(&sample(300, 200, false), ImageFormat::Jpeg);
        let exif =
            b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS here";
        let mut segment = vec![0xFF, 0xE1];
        segment.extend((u16::try_from(exif.len()).unwrap() + 2).to_be_bytes());
        segment.extend(exif);
        held.splice(2..2, segment);
        let packed = pack_file(&held).unwrap();
        assert_eq!(packed.size, (200, 300), "upright");
        let has = |bytes: &[u8]| bytes.windows(3).any(|part| part == b"GPS");
        assert!(has(&held) && !has(&packed.whole) && !has(&packed.small));
    }
}
