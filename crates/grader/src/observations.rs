//! Observations with names: what is seen, as numbers of about 0 to 1, in a fixed order, so that weights can be fitted to them.

/// A struct of observations whose names and values can be listed in one order.
macro_rules! observations {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub(crate) struct $name { $($(#[$field_doc])* pub(crate) $field: f64),+ }

        impl $name {
            /// The names, in order.
            pub(crate) const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];

            /// How many there are.
            pub(crate) const COUNT: usize = Self::NAMES.len();

            /// The values, in the same order.
            pub(crate) fn values(&self) -> [f64; Self::COUNT] {
                [$(self.$field),+]
            }
        }
    };
    // Those that another struct has too are taken over from it.
    ($(#[$doc:meta])* $name:ident from $source:ident { $($shared:ident),+ $(,)? } and { $($(#[$field_doc:meta])* $field:ident),+ $(,)? }) => {
        observations! { $(#[$doc])* $name { $($shared,)+ $($(#[$field_doc])* $field),+ } }

        impl From<&$source> for $name {
            /// All others are 0.
            fn from(source: &$source) -> Self {
                Self { $($shared: source.$shared,)+ ..Self::default() }
            }
        }
    };
}
pub(crate) use observations;

/// 1 for true.
pub(crate) fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// Sum of values times weights, in their order.
pub(crate) fn dot<const COUNT: usize>(values: &[f64; COUNT], weights: &[f64; COUNT]) -> f64 {
    let mut sum = 0.0;
    for (value, weight) in values.iter().zip(weights) {
        sum += value * weight;
    }
    sum
}

/// The same for several weights of each value at once.
pub(crate) fn dots<const COUNT: usize, const N: usize>(values: &[f64; COUNT], weights: &[[f64; N]; COUNT]) -> [f64; N] {
    let mut sums = [0.0; N];
    // Most observations are 0, but to ask which costs more than to add them all.
    for (value, weights) in values.iter().zip(weights) {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += value * weight;
        }
    }
    sums
}

/// Length on a scale on which the first words count most; about 1 for 20 words.
pub(crate) fn log_words(words: usize) -> f64 {
    (words as f64).ln_1p() / 3.0
}
