//! Amazon Resource Names: `arn:partition:service:region:account:resource`.

use std::fmt;

/// The parts of an ARN, borrowed from its text. Region and account may be empty, as in S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov` and their kin; never empty.
    pub partition: &'a str,
    /// The service's namespace, such as `s3`; never empty.
    pub service: &'a str,
    /// The Region; empty for resources that belong to none.
    pub region: &'a str,
    /// The account; empty for resources whose name is unique without it.
    pub account: &'a str,
    /// Everything after the fifth colon, colons included; never empty.
    pub resource: &'a str,
}

/// The text is not an ARN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read an ARN: arn:partition:service:region:account:resource is needed")]
pub struct ArnError;

impl<'a> Arn<'a> {
    /// Reads an ARN.
    ///
    /// ```
    /// let arn = cairn_event::Arn::parse("arn:aws:s3:::acme-invoices/2026/inv-1007.pdf")?;
    /// assert_eq!((arn.service, arn.region, arn.resource), ("s3", "", "acme-invoices/2026/inv-1007.pdf"));
    /// # Ok::<(), cairn_event::ArnError>(())
    /// ```
    ///
    /// # Errors
    /// There are fewer than six parts, the first is not `arn`, or partition, service or resource is empty.
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().ok_or(ArnError);
        if next()? != "arn" {
            return Err(ArnError);
        }
        let arn = Self {
            partition: next()?,
            service: next()?,
            region: next()?,
            account: next()?,
            resource: next()?,
        };
        if arn.partition.is_empty() || arn.service.is_empty() || arn.resource.is_empty() {
            return Err(ArnError);
        }
        Ok(arn)
    }

    /// Splits the resource at its first `/` or `:` into kind and name: `("trail", "main")`, and for an S3
    /// object into bucket and key. `None` when the resource has one part only.
    pub fn kind_and_name(&self) -> Option<(&'a str, &'a str)> {
        self.resource.split_once(['/', ':'])
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_read_and_written_back() {
        let cases = [
            ("arn:aws:s3:::bucket/a:b/c", Some(("bucket", "a:b/c"))),
            ("arn:aws:s3:::bucket", None),
            ("arn:aws:lambda:us-east-2:111122223333:function:thumb:live", Some(("function", "thumb:live"))),
            ("arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/main", Some(("trail", "main"))),
            ("arn:aws:iam::111122223333:role/path/name", Some(("role", "path/name"))),
        ];
        for (text, split) in cases {
            let arn = Arn::parse(text).unwrap();
            assert_eq!(arn.to_string(), text);
            assert_eq!(arn.kind_and_name(), split, "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in
            ["", "arn", "arn:aws:s3", "arn:aws:s3:::", "arn::s3:::b", "arn:aws::::b", "urn:aws:s3:::b", "*"]
        {
            assert_eq!(Arn::parse(text), Err(ArnError), "{text}");
        }
    }
}
