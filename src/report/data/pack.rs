//! Text made short for a page: base64 of raw deflate (RFC 1951), which browsers read without help.

use super::code::DIGITS;

/// Level 9 of zlib's ten: a second more for a hundredth less is not worth it.
const LEVEL: u8 = 9;

/// `text`, packed; `spof.unpack` of data.js is the way back.
pub(in crate::report) fn packed(text: &str) -> String {
    base64(&miniz_oxide::deflate::compress_to_vec(
        text.as_bytes(),
        LEVEL,
    ))
}

/// RFC 4648, section 4.
pub(in crate::report) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().chain([0; 2].iter()).take(3);
        let bits = group.fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        for at in 0..4 {
            let letter = (bits >> (18 - 6 * at)) as usize & 63;
            let padding = at > chunk.len();
            let letter = DIGITS.get(letter).copied().map_or('=', char::from);
            text.push(if padding { '=' } else { letter });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_the_rfc_shows_it() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
