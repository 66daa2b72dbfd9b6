//! Where stories are told: as many at once as the machine bears, none for ever, and none leaves a browser behind.

use std::any::Any;
use std::future::poll_fn;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::page::Page;
use crate::session::Window;
use crate::times;

/// How many stories are told at once, whatever the number of test threads: a story waits for its browser for much of its time,
/// and its browser for it.
static PLACES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(2 * thread::available_parallelism().map_or(1, NonZero::get)));

/// No story takes this long.
const CURFEW: Duration = Duration::from_secs(240);

/// Tells a story of one browser at a server that the story starts itself.
pub fn look_at(
    name: &str,
    window: &Window,
    origin: impl Future<Output = String>,
    story: impl AsyncFnOnce(&Page),
) {
    perform(async {
        let origin = origin.await;
        let page = Page::new(window, origin).await;
        tell(name, page, story).await;
    });
}

/// Runs to the end on a thread of its own kind, when there is a place.
pub(crate) fn perform(story: impl Future<Output = ()>) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let _place = PLACES.acquire().await.expect("never closed");
        let start = Instant::now();
        story.await;
        times::took(start.elapsed());
    });
}

/// What a story is told about: it has a browser at a page.
pub(crate) trait Stage {
    fn page(&self) -> &Page;
    fn into_page(self) -> Page;
}

impl Stage for Page {
    fn page(&self) -> &Page {
        self
    }

    fn into_page(self) -> Page {
        self
    }
}

/// Tells the story. If it ends well its browser is left to the next one, and closed if it does not.
pub(crate) async fn tell<S: Stage>(name: &str, stage: S, story: impl AsyncFnOnce(&S)) {
    let told = caught(timeout(CURFEW, story(&stage))).await;
    let failed = match told {
        Ok(Ok(())) => None,
        Ok(Err(_)) => Some(Box::new(format!("not over after {CURFEW:?}")) as Box<dyn Any + Send>),
        Err(panic) => Some(panic),
    };
    if failed.is_some() {
        eprintln!("{}", stage.page().report(name).await);
    }
    let page = stage.into_page();
    if let Some(panic) = failed {
        page.session.close().await;
        resume_unwind(panic);
    }
    page.leave().await;
}

/// What the future gives, or what it panicked with.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => std::task::Poll::Ready(Err(panic)),
        },
    )
    .await
}
