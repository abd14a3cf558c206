//! Words as a reader sees them, whatever they are written with: what hides a word from a search (invisible letters, letters
//! of other alphabets, digits for letters, letters set apart, words run together) is taken back.

use unicode_normalization::UnicodeNormalization;

use super::words::{is_known, is_rooted, parts_of};

/// Letters of the longest word that is taken apart.
const WORD_LETTERS_MAX: usize = 48;
/// The fewest single letters in a row that are read as one word: "a b c" is a list.
const APART_MIN: usize = 4;

/// A folded text: its words, parted by one space each.
#[derive(Debug, Default, Clone)]
pub struct Folded {
    /// Words in small letters.
    pub text: String,
    /// Where each word begins in `text`, and where in the text that was folded.
    pub words: Vec<(usize, usize)>,
}

impl Folded {
    /// The number of the word that begins at or before this byte of `text`.
    pub fn word_at(&self, byte: usize) -> usize {
        self.words.partition_point(|(start, _)| *start <= byte).saturating_sub(1)
    }

    fn push(&mut self, word: &str, origin: usize) {
        if word.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.words.push((self.text.len(), origin));
        self.text.push_str(word);
    }
}

/// A word with where it came from and how far it stands from the one before.
struct Token {
    word: String,
    origin: usize,
    /// Letters of the text between the word before and this one.
    gap: usize,
}

/// Folds a text.
pub fn fold(text: &str) -> Folded {
    let mut tokens = tokens(text);
    tokens.iter_mut().for_each(|token| token.word = one_alphabet(&token.word));
    let mut folded = Folded::default();
    let mut at = 0;
    while at < tokens.len() {
        let apart = tokens[at..].iter().take_while(|token| is_single(&token.word)).count();
        if apart >= APART_MIN {
            join_apart(&tokens[at..at + apart], &mut folded);
            at += apart;
        } else {
            emit(&tokens[at], &mut folded);
            at += 1;
        }
    }
    folded
}

/// Folds letters only and parts words, as entries of lists are folded.
pub fn fold_plain(text: &str) -> String {
    let words: Vec<String> = tokens(text).into_iter().map(|token| token.word).collect();
    words.join(" ")
}

fn is_single(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|letter| letter.is_ascii_alphanumeric()) && letters.next().is_none()
}

/// "s l o t  g a c o r": a wider gap parts words. What is no known word stays as it was.
fn join_apart(letters: &[Token], folded: &mut Folded) {
    let usual = letters.iter().skip(1).map(|token| token.gap).min().unwrap_or(1);
    let mut from = 0;
    for at in 1..=letters.len() {
        if at < letters.len() && letters[at].gap <= usual {
            continue;
        }
        let group = &letters[from..at];
        let joined: String = group.iter().map(|token| token.word.as_str()).collect();
        let plain = without_digits(&joined).unwrap_or(joined);
        match is_known(&plain).then(|| vec![plain.clone()]).or_else(|| parts_of(&plain)) {
            Some(parts) => parts.iter().for_each(|part| folded.push(part, group[0].origin)),
            // "H A C K E D   B Y": with gaps of two widths even unknown words are words.
            None if group.len() < letters.len() => folded.push(&plain, group[0].origin),
            None => group.iter().for_each(|token| folded.push(&token.word, token.origin)),
        }
        from = at;
    }
}

fn emit(token: &Token, folded: &mut Folded) {
    let word = token.word.as_str();
    if is_known(word) || !word.is_ascii() || word.len() > WORD_LETTERS_MAX {
        return folded.push(word, token.origin);
    }
    let unrolled = without_digits(word).or_else(|| without_repeats(word));
    // "sl0tt": both at once.
    let both = without_digits(&single(word)).filter(|plain| is_rooted(plain));
    for plain in unrolled.into_iter().chain(both) {
        if is_known(&plain) {
            return folded.push(&plain, token.origin);
        }
        if let Some(parts) = parts_of(&plain) {
            return parts.iter().for_each(|part| folded.push(part, token.origin));
        }
    }
    match parts_of(word) {
        Some(parts) => parts.iter().for_each(|part| folded.push(part, token.origin)),
        None => word.split(['@', '$', '!']).for_each(|part| folded.push(part, token.origin)),
    }
}

