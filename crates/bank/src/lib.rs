//! Exercises on disk.
