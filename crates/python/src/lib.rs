//! Python source as the rules and the bank need it.
