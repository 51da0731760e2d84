//! A disk in memory. It keeps apart what a reader sees (the page cache) and what a crash leaves.
//!
//! A crash keeps, of what was not synced, any subset: of names created and removed, of cuts, and of the
//! 512-byte sectors of each write, with one sector cut at any byte. A failed sync forgets what was to be
//! synced: readers go on seeing it, later syncs succeed without it, a crash loses it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use cairn_journal::{File, FileSystem, Lock};

/// The disk; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct SimDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    inodes: Vec<Inode>,
    /// Names as a reader sees them.
    names: BTreeMap<PathBuf, usize>,
    /// Names as a crash leaves them.
    durable_names: BTreeMap<PathBuf, usize>,
    name_changes: Vec<(PathBuf, Option<usize>)>,
    locked: Vec<PathBuf>,
    /// Handles of an earlier life fail.
    life: u64,
    calls: u64,
    fault: Option<Fault>,
    /// The most bytes that all files may have.
    room: Option<u64>,
}

#[derive(Debug, Default, Clone)]
struct Inode {
    seen: Vec<u8>,
    durable: Vec<u8>,
    changes: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Truncate(u64),
}

/// When and how calls fail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    /// How many calls succeed first.
    pub(crate) after: u64,
    pub(crate) kind: io::ErrorKind,
    /// Whether all later calls fail too, as when the power goes.
    pub(crate) forever: bool,
}

/// Which call this is.
#[derive(Clone, Copy, PartialEq)]
enum Call {
    Look,
    Change,
}

impl SimDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn calls(&self) -> u64 {
        self.state().calls
    }

    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        let mut state = self.state();
        state.fault = fault.map(|fault| Fault { after: state.calls + fault.after, ..fault });
    }

    pub(crate) fn set_room(&self, room: Option<u64>) {
        self.state().room = room;
    }

    /// Everything not synced is kept or lost as `random` decides.
    pub(crate) fn crash(&self, random: &mut Random) {
        let mut state = self.state();
        state.life += 1;
        state.locked.clear();
        state.fault = None;
        for (path, change) in std::mem::take(&mut state.name_changes) {
            if random.below(2) == 0 {
                match change {
                    Some(inode) => drop(state.durable_names.insert(path, inode)),
                    None => drop(state.durable_names.remove(&path)),
                }
            }
        }
        state.names = state.durable_names.clone();
        for inode in &mut state.inodes {
            for change in std::mem::take(&mut inode.changes) {
                inode.keep_part(change, random);
            }
            inode.seen = inode.durable.clone();
        }
    }

    /// The content of a file as a reader sees it.
    pub(crate) fn content(&self, path: &Path) -> Vec<u8> {
        let state = self.state();
        state.inodes[state.names[path]].seen.clone()
    }

    /// Puts a file there, durably.
    pub(crate) fn put(&self, path: &Path, content: Vec<u8>) {
        let mut state = self.state();
        let inode = state.inodes.len();
        state.inodes.push(Inode { seen: content.clone(), durable: content, changes: Vec::new() });
        state.names.insert(path.to_path_buf(), inode);
        state.durable_names.insert(path.to_path_buf(), inode);
    }

    /// A disk of its own with the same files, all durable.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::default();
        let state = self.state();
        for (path, inode) in &state.names {
            copy.put(path, state.inodes[*inode].seen.clone());
        }
        drop(state);
        copy
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.state().names.keys().cloned().collect()
    }
}

impl State {
    /// Counts a call; fails it if it is to fail. `Err` of a `Change` may have changed a part.
    fn call(&mut self, kind: Call, life: u64) -> io::Result<()> {
        if life != self.life {
            return Err(io::Error::other("a handle from before the crash"));
        }
        self.calls += 1;
        match self.fault {
            Some(fault) if self.calls > fault.after => {
                // A full disk refuses changes only.
                let full = fault.kind == io::ErrorKind::StorageFull;
                if full && kind == Call::Look {
                    return Ok(());
                }
                if !fault.forever {
                    self.fault = None;
                }
                Err(fault.kind.into())
            }
            _ => Ok(()),
        }
    }

    fn used(&self) -> u64 {
        self.names.values().map(|inode| self.inodes[*inode].seen.len() as u64).sum()
    }
}

