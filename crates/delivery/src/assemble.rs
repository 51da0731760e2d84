//! From a stretch of events to log files: one file for each account, Region and folder, split by size.

use std::collections::BTreeMap;
use std::io;

use cairn_event::{AccountId, Category, EventTime, Region};

use crate::log_file::{Folder, OpenLogFile, SealedLogFile, UNCOMPRESSED_BYTES_MAX};

/// Collects the events of one delivery window of one trail.
#[derive(Debug)]
pub struct Assembler {
    /// How large a file may become before compression.
    file_bytes_max: u64,
    open: BTreeMap<(AccountId, Region, Folder), OpenLogFile>,
    sealed: Vec<SealedLogFile>,
}

impl Default for Assembler {
    fn default() -> Self {
        Self { file_bytes_max: UNCOMPRESSED_BYTES_MAX, open: BTreeMap::new(), sealed: Vec::new() }
    }
}

impl Assembler {
    /// Adds an event. Files that reach their size are sealed at once and begin anew.
    ///
    /// # Errors
    /// Compression failed, which memory alone can cause.
    pub fn push(
        &mut self,
        window_end_ms: i64,
        position: u64,
        (account, region, category): (AccountId, &Region, Category),
        time: EventTime,
        event: &[u8],
    ) -> io::Result<()> {
        let Some(folder) = Folder::of(category) else { return Ok(()) };
        let key = (account, region.clone(), folder);
        if self.open.get(&key).is_some_and(|file| file.is_full_for(event.len(), self.file_bytes_max))
            && let Some(full) = self.open.remove(&key)
        {
            self.sealed.push(full.seal(account, region.clone(), folder, window_end_ms)?);
        }
        let file = self.open.entry(key).or_insert_with(|| OpenLogFile::begin(position, time));
        file.push(position, time, event)
    }

    /// Seals what is open and returns every file of the window, in an order that depends on the events
    /// alone.
    ///
    /// # Errors
    /// Compression failed, which memory alone can cause.
    pub fn close(self, window_end_ms: i64) -> io::Result<Vec<SealedLogFile>> {
        let mut sealed = self.sealed;
        for ((account, region, folder), file) in self.open {
            sealed.push(file.seal(account, region, folder, window_end_ms)?);
        }
        sealed.sort_by_key(|file| file.first_position);
        Ok(sealed)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn gunzip(body: &[u8]) -> String {
        let mut text = String::new();
        flate2::read::GzDecoder::new(body).read_to_string(&mut text).unwrap();
        text
    }

    fn assemble(events: &[(u64, &str, Category, Vec<u8>)]) -> Vec<SealedLogFile> {
        assemble_with(Assembler::default(), events)
    }

    fn assemble_with(
        mut assembler: Assembler,
        events: &[(u64, &str, Category, Vec<u8>)],
    ) -> Vec<SealedLogFile> {
        let account: AccountId = "123456789012".parse().unwrap();
        for (position, region, category, event) in events {
            let time = EventTime::from_epoch_seconds(i64::try_from(*position).unwrap());
            let region = region.parse().unwrap();
            assembler.push(60_000, *position, (account, &region, *category), time, event).unwrap();
        }
        assembler.close(60_000).unwrap()
    }

    #[test]
    fn one_file_for_each_region_and_folder_with_events_untouched() {
        let event = |name: &str| format!(r#"{{"eventName": "{name}" , "n":1.0}}"#).into_bytes();
        let files = assemble(&[
            (3, "us-east-1", Category::Management, event("A")),
            (4, "eu-west-1", Category::Management, event("B")),
            (5, "us-east-1", Category::Data, event("C")),
            (6, "us-east-1", Category::Insight, event("D")),
            (7, "us-east-1", Category::Other, event("never delivered")),
        ]);
        let seen: Vec<(u64, &str, &str, String)> =
            files.iter().map(|f| (f.events, f.region.as_str(), f.folder.as_str(), gunzip(&f.body))).collect();
        let body = |events: &str| format!(r#"{{"Records":[{events}]}}"#);
        assert_eq!(
            seen,
            [
                (
                    2,
                    "us-east-1",
                    "CloudTrail",
                    body(r#"{"eventName": "A" , "n":1.0},{"eventName": "C" , "n":1.0}"#)
                ),
                (1, "eu-west-1", "CloudTrail", body(r#"{"eventName": "B" , "n":1.0}"#)),
                (1, "us-east-1", "CloudTrail-Insight", body(r#"{"eventName": "D" , "n":1.0}"#)),
            ]
        );
    }

    #[test]
    fn the_same_events_give_the_same_bytes_in_one_gzip_member() {
        let events: Vec<_> = (0..500_u64)
            .map(|at| {
                (at, "us-east-1", Category::Management, format!(r#"{{"eventID":"{at}"}}"#).into_bytes())
            })
            .collect();
        let (first, second) = (assemble(&events), assemble(&events));
        assert_eq!(first[0].body, second[0].body);
        let mut member = flate2::bufread::GzDecoder::new(&first[0].body[..]);
        io::copy(&mut member, &mut io::sink()).unwrap();
        assert!(member.into_inner().is_empty(), "bytes behind the only member");
    }

    #[test]
    fn a_file_is_split_before_it_grows_beyond_its_size() {
        assert_eq!(Assembler::default().file_bytes_max, 50_000_000);
        let events: Vec<_> =
            (0..101_u64).map(|at| (at, "us-east-1", Category::Management, vec![b'7'; 100])).collect();
        let small = Assembler { file_bytes_max: 5_000, ..Assembler::default() };
        let files = assemble_with(small, &events);
        assert!(files.iter().all(|file| gunzip(&file.body).len() <= 5_000));
        assert_eq!(files.iter().map(|file| file.events).collect::<Vec<_>>(), [49, 49, 3]);
        assert_eq!(files.iter().map(|file| file.first_position).collect::<Vec<_>>(), [0, 49, 98]);
    }
}
