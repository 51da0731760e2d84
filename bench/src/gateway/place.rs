//! Where requests are sent: to the upstream itself, through nginx, through Cairn.

use std::net::SocketAddr;

use super::load::{Connections, Request};
use super::nginx::Nginx;
use super::upstream::Upstream;
use crate::part::count;
use crate::reads::journaled;
use crate::server::{ServerProcess, memory_of};
use crate::spread::Spread;

/// A way to the upstream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    process: Process<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Process<'a> {
    /// The upstream, whose time is nobody's here.
    Upstream,
    Nginx(&'a Nginx),
    /// Cairn, and whether each call is durable in the journal before its answer.
    Cairn(&'a ServerProcess, Recorded),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    BeforeTheAnswer,
    BehindIt,
}

/// What one turn at a place came to.
#[derive(Debug, Default, Clone)]
pub(super) struct Turn {
    pub(super) requests: u64,
    pub(super) bytes: u64,
    pub(super) seconds: f64,
    pub(super) cpu: f64,
    pub(super) latency: Spread,
}

impl<'a> Place<'a> {
    pub(super) fn direct(upstream: &Upstream) -> Self {
        Self { name: "direct", address: upstream.address, process: Process::Upstream }
    }

    pub(super) fn nginx(name: &'static str, nginx: &'a Nginx) -> Self {
        Self { name, address: nginx.address, process: Process::Nginx(nginx) }
    }

    pub(super) fn cairn(name: &'static str, server: &'a ServerProcess, recorded: Recorded) -> Self {
        Self { name, address: server.address, process: Process::Cairn(server, recorded) }
    }

    /// Lets connections send a request for a while; demands an event for each where it must be there.
    pub(super) async fn turn(
        &self,
        connections: &mut Connections,
        request: &Request,
        during: std::time::Duration,
    ) -> anyhow::Result<Turn> {
        let (held, cpu) = (self.events().await?, self.cpu_seconds()?);
        let load = connections.put(request, during).await?;
        let cpu = self.cpu_seconds()? - cpu;
        let requests = load.latency.len() as u64;
        let events = self.events().await? - held;
        if let Process::Cairn(_, Recorded::BeforeTheAnswer) = self.process {
            anyhow::ensure!(
                events >= requests,
                "{requests} calls were answered and {events} are in the journal"
            );
        }
        let bytes = requests * request.body_bytes;
        Ok(Turn { requests, bytes, seconds: load.seconds, cpu, latency: load.latency })
    }

    /// Returns the resident memory of its processes, in MB.
    pub(super) fn memory_mb(&self) -> anyhow::Result<f64> {
        match self.process {
            Process::Upstream => Ok(f64::NAN),
            Process::Nginx(nginx) => {
                let of = |id: &u32| anyhow::Ok(memory_of(*id)?.now_mb);
                nginx.processes()?.iter().map(of).sum()
            }
            Process::Cairn(server, _) => Ok(server.memory()?.now_mb),
        }
    }

    /// Returns how many events its journal holds; zero where there is none.
    pub(super) async fn events(&self) -> anyhow::Result<u64> {
        match self.process {
            Process::Cairn(server, _) => journaled(server).await,
            Process::Upstream | Process::Nginx(_) => Ok(0),
        }
    }

    fn cpu_seconds(&self) -> anyhow::Result<f64> {
        match self.process {
            Process::Upstream => Ok(0.0),
            Process::Nginx(nginx) => nginx.cpu_seconds(),
            Process::Cairn(server, _) => server.cpu_seconds(),
        }
    }
}

impl Turn {
    pub(super) fn join(&mut self, other: Self) {
        self.requests += other.requests;
        self.bytes += other.bytes;
        self.seconds += other.seconds;
        self.cpu += other.cpu;
        self.latency.join(other.latency);
    }

    pub(super) fn per_second(&self) -> f64 {
        count(self.requests) / self.seconds
    }

    pub(super) fn mb_per_second(&self) -> f64 {
        count(self.bytes) / 1e6 / self.seconds
    }

    pub(super) fn cpu_micros(&self) -> f64 {
        self.cpu * 1e6 / count(self.requests)
    }
}
