//! Sequences of operations against a list in memory.

use cairn_journal::{AppendFailure, Options, Position, Reader, Writer};
use proptest::prelude::*;

use crate::rig::{Rig, read_from, record, small};
use crate::sim::{Fault, Random, SimDisk};

#[derive(Debug, Clone)]
enum Operation {
    Append(Vec<usize>),
    /// The power goes after so many calls of the append.
    AppendCutShort(Vec<usize>, u64),
    Crash,
    Close,
    Reopen,
    /// To this share of the journal, of 16.
    Trim(u64),
    Read(u64, usize),
    Get(u64),
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let lengths = || proptest::collection::vec(prop_oneof![4 => 0usize..120, 1 => 200usize..450], 1..5);
    let operation = prop_oneof![
        12 => lengths().prop_map(Operation::Append),
        2 => (lengths(), 0u64..12).prop_map(|(lengths, calls)| Operation::AppendCutShort(lengths, calls)),
        2 => Just(Operation::Crash),
        1 => Just(Operation::Close),
        1 => Just(Operation::Reopen),
        2 => (0u64..=16).prop_map(Operation::Trim),
        3 => (0u64..=16, 0usize..3_000).prop_map(|(share, bytes)| Operation::Read(share, bytes)),
        3 => (0u64..=16).prop_map(Operation::Get),
    ];
    proptest::collection::vec(operation, 1..60)
}

/// The journal, and what it must hold.
struct Model {
    disk: SimDisk,
    options: Options,
    rig: Option<Rig>,
    random: Random,
    records: Vec<Vec<u8>>,
    /// Behind `records` after an append that was not acknowledged.
    perhaps: Vec<Vec<u8>>,
    /// The head may be anywhere up to here.
    trimmed: Position,
    written: u64,
}

impl Model {
    fn new(seed: u64, cache_bytes: usize) -> Self {
        let disk = SimDisk::default();
        let options = Options { cache_bytes, ..small() };
        let rig = Some(Rig::good(&disk, options.clone()));
        let (records, perhaps) = (Vec::new(), Vec::new());
        Self { disk, options, rig, random: Random::new(seed), records, perhaps, trimmed: 0, written: 0 }
    }

    fn rig(&mut self) -> &mut Rig {
        self.rig.as_mut().unwrap()
    }

    fn make(&mut self, lengths: &[usize]) -> Vec<Vec<u8>> {
        let first = self.written;
        self.written += lengths.len() as u64;
        (first..).zip(lengths).map(|(number, length)| record(number, *length)).collect()
    }

    fn step(&mut self, operation: &Operation) {
        match operation {
            Operation::Append(lengths) => {
                let batch = self.make(lengths);
                let positions = self.rig().append(&batch).unwrap();
                assert_eq!(positions.start, self.records.len() as u64);
                self.records.extend(batch);
                assert_eq!(positions.end, self.records.len() as u64);
            }
            Operation::AppendCutShort(lengths, after) => {
                let batch = self.make(lengths);
                self.disk.set_fault(Some(Fault {
                    after: *after,
                    kind: std::io::ErrorKind::Other,
                    forever: true,
                }));
                match self.rig().append(&batch) {
                    Ok(_) => self.records.extend(batch),
                    Err(error) => {
                        assert_eq!(error.failure, AppendFailure::Poisoned);
                        let again = self.rig().append(&batch).unwrap_err();
                        assert_eq!(again.failure, AppendFailure::Poisoned);
                        self.perhaps = batch;
                    }
                }
                self.crash();
            }
            Operation::Crash => self.crash(),
            Operation::Close => {
                let rig = self.rig.take().unwrap();
                Box::new(rig.writer).close().unwrap();
                drop(rig.reader);
                self.reopen();
            }
            Operation::Reopen => {
                self.rig = None;
                self.reopen();
            }
            Operation::Trim(share) => {
                let below = self.share(*share);
                self.trimmed = self.trimmed.max(below);
                let before = self.rig().reader.head();
                let head = self.rig().reader.trim(below).unwrap();
                assert!(head >= before && head <= self.trimmed);
            }
            Operation::Read(share, bytes_max) => {
                let from = self.share(*share).max(self.rig().reader.head());
                let records = self.rig().reader.read(from, *bytes_max).unwrap();
                assert_eq!(records.is_empty(), from == self.records.len() as u64);
                for (position, (found, bytes)) in (from..).zip(records) {
                    assert_eq!(found, position);
                    assert_eq!(bytes, self.records[position as usize]);
                }
            }
            Operation::Get(share) => {
                let position = self.share(*share);
                let there = position >= self.rig().reader.head() && position < self.records.len() as u64;
                let found = self.rig().reader.get(position).unwrap();
                let right = there.then(|| self.records[position as usize].as_slice());
                assert_eq!(found.as_deref(), right);
            }
        }
    }

    fn share(&self, share: u64) -> Position {
        self.records.len() as u64 * share / 16
    }

    fn crash(&mut self) {
        self.disk.crash(&mut self.random);
        self.rig = None;
        self.reopen();
    }

    fn reopen(&mut self) {
        let rig = Rig::good(&self.disk, self.options.clone());
        let (head, tail) = (rig.reader.head(), rig.reader.tail());
        if tail > self.records.len() as u64 {
            self.records.append(&mut self.perhaps);
        }
        self.perhaps.clear();
        assert_eq!(
            tail,
            self.records.len() as u64,
            "everything acknowledged, at most the refused batch more"
        );
        assert!(head <= self.trimmed);
        let found = read_from(&*rig.reader, head).unwrap();
        let right: Vec<_> = (head..).zip(self.records[head as usize..].iter().cloned()).collect();
        assert!(found == right, "what is read is what was written");
        self.rig = Some(rig);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_operations_keeps_what_was_acknowledged_exactly_once(
        seed in any::<u64>(),
        cache_bytes in prop_oneof![Just(0), Just(2_000), Just(1 << 20)],
        operations in operations(),
    ) {
        let mut model = Model::new(seed, cache_bytes);
        for operation in &operations {
            model.step(operation);
        }
        model.crash();
    }
}
