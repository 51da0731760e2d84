//! Products that user agents name, and what each is.

/// What a product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A program that decides by itself what to call.
    Agent,
    /// What a person or a script runs.
    Tool,
    /// A library.
    Sdk,
}

/// A known product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Product {
    /// As it stands in a user agent, lower case.
    word: &'static str,
    /// As it is told.
    pub(super) name: &'static str,
    pub(super) class: Class,
}

/// Finds a product by the word that stands for it.
pub(super) fn find(word: &str) -> Option<Product> {
    if word.len() > WORD_BYTES_MAX {
        return None;
    }
    let mut folded = [0_u8; WORD_BYTES_MAX];
    for (slot, byte) in folded.iter_mut().zip(word.bytes()) {
        *slot = byte.to_ascii_lowercase();
    }
    let folded = folded.get(..word.len())?;
    let found = PRODUCTS.binary_search_by(|product| product.word.as_bytes().cmp(folded));
    found.ok().and_then(|place| PRODUCTS.get(place)).copied()
}

const fn agent(word: &'static str, name: &'static str) -> Product {
    Product { word, name, class: Class::Agent }
}

const fn tool(word: &'static str, name: &'static str) -> Product {
    Product { word, name, class: Class::Tool }
}

const fn sdk(word: &'static str) -> Product {
    Product { word, name: word, class: Class::Sdk }
}

/// No longer word is a known product.
const WORD_BYTES_MAX: usize = 32;

/// Sorted by word.
const PRODUCTS: &[Product] = &[
    agent("aider", "aider"),
    agent("amazonq", "amazon-q"),
    agent("amazonq-for-cli", "amazon-q"),
    tool("ansible", "ansible"),
    agent("anthropic", "claude"),
    agent("autogen", "autogen"),
    tool("aws-cdk", "aws-cdk"),
    tool("aws-cli", "aws-cli"),
    tool("aws-sam-cli", "aws-sam-cli"),
    sdk("aws-sdk-cpp"),
    sdk("aws-sdk-dotnet-coreclr"),
    sdk("aws-sdk-go"),
    sdk("aws-sdk-go-v2"),
    sdk("aws-sdk-java"),
    sdk("aws-sdk-js"),
    sdk("aws-sdk-kotlin"),
    sdk("aws-sdk-net"),
    sdk("aws-sdk-nodejs"),
    sdk("aws-sdk-php"),
    sdk("aws-sdk-ruby"),
    sdk("aws-sdk-ruby2"),
    sdk("aws-sdk-ruby3"),
    sdk("aws-sdk-rust"),
    sdk("aws-sdk-swift"),
    tool("aws-toolkit-for-jetbrains", "aws-toolkit"),
    tool("aws-toolkit-for-vscode", "aws-toolkit"),
    tool("awspowershell", "aws-powershell"),
    sdk("boto3"),
    sdk("botocore"),
    agent("chatgpt", "chatgpt"),
    agent("chatgpt-user", "chatgpt"),
    agent("claude", "claude"),
    agent("claude-cli", "claude-code"),
    agent("claude-code", "claude-code"),
    agent("claude-user", "claude"),
    agent("cline", "cline"),
    agent("codex", "codex"),
    agent("codex-cli", "codex"),
    agent("codex_cli_rs", "codex"),
    agent("copilot", "github-copilot"),
    agent("crewai", "crewai"),
    tool("crossplane-provider-aws", "crossplane"),
    tool("curl", "curl"),
    agent("cursor", "cursor"),
    tool("cyberduck", "cyberduck"),
    agent("devin", "devin"),
    tool("duckdb", "duckdb"),
    tool("eksctl", "eksctl"),
    tool("fluent-bit", "fluent-bit"),
    agent("gemini", "gemini"),
    agent("gemini-cli", "gemini-cli"),
    agent("github-copilot", "github-copilot"),
    agent("githubcopilotchat", "github-copilot"),
    tool("goofys", "goofys"),
    agent("goose", "goose"),
    tool("hadoop", "hadoop"),
    tool("juicefs", "juicefs"),
    tool("karpenter", "karpenter"),
    tool("karpenter.sh", "karpenter"),
    agent("kiro", "kiro"),
    agent("kirocli", "kiro"),
    tool("kops", "kops"),
    tool("kubectl", "kubectl"),
    agent("langchain", "langchain"),
    agent("langgraph", "langgraph"),
    agent("llamaindex", "llamaindex"),
    tool("mc", "mc"),
    sdk("minio-go"),
    sdk("minio-java"),
    sdk("minio-js"),
    sdk("minio-py"),
    tool("mozilla", "browser"),
    agent("openai", "openai"),
    agent("opencode", "opencode"),
    agent("openhands", "openhands"),
    tool("opentofu", "opentofu"),
    tool("packer", "packer"),
    tool("prowler", "prowler"),
    tool("pulumi", "pulumi"),
    tool("pulumi-aws", "pulumi"),
    tool("rclone", "rclone"),
    tool("restic", "restic"),
    tool("s3cmd", "s3cmd"),
    tool("s3fs", "s3fs"),
    tool("s5cmd", "s5cmd"),
    tool("serverless", "serverless"),
    tool("steampipe", "steampipe"),
    agent("strands-agents", "strands-agents"),
    tool("terraform", "terraform"),
    tool("trino", "trino"),
    tool("vector", "vector"),
    tool("velero", "velero"),
    tool("warp", "warp"),
    tool("wget", "wget"),
    agent("windsurf", "windsurf"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_is_found() {
        assert!(PRODUCTS.is_sorted_by(|one, next| one.word < next.word));
        for product in PRODUCTS {
            assert_eq!(find(&product.word.to_ascii_uppercase()), Some(*product));
        }
        assert_eq!(find("terraform-provider-aws"), None);
        assert_eq!(find(&"a".repeat(33)), None);
    }
}
