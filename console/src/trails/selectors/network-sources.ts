/** The services that network activity events are recorded of (`crates/select` has the same list). */
const SERVICES = `
  aco-automation appconfig application-signals appmesh athena b2bi backup-gateway bcm-data-exports
  bcm-pricing-calculator bedrock-agentcore bedrock billing cassandra ce cloudcontrolapi cloudformation
  cloudhsm cloudoptimization cloudtrail codedeploy comprehend comprehendmedical config ds dynamodb ec2
  ecs elasticfilesystem elasticloadbalancing events firehose frauddetector freetier fsx glue
  healthlake invoicing iot iotfleetwise iotsecuredtunneling kms lakeformation lambda license-manager
  lookoutequipment lookoutvision monitoring nova-act personalize qbusiness rds rekognition
  rolesanywhere s3 sagemaker scheduler secretsmanager servicediscovery sns sqs ssm-contacts ssm
  storagegateway swf textract transcribe transcribestreaming transform-agents transform-custom
  transform translate user-subscriptions verifiedpermissions voiceid workmail workmailmessageflow
`;

/** Every `eventSource` of network activity events, sorted. */
export const NETWORK_SOURCES: readonly string[] = SERVICES.trim()
  .split(/\s+/)
  .map((service) => `${service}.amazonaws.com`);