impl Inode {
    fn apply(content: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Write(offset, bytes) => {
                let (from, to) = (*offset as usize, *offset as usize + bytes.len());
                if content.len() < to {
                    content.resize(to, 0);
                }
                content[from..to].copy_from_slice(bytes);
            }
            Change::Truncate(size) => content.resize(*size as usize, 0),
        }
    }

    fn keep_part(&mut self, change: Change, random: &mut Random) {
        match (change, random.below(4)) {
            (_, 0) => {}
            (Change::Write(offset, bytes), 1) => {
                // A prefix, to the byte.
                let kept = random.below(bytes.len() as u64 + 1) as usize;
                Self::apply(&mut self.durable, &Change::Write(offset, bytes[..kept].to_vec()));
            }
            (Change::Write(offset, bytes), 2) => {
                // Any of the sectors.
                let mut at = 0;
                while at < bytes.len() {
                    let sector_end = 512 - (offset as usize + at) % 512 + at;
                    let end = sector_end.min(bytes.len());
                    if random.below(2) == 0 {
                        let part = Change::Write(offset + at as u64, bytes[at..end].to_vec());
                        Self::apply(&mut self.durable, &part);
                    }
                    at = end;
                }
            }
            (change, _) => Self::apply(&mut self.durable, &change),
        }
    }
}

impl FileSystem for SimDisk {
    fn create_dir(&self, _dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        let life = state.life;
        state.call(Call::Look, life)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut state = self.state();
        let life = state.life;
        state.call(Call::Look, life)?;
        let below = state.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(below.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let mut state = self.state();
        let life = state.life;
        state.call(Call::Change, life)?;
        let inode = match state.names.get(path).copied() {
            Some(inode) => {
                let change = Change::Truncate(0);
                Inode::apply(&mut state.inodes[inode].seen, &change);
                state.inodes[inode].changes.push(change);
                inode
            }
            None => {
                let inode = state.inodes.len();
                state.inodes.push(Inode::default());
                state.names.insert(path.to_path_buf(), inode);
                state.name_changes.push((path.to_path_buf(), Some(inode)));
                inode
            }
        };
        Ok(Arc::new(SimFile { disk: self.clone(), inode, life }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let mut state = self.state();
        let life = state.life;
        state.call(Call::Look, life)?;
        let inode = *state.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(SimFile { disk: self.clone(), inode, life }))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let life = state.life;
        state.call(Call::Look, life)?;
        state.names.remove(path).ok_or(io::ErrorKind::NotFound)?;
        state.name_changes.push((path.to_path_buf(), None));
        Ok(())
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        let life = state.life;
        state.call(Call::Look, life)?;
        state.durable_names = state.names.clone();
        state.name_changes.clear();
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        let mut state = self.state();
        let life = state.life;
        state.call(Call::Look, life)?;
        if state.locked.iter().any(|locked| locked == path) {
            return Ok(None);
        }
        state.locked.push(path.to_path_buf());
        Ok(Some(Box::new(SimLock { disk: self.clone(), path: path.to_path_buf(), life })))
    }
}

#[derive(Debug)]
struct SimLock {
    disk: SimDisk,
    path: PathBuf,
    life: u64,
}

impl Lock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if state.life == self.life {
            state.locked.retain(|locked| *locked != self.path);
        }
    }
}

#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    inode: usize,
    life: u64,
}

impl File for SimFile {
    fn size(&self) -> io::Result<u64> {
        let mut state = self.disk.state();
        state.call(Call::Look, self.life)?;
        Ok(state.inodes[self.inode].seen.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.call(Call::Look, self.life)?;
        let from = offset as usize;
        let seen = state.inodes[self.inode].seen.get(from..from + buffer.len());
        buffer.copy_from_slice(seen.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        let room = state.room.map(|room| room.saturating_sub(state.used()));
        let size = state.inodes[self.inode].seen.len() as u64;
        let longer = (offset + bytes.len() as u64).saturating_sub(size);
        let mut called = state.call(Call::Change, self.life);
        if called.is_ok() && room.is_some_and(|room| longer > room) {
            called = Err(io::ErrorKind::StorageFull.into());
        }
        // A write that fails has written a part, unless the handle is dead.
        let kept = match &called {
            Ok(()) => bytes.len(),
            Err(_) if self.life != state.life => 0,
            Err(_) => bytes.len().min(room.map_or(usize::MAX, |room| room as usize)) / 2,
        };
        let change = Change::Write(offset, bytes[..kept].to_vec());
        if kept > 0 {
            let inode = &mut state.inodes[self.inode];
            Inode::apply(&mut inode.seen, &change);
            inode.changes.push(change);
        }
        called
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        let called = state.call(Call::Look, self.life);
        if self.life != state.life {
            return called;
        }
        let inode = &mut state.inodes[self.inode];
        let changes = std::mem::take(&mut inode.changes);
        if called.is_ok() {
            for change in &changes {
                Inode::apply(&mut inode.durable, change);
            }
        }
        called
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.call(Call::Look, self.life)?;
        let inode = &mut state.inodes[self.inode];
        let change = Change::Truncate(size);
        Inode::apply(&mut inode.seen, &change);
        inode.changes.push(change);
        Ok(())
    }
}

/// A small reproducible generator (xorshift).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }
}
