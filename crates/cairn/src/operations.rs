//! `cairn operations`: what is known of AWS's services, and how to know more.

mod botocore;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use cairn_operations::{Operation, Service, Table, event_name, event_source};
use cairn_server::open_operations;
use cairn_wire::read_only::read_only;
use serde_json::json;

use crate::output::{self, Form, JsonFlag};

/// What can be done with the table of operations.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Operations {
    /// Make a table of operations from an installed botocore, for the setting gateway.operations_file.
    Build(Build),
    /// List services, or the operations of one.
    List(List),
    /// Show what is known of an operation.
    Show(Show),
}

/// Flags of `cairn operations build`.
#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    /// Botocore: its package directory, or one that it was installed into.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Flags of `cairn operations list`.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// The service, by its name in the AWS SDK for Python or in signatures.
    #[arg(value_name = "SERVICE")]
    service: Option<String>,
    #[command(flatten)]
    source: TableFlag,
    #[command(flatten)]
    json: JsonFlag,
}

/// Flags of `cairn operations show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The service, by its name in the AWS SDK for Python or in signatures.
    #[arg(value_name = "SERVICE")]
    service: String,
    /// The operation, in capitals as in the API: CreateFunction.
    #[arg(value_name = "OPERATION")]
    operation: String,
    #[command(flatten)]
    source: TableFlag,
    #[command(flatten)]
    json: JsonFlag,
}

// No documentation comment: clap would take it for the description of each command that has this flag.
#[derive(Debug, clap::Args)]
pub(crate) struct TableFlag {
    /// Use the table in this file instead of the one that is built in.
    #[arg(long, value_name = "FILE")]
    operations_file: Option<PathBuf>,
}

impl TableFlag {
    pub(crate) fn open(&self) -> anyhow::Result<Arc<Table>> {
        Ok(open_operations(self.operations_file.as_deref())?)
    }
}

impl Operations {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        match self {
            Self::Build(build) => build.run(),
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
        }
    }
}

impl Build {
    fn run(&self) -> anyhow::Result<()> {
        let models = botocore::read(&self.from)?;
        for (service, error) in &models.refused {
            eprintln!("cairn: {service} is left out: {}", crate::chain(error));
        }
        let services = models.models.len();
        let operations: usize = models.models.iter().map(|model| model.service.operations.len()).sum();
        if services == 0 {
            bail!("find service models in {}: is that botocore?", self.from.display());
        }
        let packed = Table::pack(&models.source, models.models)?;
        fs::write(&self.output, packed).with_context(|| format!("write {}", self.output.display()))?;
        output::print(format!(
            "wrote {}: {services} services with {operations} operations of {}\n",
            self.output.display(),
            models.source
        ))
    }
}

impl List {
    fn run(&self) -> anyhow::Result<()> {
        let table = self.source.open()?;
        let form = Form::choose(self.json);
        let Some(name) = &self.service else { return list_services(&table, form) };
        let found = named(&table, name)?;
        let mut operations =
            found.iter().flat_map(|service| service.operations.iter().map(move |own| (*service, own)));
        match form {
            Form::JsonLines => operations
                .try_for_each(|(service, own)| output::print(format!("{}\n", described(service, own)))),
            Form::Table => {
                let headings = ["SERVICE", "OPERATION", "METHOD", "PATH", "EVENT NAME", "READ-ONLY"];
                let rows: Vec<_> = operations.map(|(service, own)| row(service, own)).collect();
                output::print(output::columns(&headings, &rows))
            }
        }
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<()> {
        let table = self.source.open()?;
        let services = named(&table, &self.service)?;
        let found = services.iter().find_map(|service| {
            let mut operations = service.operations.iter();
            Some((*service, operations.find(|own| own.name.eq_ignore_ascii_case(&self.operation))?))
        });
        let Some((service, operation)) = found else {
            bail!("show {}: `cairn operations list {}` lists what there is", self.operation, self.service);
        };
        let shown = described(service, operation);
        if Form::choose(self.json) == Form::JsonLines {
            return output::print(format!("{shown}\n"));
        }
        let lines = shown.as_object().into_iter().flatten().map(|(name, value)| match value.as_str() {
            Some(text) => format!("{name:<16}{text}\n"),
            None => format!("{name:<16}{value}\n"),
        });
        output::print(lines.collect::<String>())
    }
}

fn list_services(table: &Table, form: Form) -> anyhow::Result<()> {
    if form == Form::JsonLines {
        let lines = table.services().iter().map(|service| {
            json!({
                "service": service.name,
                "signingName": service.signing_name,
                "eventSource": event_source(service),
                "protocol": format!("{:?}", service.protocol),
                "apiVersion": service.api_version,
                "operations": service.operations.len(),
            })
        });
        return output::print(lines.map(|line| format!("{line}\n")).collect::<String>());
    }
    let rows: Vec<_> = table
        .services()
        .iter()
        .map(|service| {
            let count = service.operations.len().to_string();
            let protocol = format!("{:?}", service.protocol);
            vec![service.name.clone(), service.signing_name.clone(), event_source(service), protocol, count]
        })
        .collect();
    let headings = ["SERVICE", "SIGNING NAME", "EVENT SOURCE", "PROTOCOL", "OPERATIONS"];
    output::print(format!("{}\nfrom {}\n", output::columns(&headings, &rows), table.source()))
}

/// Finds the service of that name, or those that sign with it.
fn named<'a>(table: &'a Table, name: &str) -> anyhow::Result<Vec<&'a Service>> {
    let exact: Vec<_> = table.services().iter().filter(|service| service.name == name).collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    let signing: Vec<_> = table.services().iter().filter(|service| service.signing_name == name).collect();
    if signing.is_empty() {
        bail!("find the service {name}: `cairn operations list` lists what there is");
    }
    Ok(signing)
}

fn row(service: &Service, operation: &Operation) -> Vec<String> {
    let name = event_name(service, operation).into_owned();
    let reads = read_only(&event_source(service), &name);
    let route = if service.protocol.is_rest() { target(operation) } else { String::new() };
    let method = if service.protocol.is_rest() { operation.method.clone() } else { String::new() };
    let reads = if reads { "yes" } else { "no" };
    vec![service.name.clone(), operation.name.clone(), method, route, name, reads.to_owned()]
}

fn described(service: &Service, operation: &Operation) -> serde_json::Value {
    let name = event_name(service, operation);
    let source = event_source(service);
    let mut described = json!({
        "service": service.name,
        "operation": operation.name,
        "eventSource": source,
        "eventName": name,
        "readOnly": read_only(&source, &name),
        "signingName": service.signing_name,
        "protocol": format!("{:?}", service.protocol),
        "apiVersion": service.api_version,
    });
    if service.protocol.is_rest() {
        described["method"] = json!(operation.method);
        described["path"] = json!(target(operation));
    }
    if let Some(prefix) = &service.target_prefix {
        described["target"] = json!(format!("{prefix}.{}", operation.name));
    }
    described
}

/// Writes a route as botocore does: path, then fixed query parameters.
fn target(operation: &Operation) -> String {
    let pairs: Vec<String> = operation
        .fixed_query
        .iter()
        .map(|(name, value)| if value.is_empty() { name.clone() } else { format!("{name}={value}") })
        .collect();
    let mark = if pairs.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", operation.path, pairs.join("&"))
}
