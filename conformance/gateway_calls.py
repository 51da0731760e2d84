"""Calls of many services, each with a write, a read and an error, as moto's server answers them: what the gateway is driven with."""

import json

from scenario import Table

ACCOUNT = "123456789012"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/kept"

# Stands where a client sends what nobody else may read; no event may hold it.
SECRET = "Marker-5eCret-0f-the-Client"

TABLES = []


def of(service):
    TABLES.append(Table(service))
    return TABLES[-1]


def steps():
    """Returns every call, in an order that has what is needed made before."""
    return [step for table in TABLES for step in table.steps]


def policy(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]})


TRUST = policy(Action="sts:AssumeRole", Principal={"AWS": ACCOUNT})
TAGS = [{"Key": "team", "Value": "blau"}]
ABSENT_ID = "11111111-2222-3333-4444-555555555555"

# Identities.
iam = of("iam")
iam.ok("CreateRole", {"RoleName": "kept", "AssumeRolePolicyDocument": TRUST})
iam.ok("CreateUser", {"UserName": "mia", "Path": "/staff/"})
iam.no("CreateUser", "EntityAlreadyExists", {"UserName": "mia"})
iam.ok("CreateAccessKey", {"UserName": "mia"})
iam.ok("CreateLoginProfile", {"UserName": "mia", "Password": SECRET})
iam.ok("GetUser", {"UserName": "mia"})
iam.no("GetUser", "NoSuchEntity", {"UserName": "none"})
iam.ok("ListUsers")

