//! The texts of a show's versions on the server: put there and got from there, while the log goes on.

use std::sync::Arc;

use async_nats::jetstream::Context;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesUnordered;

use super::setup;
use crate::link::message::News;

/// Texts under way.
pub(super) struct TextsUnderWay {
    context: Context,
    under_way: FuturesUnordered<BoxFuture<'static, News>>,
    /// SHA-256 of those that are put there, and of those that are got.
    puts: Vec<String>,
    gets: Vec<String>,
}

impl TextsUnderWay {
    pub(super) fn new(context: Context) -> Self {
        TextsUnderWay { context, under_way: FuturesUnordered::new(), puts: vec![], gets: vec![] }
    }

    /// Puts a text there.
    pub(super) fn keep(&mut self, sha256: String, text: Arc<str>) {
        self.puts.push(sha256.clone());
        let context = self.context.clone();
        let keeps = async move {
            let put = setup::put_text(&context, &sha256, &text).await;
            News::Kept { sha256, outcome: put.map_err(|error| error.to_string()) }
        };
        self.under_way.push(keeps.boxed());
    }

    /// Gets a text from there.
    pub(super) fn fetch(&mut self, sha256: String) {
        self.gets.push(sha256.clone());
        let context = self.context.clone();
        let fetches = async move {
            let text = setup::text_of(&context, &sha256).await.map(Arc::from);
            News::Fetched { sha256, text }
        };
        self.under_way.push(fetches.boxed());
    }

    /// Returns `true` if nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// The outcome of the next; `None` if nothing is under way.
    pub(super) async fn next(&mut self) -> Option<News> {
        let news = self.under_way.next().await?;
        if let News::Kept { sha256, .. } = &news {
            self.puts.retain(|put| put != sha256);
        }
        if let News::Fetched { sha256, .. } = &news {
            self.gets.retain(|get| get != sha256);
        }
        Some(news)
    }

    /// Gives up all that is under way, and says so.
    pub(super) fn give_up(&mut self) -> impl Iterator<Item = News> {
        self.under_way.clear();
        let why = || "the connection was lost".to_owned();
        let puts = std::mem::take(&mut self.puts).into_iter();
        let gets = std::mem::take(&mut self.gets).into_iter();
        puts.map(move |sha256| News::Kept { sha256, outcome: Err(why()) })
            .chain(gets.map(move |sha256| News::Fetched { sha256, text: Err(why()) }))
    }
}
