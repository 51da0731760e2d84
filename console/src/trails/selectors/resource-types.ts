/**
 * The resource types that data events are recorded for, by service: what CloudTrail knows (`crates/select` has the same
 * list, and a test holds the two together).
 */
const NAMES: Record<string, string> = {
  AIDevOps: "AgentSpace Association OperatorAppTeam PipelineMetadata Service",
  AIOps: "InvestigationGroup",
  AppConfig: "Configuration",
  AppSync: "GraphQLApi",
  B2BI: "Transformer",
  Backup: "SearchJob",
  Bedrock:
    "AdvancedOptimizePromptJob AgentAlias AsyncInvoke AutomatedReasoningPolicy AutomatedReasoningPolicyVersion Blueprint DataAutomationInvocation DataAutomationProfile DataAutomationProject FlowAlias FlowExecution Guardrail InlineAgent KnowledgeBase Model PromptVersion Session Tool",
  BedrockAgentCore:
    "APIKeyCredentialProvider Browser BrowserCustom CodeInterpreter CodeInterpreterCustom Evaluator Gateway Memory OAuth2CredentialProvider Runtime RuntimeEndpoint TokenVault WorkloadIdentity WorkloadIdentityDirectory",
  Cassandra: "Stream Table",
  CloudFront: "KeyValueStore",
  CloudOptimization: "Profile Recommendation",
  CloudTrail: "Channel",
  CloudWatch: "Metric",
  CodeGuruProfiler: "ProfilingGroup",
  CodeWhisperer: "Customization Profile",
  Cognito: "IdentityPool",
  DSQL: "Cluster",
  DataExchange: "Asset",
  Deadline: "Fleet Job Queue Worker",
  DynamoDB: "Stream Table",
  EC2: "InstanceConnectEndpoint Snapshot",
  ECS: "ContainerInstance",
  EKS: "Dashboard",
  EMRWAL: "Workspace",
  FSx: "Volume",
  FinSpace: "Environment",
  GameLiftStreams: "Application StreamGroup",
  GeoMaps: "Provider",
  GeoPlaces: "Provider",
  GeoRoutes: "Provider",
  Glue: "Table",
  GreengrassV2: "ComponentVersion Deployment",
  GuardDuty: "Detector MalwareScan",
  IoT: "Certificate Thing",
  IoTSiteWise: "Asset TimeSeries",
  IoTTwinMaker: "Entity Workspace",
  KendraRanking: "ExecutionPlan",
  Kinesis: "Stream StreamConsumer",
  KinesisFirehose: "DeliveryStream",
  KinesisVideo: "SignalingChannel Stream",
  Lambda: "Function",
  MWAA: "Environment",
  MachineLearning: "MlModel",
  ManagedBlockchain: "Network Node",
  ManagedBlockchainQuery: "QueryAPI",
  MedicalImaging: "Datastore Imageset",
  NeptuneGraph: "Graph",
  NetworkFlowMonitor: "Monitor Scope",
  NovaAct: "WorkflowDefinition WorkflowRun",
  One: "UKey User",
  PCAConnectorAD: "Connector",
  PCAConnectorSCEP: "Connector",
  PaymentCryptography: "Alias Key",
  Pinpoint: "App",
  QApps: "QApp QAppSession",
  QBusiness: "Application DataSource Index Integration WebExperience",
  QDeveloper: "Integration",
  QuickSight: "Flow FlowSession",
  Quicksight: "ActionConnector",
  RDS: "DBCluster",
  RUM: "AppMonitor",
  Redshift: "Cluster",
  S3: "AccessPoint Object",
  S3Express: "Object",
  S3ObjectLambda: "AccessPoint",
  S3Outposts: "Object",
  S3Tables: "Table TableBucket",
  S3Vectors: "Index VectorBucket",
  SCN: "Instance",
  SDB: "Domain",
  SES: "ConfigurationSet EmailIdentity Template",
  SMSVoice: "Message OriginationIdentity",
  SNS: "PlatformEndpoint Topic",
  SQS: "Queue",
  SSM: "ExecutionPreview ManagedNode",
  SSMMessages: "ControlChannel",
  SWF: "Domain",
  SageMaker: "Endpoint ExperimentTrialComponent FeatureGroup MlflowTrackingServer",
  ServiceDiscovery: "Namespace Service",
  Signer: "SigningJob SigningProfile",
  SitewiseAssistant: "Conversation",
  SocialMessaging: "PhoneNumberId WabaId",
  StepFunctions: "Activity StateMachine",
  SupportAccess: "Tenant TrustingAccount TrustingRole",
  ThinClient: "Device Environment",
  Timestream: "Database RegionalEndpoint Table",
  Transform: "AgentInstance",
  TransformCustom: "Campaign Conversation KnowledgeItem Package",
  VerifiedPermissions: "PolicyStore",
  XRay: "Trace",
};

/** Every `resources.type`, sorted. */
export const RESOURCE_TYPES: readonly string[] = Object.entries(NAMES).flatMap(([service, names]) =>
  names.split(" ").map((name) => `AWS::${service}::${name}`),
);

/** Those that basic selectors know; also what most people look for. */
export const CLASSIC_TYPES = ["AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"] as const;

/** `AWS::IoTSiteWise::TimeSeries` as people read it: `IoTSiteWise time series`. */
export function nameOfType(type: string): string {
  const [, service = "", name = ""] = type.split("::");
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z])([A-Z][a-z])/g, "$1 $2");
  const lower = words.split(" ").map((word) => (/^[A-Z]+s?$/.test(word) ? word : word.toLowerCase()));
  return `${service} ${lower.join(" ")}`.trim();
}