/// "g4c0r" → "gacor", "sl0t88" → "slot88"; nothing where no such word is known.
fn without_digits(word: &str) -> Option<String> {
    let has_letter = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let stands_in = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'@' | b'$' | b'!');
    if !has_letter || !word.bytes().any(stands_in) {
        return None;
    }
    let stem = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let tail = &word[stem.len()..];
    for one in ['i', 'l'] {
        let letter = |digit: char| match digit {
            '0' => 'o',
            '1' | '!' => one,
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '6' | '9' => 'g',
            '7' => 't',
            '8' => 'b',
            other => other,
        };
        let whole: String = word.chars().map(letter).collect();
        if is_known(&whole) {
            return Some(whole);
        }
        let stem: String = stem.chars().map(letter).collect();
        let with_tail = format!("{stem}{tail}");
        if with_tail != word && (is_known(&stem) || parts_of(&with_tail).is_some()) {
            return Some(with_tail);
        }
    }
    None
}

/// "gacorrrr" → "gacor", "maxxwin" → "maxwin".
fn without_repeats(word: &str) -> Option<String> {
    let letters = word.as_bytes();
    let runs = |length: usize| {
        letters.windows(length).any(|run| run[0].is_ascii_alphabetic() && run.iter().all(|one| *one == run[0]))
    };
    if !runs(2) {
        return None;
    }
    let plain = single(word);
    // Honest words have double letters: "channel" is no "chanel".
    (runs(3) || is_rooted(&plain)).then_some(plain)
}

/// Each run of a letter as one.
fn single(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    for letter in word.chars() {
        if !letter.is_ascii_alphabetic() || !plain.ends_with(letter) {
            plain.push(letter);
        }
    }
    plain
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut word, mut origin, mut gap) = (String::new(), 0, 0);
    let mut read = |at: usize, letter: char| {
        if is_invisible(letter) {
            return;
        }
        let letter = look_of(letter);
        let inside = matches!(letter, '@' | '$' | '!') && !word.is_empty() || letter == '$';
        if letter.is_alphanumeric() || is_vowel_sign(letter) || inside {
            if word.is_empty() {
                origin = at;
            }
            word.push(letter);
        } else if letter == '%' && word.bytes().last().is_some_and(|byte| byte.is_ascii_digit()) {
            word.push('%');
        } else {
            close(&mut word, origin, &mut gap, &mut tokens);
            gap += 1;
        }
    };
    for (at, raw) in text.char_indices() {
        // Most letters are plain, and have nothing to be taken apart.
        if raw.is_ascii() {
            read(at, raw.to_ascii_lowercase());
        } else {
            std::iter::once(squared(raw)).nfkd().flat_map(char::to_lowercase).for_each(|letter| read(at, letter));
        }
    }
    close(&mut word, origin, &mut gap, &mut tokens);
    tokens
}

fn close(word: &mut String, origin: usize, gap: &mut usize, tokens: &mut Vec<Token>) {
    // "sekarang!" ends with a mark, "$50" begins with one: only inside a word do they stand for letters.
    let bare = word.trim_end_matches(['@', '$', '!']);
    let bare =
        if bare.bytes().skip(1).all(|byte| !byte.is_ascii_alphabetic()) { bare.trim_start_matches('$') } else { bare };
    if !bare.is_empty() {
        tokens.push(Token { word: bare.to_owned(), origin, gap: std::mem::take(gap) });
    }
    word.clear();
}

/// A Latin word with letters of other alphabets in it, or a known one written with such letters alone.
fn one_alphabet(word: &str) -> String {
    if word.is_ascii() || !word.chars().any(|letter| look_alike(letter).is_some()) {
        return word.to_owned();
    }
    let latin: String = word.chars().map(|letter| look_alike(letter).unwrap_or(letter)).collect();
    let is_mixed = word.chars().any(|letter| letter.is_ascii_alphabetic());
    if is_mixed || latin.is_ascii() && (is_known(&latin) || parts_of(&latin).is_some()) {
        latin
    } else {
        word.to_owned()
    }
}

/// Joiners, marks of direction, soft hyphens, selectors of variants, tags, and marks over letters.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e01ef}'
        | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Signs of vowels and tones that are no letters for Unicode, but parts of words (Thai, Kana).
