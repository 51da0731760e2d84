import type { Phrases } from "./phrase";

export const STS: Phrases = {
  AssumeRole: "assume role {roleArn}[ as session {roleSessionName}]",
  AssumeRoleWithSAML: "assume role {roleArn} with SAML[ as session {roleSessionName}]",
  AssumeRoleWithWebIdentity: "assume role {roleArn} with a web identity[ as session {roleSessionName}]",
  AssumeRoot: "take the root user's rights in account {targetPrincipal}",
  DecodeAuthorizationMessage: "decode an authorization message",
  GetAccessKeyInfo: "ask whose access key {accessKeyId} is",
  GetCallerIdentity: "ask who they are",
  GetFederationToken: "get credentials for federated user {name}",
  GetSessionToken: "get temporary credentials",
};
