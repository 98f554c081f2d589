//! How strong a password looks: what somebody who knows how people choose would have to guess.
//!
//! Length alone says little: a word, a date or a row of keys is one guess among few, however many
//! letters it has. So the password is read as such pieces, each worth so much, and what is left is
//! worth what its letters are. Everything is counted in tenths of a bit.

/// Under so much it is weak; under the next fair; under the last good; strong from there on.
const STEPS: [u32; 3] = [280, 420, 580];
/// What is shorter is no password.
const LENGTH_MIN: usize = 8;
/// What comes behind is in no password either.
const LENGTH_MAX: usize = 64;
/// One of a few hundred words that come to everybody's mind.
const WORD: u32 = 90;
/// A row of keys or of the alphabet, however long.
const ROW: u32 = 60;
/// A year of a life.
const YEAR: u32 = 60;
/// The same again.
const AGAIN: u32 = 20;
/// A letter, digit or sign that chance may have chosen.
const LETTER: u32 = 55;
const DIGIT: u32 = 35;
const SIGN: u32 = 60;
const SPACE: u32 = 20;
/// An ideograph: a thousand are in daily use, and they stand in words.
const OTHER: u32 = 60;
/// A letter of something that looks like a word, and what its first ones are worth more.
const WORD_LETTER: u32 = 16;
const WORD_START: u32 = 60;
/// A capital where none would be expected.
const CAPITAL: u32 = 10;

/// Words of passwords, in small letters: of the leaked lists, and those of this country.
const WORDS: &[&str] = &[
    "1314",
    "520",
    "abc",
    "admin",
    "asdf",
    "autumn",
    "baseball",
    "batman",
    "beijing",
    "campus",
    "chat",
    "chen",
    "china",
    "class",
    "computer",
    "dragon",
    "football",
    "guest",
    "hello",
    "huang",
    "iloveyou",
    "internet",
    "letmein",
    "library",
    "login",
    "love",
    "master",
    "michael",
    "mima",
    "monkey",
    "mychat",
    "pass",
    "passwd",
    "password",
    "princess",
    "qazwsx",
    "qwer",
    "qwerty",
    "root",
    "school",
    "secret",
    "server",
    "shadow",
    "shanghai",
    "spring",
    "student",
    "summer",
    "sunshine",
    "superman",
    "teacher",
    "test",
    "user",
    "wang",
    "welcome",
    "winter",
    "woaini",
    "woaizhongguo",
    "woshi",
    "word",
    "xiao",
    "yang",
    "zhang",
    "zhao",
    "zhou",
];

/// Keys beside and under each other.
const ROWS: [&str; 7] = [
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "1qaz2wsx3edc4rfv5tgb",
    "qazwsxedcrfvtgb",
    "1q2w3e4r5t6y7u8i9o",
];

/// How strong a password looks, 0 for an empty one, then 1 to 4.
#[must_use]
pub fn strength(password: &str) -> u8 {
    let letters: Vec<char> = password.chars().take(LENGTH_MAX).collect();
    if letters.is_empty() {
        return 0;
    }
    if letters.len() < LENGTH_MIN {
        return 1;
    }
    let worth = worth(&letters);
    1 + u8::try_from(STEPS.iter().filter(|step| worth >= **step).count()).unwrap_or(0)
}

fn worth(letters: &[char]) -> u32 {
    let small: Vec<char> = letters.iter().map(char::to_ascii_lowercase).collect();
    let plain: Vec<char> = small.iter().map(|c| unmasked(*c)).collect();
    let (mut worth, mut at) = (0, 0);
    while at < letters.len() {
        let (length, value) = pattern(&small, &plain, at).unwrap_or_else(|| {
            let is_free = |next: &usize| pattern(&small, &plain, *next).is_none();
            let free = 1 + (at + 1..letters.len()).take_while(is_free).count();
            run(&letters[at..at + free])
        });
        // Words are as often written with a capital as without.
        let capitals = letters[at..at + length].iter().skip(1).filter(|c| c.is_uppercase());
        worth += value + CAPITAL * number(capitals.count().min(3));
        at += length;
    }
    worth
}

/// The longest thing here that many have in their passwords.
fn pattern(small: &[char], plain: &[char], at: usize) -> Option<(usize, u32)> {
    let found = [
        again(small, at),
        row(small, at),
        word(small, at).or_else(|| word(plain, at)),
        year(small, at),
    ];
    found.into_iter().flatten().max_by_key(|(length, _)| *length)
}

/// A letter behind the digit or sign that people write for it.
fn unmasked(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        c => c,
    }
}

