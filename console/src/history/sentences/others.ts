import type { Phrases } from "./phrase";

/** Of services of which few calls are frequent, or few are grave. */
export const OTHERS: Readonly<Record<string, Phrases>> = {
  "access-analyzer.amazonaws.com": {
    DeleteAnalyzer: "delete analyzer {analyzerName}",
  },
  "config.amazonaws.com": {
    DeleteConfigurationRecorder: "delete configuration recorder {configurationRecorderName}",
    DeleteDeliveryChannel: "delete delivery channel {deliveryChannelName}",
    StartConfigurationRecorder: "start configuration recorder {configurationRecorderName}",
    StopConfigurationRecorder: "stop configuration recorder {configurationRecorderName}",
  },
  "dynamodb.amazonaws.com": {
    CreateTable: "create table {tableName}",
    DeleteTable: "delete table {tableName}",
    GetItem: "read an item of table {tableName}",
    PutItem: "write an item of table {tableName}",
    Query: "query table {tableName}",
    Scan: "read through table {tableName}",
    UpdateTable: "change table {tableName}",
  },
  "guardduty.amazonaws.com": {
    CreateDetector: "turn GuardDuty on",
    DeleteDetector: "delete GuardDuty detector {detectorId}",
    StopMonitoringMembers: "stop watching member accounts with GuardDuty",
    UpdateDetector: "change GuardDuty detector {detectorId}",
  },
  "logs.amazonaws.com": {
    CreateLogGroup: "create log group {logGroupName}",
    CreateLogStream: "create log stream {logStreamName} in {logGroupName}",
    DeleteLogGroup: "delete log group {logGroupName}",
    DeleteLogStream: "delete log stream {logStreamName} of {logGroupName}",
    PutRetentionPolicy: "keep log group {logGroupName} for {retentionInDays} days",
  },
  "rds.amazonaws.com": {
    CreateDBInstance: "create database {dBInstanceIdentifier}",
    CreateDBSnapshot: "create snapshot {dBSnapshotIdentifier} of database {dBInstanceIdentifier}",
    DeleteDBInstance: "delete database {dBInstanceIdentifier}",
    ModifyDBInstance: "change database {dBInstanceIdentifier}",
    ModifyDBSnapshotAttribute: "change who may use database snapshot {dBSnapshotIdentifier}",
  },
  "secretsmanager.amazonaws.com": {
    BatchGetSecretValue: "read several secrets",
    CreateSecret: "create secret {name}",
    DeleteSecret: "delete secret {secretId}",
    GetSecretValue: "read secret {secretId}",
    PutSecretValue: "write secret {secretId}",
    RotateSecret: "rotate secret {secretId}",
    UpdateSecret: "change secret {secretId}",
  },
  "sns.amazonaws.com": {
    CreateTopic: "create topic {name}",
    DeleteTopic: "delete topic {topicArn}",
    Publish: "publish to topic {topicArn}",
    SetTopicAttributes: "change {attributeName} of topic {topicArn}",
    Subscribe: "subscribe[ {endpoint}] to topic {topicArn}",
    Unsubscribe: "end subscription {subscriptionArn}",
  },
  "sqs.amazonaws.com": {
    CreateQueue: "create queue {queueName}",
    DeleteQueue: "delete queue {queueUrl}",
    PurgeQueue: "empty queue {queueUrl}",
  },
  "ssm.amazonaws.com": {
    DeleteParameter: "delete parameter {name}",
    GetParameter: "read parameter {name}",
    GetParameters: "read parameter~ {names}",
    PutParameter: "write parameter {name}",
    SendCommand: "run {documentName}[ on {instanceIds}]",
    StartSession: "start a session on {target}",
    TerminateSession: "end session {sessionId}",
  },
};