fn is_vowel_sign(letter: char) -> bool {
    matches!(letter, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{3099}' | '\u{309a}' | '\u{30fc}')
}

/// White letters on coloured squares and discs, and letters of flags: Unicode gives them no plain form.
fn squared(letter: char) -> char {
    let from = |first: u32| char::from_u32('a' as u32 + (letter as u32 - first)).unwrap_or(letter);
    match letter {
        '\u{1f150}'..='\u{1f169}' => from(0x1f150),
        '\u{1f170}'..='\u{1f189}' => from(0x1f170),
        '\u{1f1e6}'..='\u{1f1ff}' => from(0x1f1e6),
        other => other,
    }
}

/// Latin letters that look like plain ones and have no decomposition.
fn look_of(letter: char) -> char {
    match letter {
        'ı' | 'ɩ' | 'ɪ' | 'Ɪ' | 'ǀ' => 'i',
        'ł' | 'ʟ' | 'ɭ' | 'ƚ' | 'ⅼ' => 'l',
        'ø' | 'ᴏ' | 'ɵ' | 'ꬽ' => 'o',
        'đ' | 'ɖ' | 'ᴅ' | 'ð' => 'd',
        'ħ' | 'ʜ' | 'ɦ' => 'h',
        'ŧ' | 'ᴛ' | 'ʈ' | 'ƭ' => 't',
        'ɡ' | 'ɢ' | 'ǥ' | 'ɠ' => 'g',
        'ɑ' | 'ᴀ' | 'ɐ' => 'a',
        'ꜱ' | 'ʂ' | 'ƨ' => 's',
        'ᴄ' | 'ƈ' | 'ɕ' => 'c',
        'ʀ' | 'ɾ' | 'ɍ' => 'r',
        'ᴍ' | 'ɱ' => 'm',
        'ᴡ' => 'w',
        'ɴ' | 'ɲ' | 'ƞ' => 'n',
        'ʙ' | 'ɓ' | 'ƀ' => 'b',
        'ᴇ' | 'ɛ' | 'ǝ' | 'ɘ' => 'e',
        'ᴊ' | 'ʝ' => 'j',
        'ᴋ' | 'ƙ' => 'k',
        'ᴘ' | 'ƥ' => 'p',
        'ᴜ' | 'ʉ' => 'u',
        'ᴠ' | 'ʋ' => 'v',
        'ʏ' | 'ƴ' => 'y',
        'ᴢ' | 'ʐ' | 'ƶ' => 'z',
        'ꜰ' | 'ƒ' => 'f',
        other => other,
    }
}

/// What a Cyrillic, Greek or Armenian letter looks like.
fn look_alike(letter: char) -> Option<char> {
    Some(match letter {
        'а' | 'α' => 'a',
        'в' | 'β' | 'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' | 'є' | 'э' => 'e',
        'ց' => 'g',
        'н' | 'һ' | 'հ' => 'h',
        'і' | 'ι' | 'ї' => 'i',
        'ј' | 'յ' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' | 'ⅼ' => 'l',
        'м' => 'm',
        'п' | 'η' | 'ո' | 'и' => 'n',
        'о' | 'ο' | 'օ' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' | 'զ' => 'q',
        'г' | 'я' => 'r',
        'ѕ' | 'ς' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ѡ' | 'ω' | 'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_a_word_is_taken_back() {
        for (written, read) in [
            ("Ｓｌｏｔ Ｇａｃｏｒ", "slot gacor"),
            ("𝗦𝗟𝗢𝗧 𝔾𝔸ℂ𝕆ℝ", "slot gacor"),
            ("ѕӏоt gасоr", "slot gacor"),
            ("slоt gacоr", "slot gacor"),
            ("s\u{200b}lo\u{ad}t ga\u{200d}cor", "slot gacor"),
            ("s l o t  g a c o r", "slot gacor"),
            ("s.l.o.t g.a.c.o.r", "slot gacor"),
            ("s-l-o-t-g-a-c-o-r", "slot gacor"),
            ("5l0t g4c0r", "slot gacor"),
            ("SLOTGACOR", "slot gacor"),
            ("situsslotgacor", "situs slot gacor"),
            ("gacorrrr", "gacor"),
            ("sl0tt maxxwin", "slot maxwin"),
            ("🅂🄻🄾🅃 🅶🅰🅲🅾🆁", "slot gacor"),
            ("s̶l̶o̶t̶ ġàçôř", "slot gacor"),
            ("b0nu5 100%!", "bonus 100%"),
            ("H A C K E D   B Y   T I M", "hacked by tim"),
        ] {
            assert_eq!(fold(written).text, read, "{written}");
        }
    }

    #[test]
    fn what_hides_nothing_stays() {
        for (written, read) in [
            ("Pilihan a b c d e", "pilihan a b c d e"),
            ("channel massal", "channel massal"),
            ("COVID-19 dan G20", "covid 19 dan g20"),
            ("Казань и Москва", "казань и москва"),
            ("Jl. Merdeka No. 4A, 95114", "jl merdeka no 4a 95114"),
            ("saya@contoh.go.id", "saya contoh go id"),
        ] {
            assert_eq!(
                fold(written).text,
                read.nfkd().filter(|letter| !is_invisible(*letter)).collect::<String>(),
                "{written}"
            );
        }
    }

    #[test]
    fn a_word_knows_where_it_came_from() {
        let folded = fold("—  slotgacor hari");
        assert_eq!(folded.words.iter().map(|(_, origin)| *origin).collect::<Vec<_>>(), [5, 5, 15]);
        assert_eq!(folded.word_at(6), 1);
    }
}
