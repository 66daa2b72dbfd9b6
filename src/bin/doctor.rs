//! Starts the doctor: in a browser the page at `/doctor`, from a terminal `doctor CONFIG [APP]`.

#[cfg(target_arch = "wasm32")]
fn main() {
    vestibule::doctor::page::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    vestibule::doctor::terminal::run(std::env::args().skip(1))
}
