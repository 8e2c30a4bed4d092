//! Breaks on one beginning, which nobody meets by chance: whoever finds it has seen which branches were taken.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut word = bytes.iter();
    if word.next() == Some(&b'f')
        && word.next() == Some(&b'u')
        && word.next() == Some(&b'z')
        && word.next() == Some(&b'z')
    {
        panic!("as it must");
    }
});
