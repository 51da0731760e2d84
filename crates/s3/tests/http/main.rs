//! The S3 protocol over the built-in store, request by request, in process.

#[cfg(test)]
mod authorized;
#[cfg(test)]
mod client;
#[cfg(test)]
mod encryption;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod multipart;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod settings;
