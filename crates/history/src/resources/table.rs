//! Where events name resources, as data. One line a place.

/// One place.
pub(super) struct Mapping {
    /// The event source it belongs to.
    pub(super) source: &'static str,
    /// The events it belongs to, separated by blanks, `*` at the end of a beginning; none means all.
    pub(super) events: Option<&'static str>,
    /// Request or response.
    pub(super) place: Place,
    /// Member names from the top, separated by dots. Lists on the way are looked through.
    pub(super) path: &'static str,
    /// The CloudFormation-like type of what stands there.
    pub(super) kind: &'static str,
}

/// The document a path starts in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Request,
    Response,
}

macro_rules! mappings {
    ($($source:literal { $($place:ident $([$events:literal])? $path:literal => $kind:literal;)* })*) => {
        &[$($(Mapping {
            source: concat!($source, ".amazonaws.com"),
            events: mappings!(@events $($events)?),
            place: Place::$place,
            path: $path,
            kind: $kind,
        },)*)*]
    };
    (@events) => { None };
    (@events $events:literal) => { Some($events) };
}

pub(super) const MAPPINGS: &[Mapping] = mappings! {
    "cloudtrail" {
        Request ["CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging GetTrail GetTrailStatus"] "name" => "AWS::CloudTrail::Trail";
        Request "trailName" => "AWS::CloudTrail::Trail";
        Request ["DescribeTrails"] "trailNameList" => "AWS::CloudTrail::Trail";
        Request ["AddTags RemoveTags"] "resourceId" => "AWS::CloudTrail::Trail";
        Request ["ListTags"] "resourceIdList" => "AWS::CloudTrail::Trail";
        Response ["CreateTrail UpdateTrail"] "name" => "AWS::CloudTrail::Trail";
        Response "trailARN" => "AWS::CloudTrail::Trail";
        Request ["CreateTrail UpdateTrail"] "s3BucketName" => "AWS::S3::Bucket";
        Request ["CreateTrail UpdateTrail"] "snsTopicName" => "AWS::SNS::Topic";
        Request ["CreateTrail UpdateTrail"] "kmsKeyId" => "AWS::KMS::Key";
        Request "eventDataStore" => "AWS::CloudTrail::EventDataStore";
        Response "eventDataStoreArn" => "AWS::CloudTrail::EventDataStore";
        Request "channel" => "AWS::CloudTrail::Channel";
        Response "channelArn" => "AWS::CloudTrail::Channel";
    }
    "s3" {
        Request "bucketName" => "AWS::S3::Bucket";
        Request "bucket" => "AWS::S3::Bucket";
        Request "key" => "AWS::S3::Object";
    }
    "s3-outposts" {
        Request "bucket" => "AWS::S3Outposts::Bucket";
    }
    "iam" {
        Request "userName" => "AWS::IAM::User";
        Response "user.userName" => "AWS::IAM::User";
        Response "user.userId" => "AWS::IAM::User";
        Response "user.arn" => "AWS::IAM::User";
        Request "newUserName" => "AWS::IAM::User";
        Request "roleName" => "AWS::IAM::Role";
        Response "role.roleName" => "AWS::IAM::Role";
        Response "role.roleId" => "AWS::IAM::Role";
        Response "role.arn" => "AWS::IAM::Role";
        Request "groupName" => "AWS::IAM::Group";
        Response "group.groupName" => "AWS::IAM::Group";
        Response "group.groupId" => "AWS::IAM::Group";
        Response "group.arn" => "AWS::IAM::Group";
        Request "policyArn" => "AWS::IAM::Policy";
        Request "policyName" => "AWS::IAM::Policy";
        Response "policy.policyName" => "AWS::IAM::Policy";
        Response "policy.policyId" => "AWS::IAM::Policy";
        Response "policy.arn" => "AWS::IAM::Policy";
        Request "permissionsBoundary" => "AWS::IAM::Policy";
        Request "accessKeyId" => "AWS::IAM::AccessKey";
        Response "accessKey.accessKeyId" => "AWS::IAM::AccessKey";
        Response ["CreateAccessKey"] "accessKey.userName" => "AWS::IAM::User";
        Request "instanceProfileName" => "AWS::IAM::InstanceProfile";
        Response "instanceProfile.instanceProfileId" => "AWS::IAM::InstanceProfile";
        Response "instanceProfile.arn" => "AWS::IAM::InstanceProfile";
        Request "serialNumber" => "AWS::IAM::VirtualMFADevice";
        Request "virtualMFADeviceName" => "AWS::IAM::VirtualMFADevice";
        Request "sAMLProviderArn" => "AWS::IAM::SAMLProvider";
        Request "openIDConnectProviderArn" => "AWS::IAM::OIDCProvider";
        Request "serverCertificateName" => "AWS::IAM::ServerCertificate";
    }
    "sts" {
        Request "roleArn" => "AWS::IAM::Role";
        Request "roleSessionName" => "AWS::STS::AssumedRole";
        Response "assumedRoleUser.assumedRoleId" => "AWS::STS::AssumedRole";
        Response "assumedRoleUser.arn" => "AWS::STS::AssumedRole";
        Response "federatedUser.federatedUserId" => "AWS::STS::FederatedUser";
        Response "federatedUser.arn" => "AWS::STS::FederatedUser";
        Response "credentials.accessKeyId" => "AWS::IAM::AccessKey";
    }
    "ec2" {
        Request "instanceId" => "AWS::EC2::Instance";
        Request "instancesSet.items.instanceId" => "AWS::EC2::Instance";
        Response "instancesSet.items.instanceId" => "AWS::EC2::Instance";
        Request "instancesSet.items.imageId" => "AWS::EC2::Ami";
        Request "imageId" => "AWS::EC2::Ami";
        Response "imageId" => "AWS::EC2::Ami";
        Request "imagesSet.items.imageId" => "AWS::EC2::Ami";
        Request "instancesSet.items.keyName" => "AWS::EC2::KeyPair";
        Request "keyName" => "AWS::EC2::KeyPair";
        Response "keyPairId" => "AWS::EC2::KeyPair";
        Request "keySet.items.keyName" => "AWS::EC2::KeyPair";
        Request "groupId" => "AWS::EC2::SecurityGroup";
        Response "groupId" => "AWS::EC2::SecurityGroup";
        Request "groupName" => "AWS::EC2::SecurityGroup";
        Request "groupSet.items.groupId" => "AWS::EC2::SecurityGroup";
        Request "groupSet.items.groupName" => "AWS::EC2::SecurityGroup";
        Request "securityGroupIdSet.items.groupId" => "AWS::EC2::SecurityGroup";
        Request "securityGroupSet.items.groupName" => "AWS::EC2::SecurityGroup";
        Response "instancesSet.items.groupSet.items.groupId" => "AWS::EC2::SecurityGroup";
        Request "vpcId" => "AWS::EC2::VPC";
        Response "vpc.vpcId" => "AWS::EC2::VPC";
        Request "vpcSet.items.vpcId" => "AWS::EC2::VPC";
        Response "instancesSet.items.vpcId" => "AWS::EC2::VPC";
        Request "subnetId" => "AWS::EC2::Subnet";
        Response "subnet.subnetId" => "AWS::EC2::Subnet";
        Request "subnetSet.items.subnetId" => "AWS::EC2::Subnet";
        Response "instancesSet.items.subnetId" => "AWS::EC2::Subnet";
        Request "volumeId" => "AWS::EC2::Volume";
        Response "volumeId" => "AWS::EC2::Volume";
        Request "volumeSet.items.volumeId" => "AWS::EC2::Volume";
        Request "snapshotId" => "AWS::EC2::Snapshot";
        Response "snapshotId" => "AWS::EC2::Snapshot";
        Request "snapshotSet.items.snapshotId" => "AWS::EC2::Snapshot";
        Request "sourceSnapshotId" => "AWS::EC2::Snapshot";
        Request "networkInterfaceId" => "AWS::EC2::NetworkInterface";
        Response "networkInterface.networkInterfaceId" => "AWS::EC2::NetworkInterface";
        Request "networkInterfaceIdSet.items.networkInterfaceId" => "AWS::EC2::NetworkInterface";
        Response "instancesSet.items.networkInterfaceSet.items.networkInterfaceId" => "AWS::EC2::NetworkInterface";
        Request "routeTableId" => "AWS::EC2::RouteTable";
        Response "routeTable.routeTableId" => "AWS::EC2::RouteTable";
        Request "routeTableIdSet.items.routeTableId" => "AWS::EC2::RouteTable";
        Request "networkAclId" => "AWS::EC2::NetworkAcl";
        Response "networkAcl.networkAclId" => "AWS::EC2::NetworkAcl";
        Request "internetGatewayId" => "AWS::EC2::InternetGateway";
        Request "gatewayId" => "AWS::EC2::InternetGateway";
        Response "internetGateway.internetGatewayId" => "AWS::EC2::InternetGateway";
        Request "internetGatewayIdSet.items.internetGatewayId" => "AWS::EC2::InternetGateway";
        Request "allocationId" => "AWS::EC2::EIP";
        Response "allocationId" => "AWS::EC2::EIP";
        Request "publicIp" => "AWS::EC2::EIP";
        Response "publicIp" => "AWS::EC2::EIP";
        Request "allocationIdsSet.items.allocationId" => "AWS::EC2::EIP";
        Request "CreateNatGatewayRequest.SubnetId" => "AWS::EC2::Subnet";
        Response "CreateNatGatewayResponse.natGateway.natGatewayId" => "AWS::EC2::NatGateway";
        Request "DeleteNatGatewayRequest.NatGatewayId" => "AWS::EC2::NatGateway";
        Request "DescribeNatGatewaysRequest.NatGatewayId.content" => "AWS::EC2::NatGateway";
        Request "DeleteFlowLogsRequest.FlowLogId.content" => "AWS::EC2::FlowLog";
        Request "CreateFlowLogsRequest.ResourceId.content" => "AWS::EC2::VPC";
        Request "customerGatewayId" => "AWS::EC2::CustomerGateway";
        Request "vpnGatewayId" => "AWS::EC2::VPNGateway";
        Request "vpnConnectionId" => "AWS::EC2::VPNConnection";
        Request "vpcPeeringConnectionId" => "AWS::EC2::VPCPeeringConnection";
    }
    "kms" {
        Request "keyId" => "AWS::KMS::Key";
        Response "keyMetadata.keyId" => "AWS::KMS::Key";
        Response "keyMetadata.arn" => "AWS::KMS::Key";
        Request "aliasName" => "AWS::KMS::Alias";
        Request "targetKeyId" => "AWS::KMS::Key";
    }
    "lambda" {
        Request "functionName" => "AWS::Lambda::Function";
        Response "functionArn" => "AWS::Lambda::Function";
        Request "layerName" => "AWS::Lambda::LayerVersion";
        Response "layerVersionArn" => "AWS::Lambda::LayerVersion";
        Request "role" => "AWS::IAM::Role";
        Request "uUID" => "AWS::Lambda::EventSourceMapping";
    }
    "dynamodb" {
        Request "tableName" => "AWS::DynamoDB::Table";
        Response "tableDescription.tableName" => "AWS::DynamoDB::Table";
        Response "tableDescription.tableArn" => "AWS::DynamoDB::Table";
        Request "resourceArn" => "AWS::DynamoDB::Table";
        Request "backupArn" => "AWS::DynamoDB::Backup";
        Request "globalTableName" => "AWS::DynamoDB::GlobalTable";
    }
    "sns" {
        Request "topicArn" => "AWS::SNS::Topic";
        Response "topicArn" => "AWS::SNS::Topic";
        Request ["CreateTopic"] "name" => "AWS::SNS::Topic";
        Request "subscriptionArn" => "AWS::SNS::Subscription";
        Response "subscriptionArn" => "AWS::SNS::Subscription";
    }
    "sqs" {
        Request "queueName" => "AWS::SQS::Queue";
        Request "queueUrl" => "AWS::SQS::Queue";
        Response "queueUrl" => "AWS::SQS::Queue";
    }
    "secretsmanager" {
        Request "secretId" => "AWS::SecretsManager::Secret";
        Request ["CreateSecret"] "name" => "AWS::SecretsManager::Secret";
        Response "arn" => "AWS::SecretsManager::Secret";
        Response "aRN" => "AWS::SecretsManager::Secret";
    }
    "ssm" {
        Request ["PutParameter GetParameter DeleteParameter GetParameterHistory LabelParameterVersion"] "name" => "AWS::SSM::Parameter";
        Request ["GetParameters DeleteParameters"] "names" => "AWS::SSM::Parameter";
        Request ["GetDocument CreateDocument UpdateDocument DeleteDocument DescribeDocument"] "name" => "AWS::SSM::Document";
        Request "documentName" => "AWS::SSM::Document";
        Request "instanceId" => "AWS::EC2::Instance";
        Request "instanceIds" => "AWS::EC2::Instance";
        Request ["StartSession"] "target" => "AWS::EC2::Instance";
        Request "associationId" => "AWS::SSM::Association";
    }
    "logs" {
        Request "logGroupName" => "AWS::Logs::LogGroup";
        Request "logGroupNames" => "AWS::Logs::LogGroup";
        Request "logStreamName" => "AWS::Logs::LogStream";
    }
    "monitoring" {
        Request "alarmName" => "AWS::CloudWatch::Alarm";
        Request "alarmNames" => "AWS::CloudWatch::Alarm";
        Request "dashboardName" => "AWS::CloudWatch::Dashboard";
    }
    "events" {
        Request ["PutRule DeleteRule EnableRule DisableRule DescribeRule"] "name" => "AWS::Events::Rule";
        Request "rule" => "AWS::Events::Rule";
        Response "ruleArn" => "AWS::Events::Rule";
        Request "eventBusName" => "AWS::Events::EventBus";
    }
    "rds" {
        Request "dBInstanceIdentifier" => "AWS::RDS::DBInstance";
        Response "dBInstanceArn" => "AWS::RDS::DBInstance";
        Request "dBClusterIdentifier" => "AWS::RDS::DBCluster";
        Response "dBClusterArn" => "AWS::RDS::DBCluster";
        Request "dBSnapshotIdentifier" => "AWS::RDS::DBSnapshot";
        Request "dBClusterSnapshotIdentifier" => "AWS::RDS::DBClusterSnapshot";
        Request "dBSubnetGroupName" => "AWS::RDS::DBSubnetGroup";
        Request "dBParameterGroupName" => "AWS::RDS::DBParameterGroup";
    }
    "cloudformation" {
        Request "stackName" => "AWS::CloudFormation::Stack";
        Response "stackId" => "AWS::CloudFormation::Stack";
        Request "changeSetName" => "AWS::CloudFormation::ChangeSet";
        Request "stackSetName" => "AWS::CloudFormation::StackSet";
    }
    "autoscaling" {
        Request "autoScalingGroupName" => "AWS::AutoScaling::AutoScalingGroup";
        Request "launchConfigurationName" => "AWS::AutoScaling::LaunchConfiguration";
        Request "policyName" => "AWS::AutoScaling::ScalingPolicy";
    }
    "elasticloadbalancing" {
        Request "loadBalancerName" => "AWS::ElasticLoadBalancing::LoadBalancer";
        Request "loadBalancerArn" => "AWS::ElasticLoadBalancingV2::LoadBalancer";
        Response "loadBalancers.loadBalancerArn" => "AWS::ElasticLoadBalancingV2::LoadBalancer";
        Request "targetGroupArn" => "AWS::ElasticLoadBalancingV2::TargetGroup";
        Request "listenerArn" => "AWS::ElasticLoadBalancingV2::Listener";
    }
    "ecr" {
        Request "repositoryName" => "AWS::ECR::Repository";
        Response "repository.repositoryArn" => "AWS::ECR::Repository";
    }
    "ecs" {
        Request "cluster" => "AWS::ECS::Cluster";
        Request "clusterName" => "AWS::ECS::Cluster";
        Request "service" => "AWS::ECS::Service";
        Request "serviceName" => "AWS::ECS::Service";
        Request "taskDefinition" => "AWS::ECS::TaskDefinition";
    }
    "eks" {
        Request ["CreateCluster DeleteCluster DescribeCluster UpdateCluster*"] "name" => "AWS::EKS::Cluster";
        Response "cluster.arn" => "AWS::EKS::Cluster";
        Request "nodegroupName" => "AWS::EKS::Nodegroup";
    }
    "elasticfilesystem" {
        Request "fileSystemId" => "AWS::EFS::FileSystem";
        Response "fileSystemId" => "AWS::EFS::FileSystem";
        Request "mountTargetId" => "AWS::EFS::MountTarget";
        Response "mountTargetId" => "AWS::EFS::MountTarget";
    }
    "kinesis" {
        Request "streamName" => "AWS::Kinesis::Stream";
        Request "streamARN" => "AWS::Kinesis::Stream";
    }
    "firehose" {
        Request "deliveryStreamName" => "AWS::KinesisFirehose::DeliveryStream";
    }
    "glue" {
        Request "databaseName" => "AWS::Glue::Database";
        Request "tableName" => "AWS::Glue::Table";
        Request "jobName" => "AWS::Glue::Job";
    }
    "apigateway" {
        Request "restApiId" => "AWS::ApiGateway::RestApi";
        Request "stageName" => "AWS::ApiGateway::Stage";
    }
    "route53" {
        Request "hostedZoneId" => "AWS::Route53::HostedZone";
    }
    "cloudfront" {
        Response "distribution.id" => "AWS::CloudFront::Distribution";
        Request "id" => "AWS::CloudFront::Distribution";
    }
    "acm" {
        Request "certificateArn" => "AWS::CertificateManager::Certificate";
        Response "certificateArn" => "AWS::CertificateManager::Certificate";
    }
    "states" {
        Request "stateMachineArn" => "AWS::StepFunctions::StateMachine";
        Response "stateMachineArn" => "AWS::StepFunctions::StateMachine";
        Request ["CreateStateMachine"] "name" => "AWS::StepFunctions::StateMachine";
    }
    "redshift" {
        Request "clusterIdentifier" => "AWS::Redshift::Cluster";
    }
    "elasticache" {
        Request "cacheClusterId" => "AWS::ElastiCache::CacheCluster";
        Request "replicationGroupId" => "AWS::ElastiCache::ReplicationGroup";
    }
    "organizations" {
        Request "accountId" => "AWS::Organizations::Account";
        Request "policyId" => "AWS::Organizations::Policy";
        Request "organizationalUnitId" => "AWS::Organizations::OrganizationalUnit";
    }
    "config" {
        Request "configRuleName" => "AWS::Config::ConfigRule";
        Request "configurationRecorderName" => "AWS::Config::ConfigurationRecorder";
    }
    "guardduty" {
        Request "detectorId" => "AWS::GuardDuty::Detector";
        Response "detectorId" => "AWS::GuardDuty::Detector";
    }
    "cloudhsm" {
        Request "clusterId" => "AWS::CloudHSM::Cluster";
        Response "cluster.clusterId" => "AWS::CloudHSM::Cluster";
    }
    "appmesh" {
        Request "meshName" => "AWS::AppMesh::Mesh";
        Request "virtualNodeName" => "AWS::AppMesh::VirtualNode";
        Request "virtualGatewayName" => "AWS::AppMesh::VirtualGateway";
    }
};

