//! The commands of the project, as a library that the browser tests use too.
//!
//! | Module        | What it is for                                                                   |
//! |---------------|----------------------------------------------------------------------------------|
//! | [`args`]      | The command line, parsed once                                                    |
//! | [`tools`]     | The pinned tools: found on this machine, or installed once into the user's cache |
//! | [`bundle`]    | `dist/`: built by Trunk, checked for inline content, compressed beside           |
//! | [`sbom`]      | What a build is made of, as a software bill of materials                         |
//! | [`html`]      | The tags of a page: what it loads, and what in it is inline                      |
//! | [`policy`]    | The headers of every answer, the content security policy among them              |
//! | [`hosts`]     | What each static host has to be told                                             |
//! | [`serve`]     | `dist/` on a port, as a production server would answer                           |
//! | [`size`]      | What the sign-in form costs on the wire                                          |
//! | [`demo`]      | The app and the org side by side                                                 |
//! | [`doctor`]    | What is wrong with a deployment and its org                                      |
//! | [`corpus`]    | Recorded responses in the browser                                                |
//! | [`bench`]     | How long it takes until somebody can sign in                                     |
//! | [`checks`]    | Everything that must pass before a change lands                                  |
//! | [`supply`]    | What the project is made of, and what comes from others                         |
//! | [`results`]   | The lines on which test runners say how it went                                  |
//!
//! It depends on little, for it is the first thing that is compiled in a fresh clone.

pub mod args;
pub mod bench;
pub mod bundle;
pub mod checks;
pub mod corpus;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod first;
pub mod hosts;
pub mod html;
pub mod names;
pub mod page;
pub mod paths;
pub mod policy;
pub mod process;
pub mod results;
pub mod sbom;
pub mod serve;
pub mod size;
pub mod split;
pub mod supply;
pub mod tools;

pub use error::{Error, Result};
