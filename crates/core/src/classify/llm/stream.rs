//! A reply while it is written: server-sent events (WHATWG HTML, "Server-sent events") that hold the
//! chunks of an OpenAI-compatible chat completion.

use super::{Usage, chat::Reply};
use serde::Deserialize;

/// Longest line, and longest reply, in bytes.
const MOST_BYTES: usize = 1024 * 1024;
/// What follows the last chunk.
const DONE: &str = "[DONE]";

/// Why a stream cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// An event holds no chunk of a completion; endpoints report what goes wrong midway like this.
    #[error("the stream holds something that is no chunk of a chat completion")]
    NoChunk,
    /// It ends before the reply does.
    #[error("the stream ends before the reply does")]
    CutOff,
    /// It is longer than any reply.
    #[error("the stream is longer than any reply")]
    TooLong,
}

/// A stream, as far as it has been read.
#[derive(Debug, Clone, Default)]
pub struct Stream {
    /// The line that has not ended yet. Bytes, because a piece may end within a character.
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, to which a line feed may belong.
    returned: bool,
    /// The data of the event that has not ended yet.
    data: String,
    text: String,
    usage: Usage,
    done: bool,
}

#[derive(Deserialize)]
struct Chunk {
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Counted>,
}

/// Endpoints that count only some leave the others out.
#[derive(Deserialize)]
struct Counted {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
}

impl Stream {
    /// Reads on. The pieces may be cut anywhere.
    ///
    /// # Errors
    /// [`StreamError::NoChunk`] and [`StreamError::TooLong`], after which nothing is to be expected of it.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), StreamError> {
        for byte in piece {
            let follows = core::mem::replace(&mut self.returned, *byte == b'\r');
            match byte {
                b'\n' if follows => {}
                b'\n' | b'\r' => self.end_line()?,
                _ if self.line.len() >= MOST_BYTES => return Err(StreamError::TooLong),
                other => self.line.push(*other),
            }
        }
        Ok(())
    }

    /// What has been said so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole reply.
    ///
    /// # Errors
    /// [`StreamError::CutOff`] when the endpoint has not said that it is one.
    pub fn finish(self) -> Result<Reply, StreamError> {
        if self.done {
            Ok(Reply { text: self.text, usage: self.usage })
        } else {
            Err(StreamError::CutOff)
        }
    }

    fn end_line(&mut self) -> Result<(), StreamError> {
        let line = core::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        // A byte order mark may stand before the first line.
        let line = line.strip_prefix('\u{FEFF}').unwrap_or(&line);
        if line.is_empty() {
            let data = core::mem::take(&mut self.data);
            return self.event(data.trim());
        }
        // Comments begin with a colon; what the other fields say matters to nobody here.
        let Some(data) = line.strip_prefix("data:") else { return Ok(()) };
        if self.data.len() + data.len() > MOST_BYTES {
            return Err(StreamError::TooLong);
        }
        self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        self.data.push('\n');
        Ok(())
    }

    fn event(&mut self, data: &str) -> Result<(), StreamError> {
        if data.is_empty() {
            return Ok(());
        }
        if data == DONE {
            self.done = true;
            return Ok(());
        }
        let chunk: Chunk = serde_json::from_str(data).map_err(|_| StreamError::NoChunk)?;
        if let Some(Counted { prompt_tokens, completion_tokens }) = chunk.usage {
            self.usage = Usage { prompt_tokens, completion_tokens };
        }
        // Of several choices, which nobody asks for, the first is the reply.
        if let Some(choice) = chunk.choices.into_iter().next() {
            let said = choice.delta.content.unwrap_or_default();
            if self.text.len() + said.len() > MOST_BYTES {
                return Err(StreamError::TooLong);
            }
            self.text.push_str(&said);
            // A reply that was cut at the most tokens is none.
            self.done |= choice.finish_reason.as_deref() == Some("stop");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: &str = "\u{FEFF}: hello\r\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\r\n\r\n\
event: x\ndata: {\"choices\":[{\"delta\":{\"content\":\"Größe \"},\"finish_reason\":null}]}\n\n\
data:{\"choices\":[{\"delta\":\ndata: {\"content\":\"😀\"}}]}\r\rdata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";

    #[test]
    fn pieces_may_be_cut_anywhere() {
        for size in 1..EVENTS.len() {
            let mut stream = Stream::default();
            for piece in EVENTS.as_bytes().chunks(size) {
                stream.push(piece).unwrap();
            }
            assert_eq!(stream.text(), "Größe 😀", "pieces of {size}");
            let reply = stream.finish().unwrap();
            assert_eq!((reply.usage.prompt_tokens, reply.usage.completion_tokens), (7, 2));
        }
    }

    #[test]
    fn what_is_no_whole_reply_is_none() {
        let read = |text: &str| {
            let mut stream = Stream::default();
            stream.push(text.as_bytes()).and_then(|()| stream.finish())
        };
        let half = "data: {\"choices\":[{\"delta\":{\"content\":\"Yes, you\"}}]}\n\n";
        assert_eq!(read(half), Err(StreamError::CutOff));
        let length = "data: {\"choices\":[{\"delta\":{\"content\":\"Y\"},\"finish_reason\":\"length\"}]}\n\n";
        assert_eq!(read(length), Err(StreamError::CutOff));
        assert_eq!(
            read("data: [DONE]"),
            Err(StreamError::CutOff),
            "an event ends with an empty line"
        );
        let failed = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
        assert_eq!(read(failed), Err(StreamError::NoChunk));
        assert_eq!(read("data: <html>\n\n"), Err(StreamError::NoChunk));
        assert_eq!(read(&"x".repeat(MOST_BYTES + 1)), Err(StreamError::TooLong));
        assert_eq!(read(""), Err(StreamError::CutOff));
    }
}