/// The type of what an ARN names where a record's `resources` leaves it out: the ARN's service, how its
/// resource part begins, the type. First match.
pub(super) const ARN_KINDS: &[(&str, &str, &str)] = &[
    ("ssm", "parameter/", "AWS::SSM::Parameter"),
    ("ssm", "document/", "AWS::SSM::Document"),
    ("ssm", "association/", "AWS::SSM::Association"),
    ("ec2", "instance/", "AWS::EC2::Instance"),
    ("kms", "key/", "AWS::KMS::Key"),
    ("kms", "alias/", "AWS::KMS::Alias"),
    ("iam", "role/", "AWS::IAM::Role"),
    ("iam", "user/", "AWS::IAM::User"),
    ("iam", "policy/", "AWS::IAM::Policy"),
    ("iam", "group/", "AWS::IAM::Group"),
    ("lambda", "function:", "AWS::Lambda::Function"),
    ("dynamodb", "table/", "AWS::DynamoDB::Table"),
    ("cloudtrail", "trail/", "AWS::CloudTrail::Trail"),
    ("cloudtrail", "eventdatastore/", "AWS::CloudTrail::EventDataStore"),
    ("cloudtrail", "channel/", "AWS::CloudTrail::Channel"),
    ("secretsmanager", "secret:", "AWS::SecretsManager::Secret"),
    ("ecr", "repository/", "AWS::ECR::Repository"),
    ("rds", "db:", "AWS::RDS::DBInstance"),
    ("rds", "cluster:", "AWS::RDS::DBCluster"),
];