sts = of("sts")
sts.ok("GetCallerIdentity")
sts.ok("AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "work"})
sts.ok("GetSessionToken")
sts.ok("GetFederationToken", {"Name": "zoe", "Policy": policy(Action="s3:*", Resource="*")})

organizations = of("organizations")
organizations.no("DescribeOrganization", "AWSOrganizationsNotInUseException")
organizations.ok("CreateOrganization", {"FeatureSet": "ALL"})
organizations.ok("ListAccounts")

identitystore = of("identitystore")
identitystore.ok("CreateGroup", {"IdentityStoreId": "d-1234567890", "DisplayName": "readers"})
identitystore.ok("ListGroups", {"IdentityStoreId": "d-1234567890"})
identitystore.no("DescribeGroup", "ResourceNotFoundException", {"IdentityStoreId": "d-1234567890", "GroupId": ABSENT_ID})

sso = of("sso-admin")
INSTANCE = "arn:aws:sso:::instance/ssoins-1111111111111111"
sso.ok("CreatePermissionSet", {"InstanceArn": INSTANCE, "Name": "readers"})
sso.ok("ListPermissionSets", {"InstanceArn": INSTANCE})
sso.no("DescribePermissionSet", "ResourceNotFoundException", {"InstanceArn": INSTANCE, "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-1111111111111111"})

cognito = of("cognito-idp")
cognito.ok("CreateUserPool", {"PoolName": "shop"})
POOL = "${CreateUserPool.UserPool.Id}"
cognito.ok("AdminCreateUser", {"UserPoolId": POOL, "Username": "mia", "TemporaryPassword": SECRET + "1!"})
cognito.ok("ListUserPools", {"MaxResults": 10})
cognito.no("DescribeUserPool", "ResourceNotFoundException", {"UserPoolId": "us-east-1_absent"})

identity = of("cognito-identity")
identity.ok("CreateIdentityPool", {"IdentityPoolName": "shop", "AllowUnauthenticatedIdentities": True})
identity.ok("ListIdentityPools", {"MaxResults": 10})
identity.no("DescribeIdentityPool", "ResourceNotFoundException", {"IdentityPoolId": "us-east-1:" + ABSENT_ID})

# Keys, certificates and secrets.
kms = of("kms")
kms.ok("CreateKey", {"Description": "shop"})
KEY = "${CreateKey.KeyMetadata.KeyId}"
kms.ok("Encrypt", {"KeyId": KEY, "Plaintext": SECRET.encode()})
kms.ok("GenerateDataKey", {"KeyId": KEY, "KeySpec": "AES_256", "EncryptionContext": {"Order": "7"}})
kms.ok("DescribeKey", {"KeyId": KEY})
kms.no("DescribeKey", "NotFoundException", {"KeyId": ABSENT_ID})

secrets = of("secretsmanager")
secrets.ok("CreateSecret", {"Name": "db", "SecretString": SECRET, "ClientRequestToken": ABSENT_ID})
secrets.ok("PutSecretValue", {"SecretId": "db", "SecretString": SECRET + "2", "ClientRequestToken": "2" + ABSENT_ID[1:]})
secrets.ok("GetSecretValue", {"SecretId": "db"})
secrets.no("DescribeSecret", "ResourceNotFoundException", {"SecretId": "none"})

acm = of("acm")
acm.ok("RequestCertificate", {"DomainName": "shop.example", "IdempotencyToken": "once"})
acm.ok("ListCertificates")
acm.no("DescribeCertificate", "ResourceNotFoundException", {"CertificateArn": f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/{ABSENT_ID}"})

authority = of("acm-pca")
authority.ok("ListCertificateAuthorities")
authority.no("DescribeCertificateAuthority", "ResourceNotFoundException", {"CertificateAuthorityArn": f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/{ABSENT_ID}"})

# Messages and streams.
sqs = of("sqs")
sqs.ok("CreateQueue", {"QueueName": "orders"})
QUEUE = "${CreateQueue.QueueUrl}"
sqs.ok("SendMessage", {"QueueUrl": QUEUE, "MessageBody": SECRET})
sqs.ok("ListQueues")
sqs.no("GetQueueUrl", "AWS.SimpleQueueService.NonExistentQueue", {"QueueName": "none"})

sns = of("sns")
sns.ok("CreateTopic", {"Name": "orders"})
TOPIC = "${CreateTopic.TopicArn}"
sns.ok("Publish", {"TopicArn": TOPIC, "Message": SECRET, "Subject": "an order"})
sns.ok("ListTopics")
sns.no("GetTopicAttributes", "NotFound", {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:none"})

kinesis = of("kinesis")
kinesis.ok("CreateStream", {"StreamName": "clicks", "ShardCount": 1})
kinesis.ok("PutRecord", {"StreamName": "clicks", "Data": SECRET.encode(), "PartitionKey": "a"})
kinesis.ok("ListStreams")
kinesis.no("DescribeStream", "ResourceNotFoundException", {"StreamName": "none"})

firehose = of("firehose")
firehose.ok("CreateDeliveryStream", {"DeliveryStreamName": "clicks", "S3DestinationConfiguration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::kept"}})
firehose.ok("ListDeliveryStreams")
firehose.no("DescribeDeliveryStream", "ResourceNotFoundException", {"DeliveryStreamName": "none"})

video = of("kinesisvideo")
video.ok("CreateStream", {"StreamName": "door", "DeviceName": "camera"})
video.ok("ListStreams")
video.no("DescribeStream", "ResourceNotFoundException", {"StreamName": "none"})

analytics = of("kinesisanalyticsv2")
analytics.ok("CreateApplication", {"ApplicationName": "clicks", "RuntimeEnvironment": "FLINK-1_18", "ServiceExecutionRole": ROLE})
analytics.ok("ListApplications")

events = of("events")
events.ok("PutRule", {"Name": "nightly", "ScheduleExpression": "rate(1 day)"})
events.ok("ListRules")
events.no("DescribeRule", "ResourceNotFoundException", {"Name": "none"})

scheduler = of("scheduler")
scheduler.ok("CreateSchedule", {"Name": "nightly", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders", "RoleArn": ROLE}, "ClientToken": "once"})
scheduler.ok("ListSchedules")
scheduler.no("GetSchedule", "ResourceNotFoundException", {"Name": "none"})

pipes = of("pipes")
pipes.ok("CreatePipe", {"Name": "orders", "RoleArn": ROLE, "Source": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders", "Target": f"arn:aws:sqs:{REGION}:{ACCOUNT}:other"})
pipes.ok("ListPipes")
pipes.no("DescribePipe", "NotFoundException", {"Name": "none"})

states = of("stepfunctions")
MACHINE = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
states.ok("CreateStateMachine", {"name": "order", "definition": MACHINE, "roleArn": ROLE})
states.ok("ListStateMachines")
states.no("DescribeStateMachine", "StateMachineDoesNotExist", {"stateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:none"})

swf = of("swf")
swf.ok("RegisterDomain", {"name": "shop", "workflowExecutionRetentionPeriodInDays": "7"})
swf.ok("ListDomains", {"registrationStatus": "REGISTERED"})
swf.no("DescribeDomain", "UnknownResourceFault", {"name": "none"})

mq = of("mq")
mq.ok("CreateBroker", {"BrokerName": "orders", "DeploymentMode": "SINGLE_INSTANCE", "EngineType": "ActiveMQ", "EngineVersion": "5.18", "HostInstanceType": "mq.t3.micro", "PubliclyAccessible": False, "AutoMinorVersionUpgrade": True, "CreatorRequestId": "once", "Users": [{"Username": "admin", "Password": SECRET}]})
mq.ok("ListBrokers")
mq.no("DescribeBroker", "NotFoundException", {"BrokerId": "none"})

kafka = of("kafka")
kafka.ok("CreateCluster", {"ClusterName": "clicks", "KafkaVersion": "3.6.0", "NumberOfBrokerNodes": 2, "BrokerNodeGroupInfo": {"ClientSubnets": ["subnet-1"], "InstanceType": "kafka.t3.small"}})
kafka.ok("ListClusters")

# Tables and databases.
dynamodb = of("dynamodb")
dynamodb.ok("CreateTable", {"TableName": "music", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "Artist", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "Artist", "KeyType": "HASH"}]})
dynamodb.ok("PutItem", {"TableName": "music", "Item": {"Artist": {"S": "No One You Know"}, "Note": {"S": SECRET}}})
dynamodb.ok("GetItem", {"TableName": "music", "Key": {"Artist": {"S": "No One You Know"}}})
dynamodb.no("PutItem", "ConditionalCheckFailedException", {"TableName": "music", "Item": {"Artist": {"S": "No One You Know"}}, "ConditionExpression": "attribute_not_exists(Artist)"})
dynamodb.no("DescribeTable", "ResourceNotFoundException", {"TableName": "none"})

rds = of("rds")
rds.ok("CreateDBInstance", {"DBInstanceIdentifier": "shop", "DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20, "MasterUsername": "admin0", "MasterUserPassword": SECRET})
rds.ok("DescribeDBInstances")
rds.no("DescribeDBInstances", "DBInstanceNotFound", {"DBInstanceIdentifier": "none"})

docdb = of("docdb")
docdb.ok("DescribeDBClusters")

rdsdata = of("rds-data")
rdsdata.ok("ExecuteStatement", {"resourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:shop", "secretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db", "sql": "select 1"})

redshift = of("redshift")
redshift.ok("CreateCluster", {"ClusterIdentifier": "sales", "NodeType": "ra3.large", "MasterUsername": "admin0", "MasterUserPassword": SECRET + "1"})
redshift.ok("DescribeClusters")
redshift.no("DescribeClusters", "ClusterNotFound", {"ClusterIdentifier": "none"})

redshiftdata = of("redshift-data")
redshiftdata.ok("ExecuteStatement", {"ClusterIdentifier": "sales", "Database": "dev", "Sql": "select 1", "DbUser": "admin0"})
redshiftdata.no("DescribeStatement", "ResourceNotFoundException", {"Id": ABSENT_ID})

elasticache = of("elasticache")
elasticache.ok("CreateUser", {"UserId": "mia", "UserName": "mia", "Engine": "redis", "AccessString": "on ~* +@all", "Passwords": [SECRET + "-long"]})
elasticache.ok("DescribeUsers")
elasticache.no("DescribeUsers", "UserNotFound", {"UserId": "none"})

memorydb = of("memorydb")
memorydb.ok("CreateCluster", {"ClusterName": "cache", "NodeType": "db.t4g.small", "ACLName": "open-access"})
memorydb.ok("DescribeClusters")

dax = of("dax")
dax.ok("CreateCluster", {"ClusterName": "cache", "NodeType": "dax.t3.small", "ReplicationFactor": 3, "IamRoleArn": ROLE})
dax.ok("DescribeClusters")

timestream = of("timestream-write")
timestream.ok("CreateDatabase", {"DatabaseName": "sensors"})
timestream.ok("ListDatabases")
timestream.no("DescribeDatabase", "ResourceNotFoundException", {"DatabaseName": "none"})

athena = of("athena")
athena.ok("CreateWorkGroup", {"Name": "reports"})
athena.ok("ListWorkGroups")
athena.ok("StartQueryExecution", {"QueryString": "select 1", "WorkGroup": "reports", "ClientRequestToken": "once-and-once-and-once-and-once-a"})

glue = of("glue")
glue.ok("CreateDatabase", {"DatabaseInput": {"Name": "lake"}})
glue.ok("GetDatabases")
glue.no("GetDatabase", "EntityNotFoundException", {"Name": "none"})

lakeformation = of("lakeformation")
lakeformation.ok("RegisterResource", {"ResourceArn": "arn:aws:s3:::kept", "RoleArn": ROLE})
lakeformation.ok("ListResources")
lakeformation.no("DescribeResource", "EntityNotFoundException", {"ResourceArn": "arn:aws:s3:::none"})

opensearch = of("opensearch")
opensearch.ok("CreateDomain", {"DomainName": "search", "EngineVersion": "OpenSearch_2.11"})
opensearch.ok("ListDomainNames")
opensearch.no("DescribeDomain", "ResourceNotFoundException", {"DomainName": "none"})

# Machines, containers and functions.
ec2 = of("ec2")
ec2.ok("CreateVpc", {"CidrBlock": "10.9.0.0/16"})
ec2.ok("CreateSecurityGroup", {"GroupName": "web", "Description": "web", "VpcId": "${CreateVpc.Vpc.VpcId}"})
GROUP = "${CreateSecurityGroup.GroupId}"
INGRESS = {"GroupId": GROUP, "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}
ec2.ok("AuthorizeSecurityGroupIngress", INGRESS)
ec2.no("AuthorizeSecurityGroupIngress", "InvalidPermission.Duplicate", INGRESS)
ec2.ok("DescribeInstances", {"Filters": [{"Name": "instance-state-name", "Values": ["running"]}]})
ec2.no("DescribeInstances", "InvalidInstanceID.NotFound", {"InstanceIds": ["i-11111111"]})

autoscaling = of("autoscaling")
autoscaling.ok("DescribeAutoScalingGroups")
autoscaling.no("DeleteAutoScalingGroup", "ValidationError", {"AutoScalingGroupName": "none"})

scaling = of("application-autoscaling")
scaling.ok("DescribeScalableTargets", {"ServiceNamespace": "ecs"})

elb = of("elb")
elb.ok("CreateLoadBalancer", {"LoadBalancerName": "old", "Listeners": [{"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 80}], "AvailabilityZones": ["us-east-1a"]})
elb.ok("DescribeLoadBalancers")
elb.no("DescribeLoadBalancers", "LoadBalancerNotFound", {"LoadBalancerNames": ["none"]})

elbv2 = of("elbv2")
elbv2.ok("CreateTargetGroup", {"Name": "web", "Protocol": "HTTP", "Port": 80, "VpcId": "${CreateVpc.Vpc.VpcId}"})
elbv2.ok("DescribeTargetGroups")
elbv2.no("DescribeLoadBalancers", "LoadBalancerNotFound", {"Names": ["none"]})

ecs = of("ecs")
ecs.ok("CreateCluster", {"clusterName": "shop"})
ecs.ok("ListClusters")
ecs.no("ListServices", "ClusterNotFoundException", {"cluster": "none"})

ecr = of("ecr")
ecr.ok("CreateRepository", {"repositoryName": "shop"})
ecr.ok("GetAuthorizationToken")
ecr.ok("DescribeRepositories")
ecr.no("DescribeRepositories", "RepositoryNotFoundException", {"repositoryNames": ["none"]})

eks = of("eks")
eks.ok("CreateCluster", {"name": "shop", "roleArn": ROLE, "resourcesVpcConfig": {"subnetIds": ["subnet-1"]}, "clientRequestToken": "once"})
eks.ok("ListClusters")
eks.no("DescribeCluster", "ResourceNotFoundException", {"name": "none"})

batch = of("batch")
batch.ok("DescribeJobQueues")

functions = of("lambda")
functions.ok("ListFunctions")
functions.no("GetFunction", "ResourceNotFoundException", {"FunctionName": "none"})
functions.no("Invoke", "ResourceNotFoundException", {"FunctionName": "none", "Payload": SECRET.encode()})

beanstalk = of("elasticbeanstalk")
beanstalk.ok("CreateApplication", {"ApplicationName": "shop"})
beanstalk.ok("DescribeEnvironments")

emr = of("emr")
emr.ok("CreateSecurityConfiguration", {"Name": "kept", "SecurityConfiguration": "{}"})
emr.ok("ListClusters")
emr.no("DescribeSecurityConfiguration", "InvalidRequestException", {"Name": "none"})

serverless = of("emr-serverless")
serverless.ok("CreateApplication", {"releaseLabel": "emr-6.6.0", "type": "SPARK", "clientToken": "once", "name": "spark"})
serverless.ok("ListApplications")
serverless.no("GetApplication", "ResourceNotFoundException", {"applicationId": "none"})

sagemaker = of("sagemaker")
sagemaker.ok("CreateModelPackageGroup", {"ModelPackageGroupName": "models"})
sagemaker.ok("ListModelPackageGroups")
sagemaker.no("DescribeModel", "ValidationException", {"ModelName": "none"})

bedrock = of("bedrock")
bedrock.ok("ListCustomModels")
bedrock.no("GetCustomModel", "ResourceNotFoundException", {"modelIdentifier": "none"})

# Files and storage beside S3.
efs = of("efs")
efs.ok("CreateFileSystem", {"CreationToken": "once"})
efs.ok("DescribeFileSystems")
efs.no("DescribeFileSystems", "FileSystemNotFound", {"FileSystemId": "fs-11111111"})

fsx = of("fsx")
fsx.ok("CreateFileSystem", {"FileSystemType": "LUSTRE", "StorageCapacity": 1200, "SubnetIds": ["subnet-11111111"], "ClientRequestToken": "once"})
fsx.ok("DescribeFileSystems")

glacier = of("glacier")
glacier.ok("CreateVault", {"accountId": "-", "vaultName": "old"})
glacier.ok("ListVaults", {"accountId": "-"})
glacier.no("DescribeVault", "VaultNotFound", {"accountId": "-", "vaultName": "none"})

backup = of("backup")
backup.ok("CreateBackupVault", {"BackupVaultName": "nightly"})
backup.ok("ListBackupVaults")
backup.no("DescribeBackupVault", "ResourceNotFoundException", {"BackupVaultName": "none"})

datasync = of("datasync")
datasync.ok("CreateLocationS3", {"S3BucketArn": "arn:aws:s3:::kept", "S3Config": {"BucketAccessRoleArn": ROLE}})
datasync.ok("ListLocations")
datasync.no("DescribeTask", "InvalidRequestException", {"TaskArn": f"arn:aws:datasync:{REGION}:{ACCOUNT}:task/task-11111111111111111"})

transfer = of("transfer")
transfer.ok("CreateServer", {"Protocols": ["SFTP"]})
transfer.no("DescribeServer", "ServerNotFound", {"ServerId": "s-11111111111111111"})

# Networks and the edge.
route53 = of("route53")
route53.ok("CreateHostedZone", {"Name": "shop.example", "CallerReference": "once"})
route53.ok("ListHostedZones")
route53.no("GetHostedZone", "NoSuchHostedZone", {"Id": "Z1111111111111"})

resolver = of("route53resolver")
resolver.ok("ListResolverEndpoints")
resolver.no("GetResolverEndpoint", "ResourceNotFoundException", {"ResolverEndpointId": "none"})

cloudfront = of("cloudfront")
cloudfront.ok("CreateOriginAccessControl", {"OriginAccessControlConfig": {"Name": "kept", "SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}})
cloudfront.ok("ListDistributions")
cloudfront.no("GetDistribution", "NoSuchDistribution", {"Id": "E1111111111111"})

apigateway = of("apigateway")
apigateway.ok("CreateRestApi", {"name": "shop"})
apigateway.ok("GetRestApis")
apigateway.no("GetRestApi", "NotFoundException", {"restApiId": "none"})

apigatewayv2 = of("apigatewayv2")
apigatewayv2.ok("CreateApi", {"Name": "shop", "ProtocolType": "HTTP"})
apigatewayv2.ok("GetApis")
apigatewayv2.no("GetApi", "NotFoundException", {"ApiId": "none"})

appsync = of("appsync")
appsync.ok("CreateGraphqlApi", {"name": "shop", "authenticationType": "API_KEY"})
appsync.ok("ListGraphqlApis")
appsync.no("GetGraphqlApi", "NotFoundException", {"apiId": "none"})

wafv2 = of("wafv2")
wafv2.ok("CreateIPSet", {"Name": "blocked", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": ["192.0.2.0/24"]})
wafv2.ok("ListWebACLs", {"Scope": "REGIONAL"})
wafv2.no("GetWebACL", "WAFNonexistentItemException", {"Name": "none", "Scope": "REGIONAL", "Id": ABSENT_ID})

firewall = of("network-firewall")
firewall.ok("ListFirewalls")
firewall.no("DescribeFirewall", "ResourceNotFoundException", {"FirewallName": "none"})

networkmanager = of("networkmanager")
networkmanager.ok("CreateGlobalNetwork", {"Description": "all"})
networkmanager.ok("DescribeGlobalNetworks")

direct = of("directconnect")
direct.ok("CreateConnection", {"location": "EqDC2", "bandwidth": "1Gbps", "connectionName": "office"})
direct.ok("DescribeConnections")

discovery = of("servicediscovery")
discovery.ok("CreateHttpNamespace", {"Name": "shop", "CreatorRequestId": "once"})
discovery.ok("ListNamespaces")
discovery.no("GetNamespace", "NamespaceNotFound", {"Id": "ns-none"})

# Watching and managing.
cloudwatch = of("cloudwatch")
cloudwatch.ok("PutMetricAlarm", {"AlarmName": "errors", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "MetricName": "Errors", "Namespace": "Shop", "Period": 60, "Statistic": "Sum", "Threshold": 1.0})
cloudwatch.ok("PutMetricData", {"Namespace": "Shop", "MetricData": [{"MetricName": "Errors", "Value": 1.0}]})
cloudwatch.ok("DescribeAlarms")
cloudwatch.no("GetDashboard", "ResourceNotFound", {"DashboardName": "none"})

logs = of("logs")
logs.ok("CreateLogGroup", {"logGroupName": "shop"})
logs.ok("DescribeLogGroups")
logs.no("DescribeLogStreams", "ResourceNotFoundException", {"logGroupName": "none"})

synthetics = of("synthetics")
synthetics.ok("DescribeCanaries")

xray = of("xray")
xray.ok("PutTraceSegments", {"TraceSegmentDocuments": [json.dumps({"id": "70de5b6f19ff9a0a", "trace_id": "1-581cf771-a006649127e371903a2de979", "name": "shop", "start_time": 1, "end_time": 2})]})

ssm = of("ssm")
ssm.ok("PutParameter", {"Name": "/db/password", "Value": SECRET, "Type": "SecureString"})
ssm.ok("GetParameter", {"Name": "/db/password", "WithDecryption": True})
ssm.no("GetParameter", "ParameterNotFound", {"Name": "/none"})
ssm.ok("DescribeParameters")

cloudformation = of("cloudformation")
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "made"}}}})
cloudformation.ok("CreateStack", {"StackName": "made", "TemplateBody": TEMPLATE})
cloudformation.ok("ListStacks")
cloudformation.no("DescribeStacks", "ValidationError", {"StackName": "none"})

config = of("config")
config.ok("PutConfigurationRecorder", {"ConfigurationRecorder": {"name": "default", "roleARN": ROLE}})
config.ok("DescribeConfigurationRecorders")
config.no("DescribeConfigurationRecorders", "NoSuchConfigurationRecorderException", {"ConfigurationRecorderNames": ["none"]})

guardduty = of("guardduty")
guardduty.ok("CreateDetector", {"Enable": True, "ClientToken": "once"})
guardduty.ok("ListDetectors")
guardduty.no("GetDetector", "BadRequestException", {"DetectorId": "none"})

securityhub = of("securityhub")
securityhub.ok("EnableSecurityHub")
securityhub.ok("GetFindings")

inspector = of("inspector2")
inspector.ok("ListFindings")
inspector.ok("CreateFilter", {"action": "NONE", "filterCriteria": {}, "name": "all"})

macie = of("macie2")
macie.ok("EnableMacie", {"status": "ENABLED", "clientToken": "once"})
macie.ok("GetMacieSession")

quotas = of("service-quotas")
quotas.ok("ListAWSDefaultServiceQuotas", {"ServiceCode": "vpc"})
quotas.no("GetServiceQuota", "NoSuchResourceException", {"ServiceCode": "vpc", "QuotaCode": "L-11111111"})

groups = of("resource-groups")
groups.ok("CreateGroup", {"Name": "blue", "ResourceQuery": {"Type": "TAG_FILTERS_1_0", "Query": json.dumps({"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{"Key": "team", "Values": ["blau"]}]})}})
groups.ok("ListGroups")

tagging = of("resourcegroupstaggingapi")
tagging.ok("GetResources")

ram = of("ram")
ram.ok("CreateResourceShare", {"name": "shared", "clientToken": "once"})
ram.ok("GetResourceShares", {"resourceOwner": "SELF"})

budgets = of("budgets")
budgets.ok("CreateBudget", {"AccountId": ACCOUNT, "Budget": {"BudgetName": "month", "TimeUnit": "MONTHLY", "BudgetType": "COST", "BudgetLimit": {"Amount": "10", "Unit": "USD"}}})
budgets.ok("DescribeBudgets", {"AccountId": ACCOUNT})
budgets.no("DescribeBudget", "NotFoundException", {"AccountId": ACCOUNT, "BudgetName": "none"})

costs = of("ce")
costs.ok("CreateCostCategoryDefinition", {"Name": "teams", "RuleVersion": "CostCategoryExpression.v1", "Rules": [{"Value": "blau", "Rule": {"Tags": {"Key": "team", "Values": ["blau"]}}}]})
costs.no("DescribeCostCategoryDefinition", "ResourceNotFoundException", {"CostCategoryArn": f"arn:aws:ce::{ACCOUNT}:costcategory/{ABSENT_ID}"})

# Building, mail, and the rest.
codebuild = of("codebuild")
codebuild.ok("ListProjects")
codebuild.no("StartBuild", "ResourceNotFoundException", {"projectName": "none"})

codecommit = of("codecommit")
codecommit.ok("CreateRepository", {"repositoryName": "shop"})
codecommit.no("GetRepository", "RepositoryDoesNotExistException", {"repositoryName": "none"})

codedeploy = of("codedeploy")
codedeploy.ok("CreateApplication", {"applicationName": "shop"})
codedeploy.ok("ListApplications")
codedeploy.no("GetApplication", "ApplicationDoesNotExistException", {"applicationName": "none"})

codepipeline = of("codepipeline")
codepipeline.ok("ListPipelines")
codepipeline.no("GetPipeline", "PipelineNotFoundException", {"name": "none"})

ses = of("ses")
ses.ok("VerifyEmailIdentity", {"EmailAddress": "mia@shop.example"})
ses.ok("ListIdentities")
ses.no("DescribeConfigurationSet", "ConfigurationSetDoesNotExist", {"ConfigurationSetName": "none"})

sesv2 = of("sesv2")
sesv2.ok("CreateEmailIdentity", {"EmailIdentity": "zoe@shop.example"})
sesv2.ok("ListEmailIdentities")
sesv2.no("GetEmailIdentity", "NotFoundException", {"EmailIdentity": "none@shop.example"})

pinpoint = of("pinpoint")
pinpoint.ok("CreateApp", {"CreateApplicationRequest": {"Name": "shop"}})
pinpoint.ok("GetApps")
pinpoint.no("GetApp", "NotFoundException", {"ApplicationId": "none"})

appconfig = of("appconfig")
appconfig.ok("CreateApplication", {"Name": "shop"})
appconfig.no("GetApplication", "ResourceNotFoundException", {"ApplicationId": "none"})

iot = of("iot")
iot.ok("CreateThing", {"thingName": "door"})
iot.ok("ListThings")
iot.no("DescribeThing", "ResourceNotFoundException", {"thingName": "none"})

shadows = of("iot-data")
shadows.ok("UpdateThingShadow", {"thingName": "door", "payload": json.dumps({"state": {"desired": {"open": True}}}).encode()})
shadows.no("GetThingShadow", "ResourceNotFoundException", {"thingName": "none"})

ds = of("ds")
ds.ok("DescribeDirectories")
ds.no("DeleteDirectory", "EntityDoesNotExistException", {"DirectoryId": "d-1111111111"})

polly = of("polly")
polly.ok("PutLexicon", {"Name": "words", "Content": '<?xml version="1.0"?><lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US"></lexicon>'})
polly.ok("ListLexicons")
polly.no("GetLexicon", "LexiconNotFoundException", {"Name": "none"})

quicksight = of("quicksight")
quicksight.ok("CreateGroup", {"AwsAccountId": ACCOUNT, "Namespace": "default", "GroupName": "readers"})
quicksight.ok("ListGroups", {"AwsAccountId": ACCOUNT, "Namespace": "default"})
quicksight.no("DescribeGroup", "ResourceNotFoundException", {"AwsAccountId": ACCOUNT, "Namespace": "default", "GroupName": "none"})

rekognition = of("rekognition")
rekognition.ok("DetectText", {"Image": {"S3Object": {"Bucket": "kept", "Name": "sign.png"}}})

transcribe = of("transcribe")
transcribe.ok("CreateVocabulary", {"VocabularyName": "words", "LanguageCode": "en-US", "Phrases": ["Cairn"]})
transcribe.ok("ListVocabularies")
transcribe.no("GetTranscriptionJob", "BadRequestException", {"TranscriptionJobName": "none"})

workspaces = of("workspaces")
workspaces.ok("DescribeWorkspaces")

servicecatalog = of("servicecatalog")
servicecatalog.ok("CreatePortfolio", {"DisplayName": "shop", "ProviderName": "us", "IdempotencyToken": "once"})
servicecatalog.ok("ListPortfolios")

signer = of("signer")
signer.ok("PutSigningProfile", {"profileName": "code", "platformId": "AWSLambda-SHA384-ECDSA"})
signer.ok("ListSigningPlatforms")

support = of("support")
support.ok("CreateCase", {"subject": "help", "communicationBody": "please"})
support.ok("DescribeCases")

mediastore = of("mediastore")
mediastore.ok("CreateContainer", {"ContainerName": "films"})
mediastore.no("DescribeContainer", "ResourceNotFoundException", {"ContainerName": "none"})

dms = of("dms")
dms.ok("DescribeReplicationTasks")
