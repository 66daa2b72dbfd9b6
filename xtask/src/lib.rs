//! The commands of the project, as a library that tests use too.