/// What stood right before, once more.
fn again(small: &[char], at: usize) -> Option<(usize, u32)> {
    let is_again = |length: &usize| {
        let (before, rest) = (&small[at - length..at], &small[at..]);
        rest.len() >= *length && before == &rest[..*length]
    };
    // A letter that stands twice is nothing; three times is a pattern.
    let single = at >= 2 && small[at] == small[at - 1] && small[at] == small[at - 2];
    let longest = (2..=at).rev().find(is_again);
    longest.or(single.then_some(1)).map(|length| (length, AGAIN))
}

/// At least three letters of the alphabet or digits in order, or four keys in a row.
fn row(small: &[char], at: usize) -> Option<(usize, u32)> {
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let rest = &small[at..];
    let mut length = 1;
    if let Some(first) = rest.get(..2).map(step).filter(|first| first.abs() == 1) {
        let same = rest
            .windows(2)
            .take_while(|pair| step(pair) == first && pair.iter().all(char::is_ascii_alphanumeric));
        length += same.count();
    }
    let keys = (4..=rest.len()).rev().find(|length| {
        let text: String = rest[..*length].iter().collect();
        let back: String = rest[..*length].iter().rev().collect();
        ROWS.iter().any(|row| row.contains(&text) || row.contains(&back))
    });
    let length = length.max(keys.unwrap_or(0));
    (length >= 3).then_some((length, ROW))
}

fn word(small: &[char], at: usize) -> Option<(usize, u32)> {
    let starts = |word: &&&str| {
        let mut rest = small[at..].iter();
        word.chars().all(|c| rest.next() == Some(&c))
    };
    let longest = WORDS.iter().filter(starts).map(|word| word.len()).max();
    longest.map(|length| (length, WORD))
}

/// A year from 1900 to 2099.
fn year(small: &[char], at: usize) -> Option<(usize, u32)> {
    let four = small.get(at..at + 4)?;
    let is_year = four.iter().all(char::is_ascii_digit)
        && matches!((four[0], four[1]), ('1', '9') | ('2', '0'));
    is_year.then_some((4, YEAR))
}

/// Letters up to where something else begins, or a single digit or sign.
fn run(rest: &[char]) -> (usize, u32) {
    let length = rest.iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let length = length.max(1);
    let value = match rest[0] {
        c if c.is_ascii_alphabetic() && is_wordlike(&rest[..length]) => {
            WORD_START + WORD_LETTER * number(length)
        }
        c if c.is_ascii_alphabetic() => LETTER * number(length),
        c if c.is_ascii_digit() => DIGIT,
        ' ' => SPACE,
        c if c.is_ascii() => SIGN,
        _ => OTHER,
    };
    (length, value)
}

/// Whether letters could be a word or a syllable, with vowels among them as in speech.
fn is_wordlike(letters: &[char]) -> bool {
    let is_vowel = |c: &char| "aeiouy".contains(c.to_ascii_lowercase());
    let vowels = letters.iter().filter(|c| is_vowel(c)).count();
    let longest_rest = letters.split(is_vowel).map(<[char]>::len).max().unwrap_or(0);
    letters.len() >= 3 && vowels * 5 >= letters.len() && longest_rest <= 4
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meter_is_honest() {
        let cases = [
            ("", 0),
            // Short, whatever it is made of.
            ("abc", 1),
            ("kX9#mQ2", 1),
            ("青柠檬好吃", 1),
            // One thing that many have.
            ("password", 1),
            ("passw0rd", 1),
            ("Passw0rd!", 1),
            ("aaaaaaaaaaaa", 1),
            ("abababababab", 1),
            ("12345678901234567890", 1),
            ("abcdefgh", 1),
            ("qwertyuiop123", 1),
            ("1qaz2wsx3edc", 1),
            ("MyChat2026", 1),
            ("woaini1314", 1),
            ("zhangwei1998", 1),
            ("20010131", 1),
            ("short 12", 1),
            ("hunter2hunter2", 1),
            // Two words, or one and a bit.
            ("correct horse", 2),
            ("orchard gate 7", 2),
            // What chance chose, or several words.
            ("kX9#mQ2p", 3),
            ("Correct-horse-7", 3),
            ("kqzvbwpmxr", 3),
            ("correct horse battery staple", 4),
            ("jX4!vR8?zN2&", 4),
            ("我家住在图书馆三楼旁边", 4),
        ];
        for (password, expected) in cases {
            let letters: Vec<char> = password.chars().collect();
            assert_eq!(strength(password), expected, "{password}: {}", worth(&letters));
        }
    }

    #[test]
    fn any_text_is_measured() {
        let mut text = String::new();
        for c in "kX9#青mQ2p ü\u{1F600}\0zzzz1999aaaa".chars() {
            text.push(c);
            assert!((1..=4).contains(&strength(&text)), "{text:?}");
        }
        assert_eq!(strength(&"x".repeat(100_000)), 1);
    }
}
