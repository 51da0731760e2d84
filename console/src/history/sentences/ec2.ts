import type { Phrases } from "./phrase";

export const EC2: Phrases = {
  AllocateAddress: "allocate elastic IP address[ {=publicIp}]",
  AssociateAddress:
    "associate elastic IP address {publicIp|allocationId} with {instanceId|networkInterfaceId}",
  AssociateIamInstanceProfile:
    "give instance {AssociateIamInstanceProfileRequest.InstanceId} the instance profile {AssociateIamInstanceProfileRequest.IamInstanceProfile.Name|AssociateIamInstanceProfileRequest.IamInstanceProfile.Arn}",
  AttachInternetGateway: "attach internet gateway {internetGatewayId} to VPC {vpcId}",
  AttachVolume: "attach volume {volumeId} to instance {instanceId}",
  AuthorizeSecurityGroupEgress:
    "let traffic out of security group {groupId|groupName}[ to {ipPermissions.items.ipRanges.items.cidrIp|ipPermissions.items.ipv6Ranges.items.cidrIpv6}]",
  AuthorizeSecurityGroupIngress:
    "let traffic into security group {groupId|groupName}[ from {ipPermissions.items.ipRanges.items.cidrIp|ipPermissions.items.ipv6Ranges.items.cidrIpv6|ipPermissions.items.groups.items.groupId|cidrIp}][ to port {ipPermissions.items.fromPort|fromPort}]",
  CreateImage: "create image[ {=imageId}] of instance {instanceId}",
  CreateInternetGateway: "create internet gateway[ {=internetGateway.internetGatewayId}]",
  CreateKeyPair: "create key pair {keyName}",
  CreateLaunchTemplate: "create launch template {CreateLaunchTemplateRequest.LaunchTemplateName}",
  CreateNatGateway: "create a NAT gateway in subnet {CreateNatGatewayRequest.SubnetId}",
  CreateNetworkAclEntry: "add a rule to network ACL {networkAclId}",
  CreateNetworkInterface:
    "create network interface[ {=networkInterface.networkInterfaceId}][ in subnet {subnetId}]",
  CreateRoute:
    "create a route to {destinationCidrBlock|destinationIpv6CidrBlock} in route table {routeTableId}",
  CreateRouteTable: "create route table[ {=routeTable.routeTableId}] in VPC {vpcId}",
  CreateSecurityGroup: "create security group {groupName}[ ({=groupId})]",
  CreateSnapshot: "create snapshot[ {=snapshotId}] of volume {volumeId}",
  CreateSubnet: "create subnet[ {=subnet.subnetId}] in VPC {vpcId}",
  CreateTags: "tag {resourcesSet.items.resourceId}[ with {tagSet.items.key}]",
  CreateVolume: "create volume[ {=volumeId}]",
  CreateVpc: "create VPC[ {=vpc.vpcId}][ with {cidrBlock}]",
  CreateVpcEndpoint: "create a VPC endpoint[ for {CreateVpcEndpointRequest.ServiceName}]",
  DeleteFlowLogs: "delete flow logs[ {DeleteFlowLogsRequest.FlowLogId.content|flowLogId}]",
  DeleteInternetGateway: "delete internet gateway {internetGatewayId}",
  DeleteKeyPair: "delete key pair {keyName|keyPairId}",
  DeleteNetworkAclEntry: "delete rule {ruleNumber} of network ACL {networkAclId}",
  DeleteNetworkInterface: "delete network interface {networkInterfaceId}",
  DeleteRoute:
    "delete the route to {destinationCidrBlock|destinationIpv6CidrBlock} from route table {routeTableId}",
  DeleteSecurityGroup: "delete security group {groupId|groupName}",
  DeleteSnapshot: "delete snapshot {snapshotId}",
  DeleteSubnet: "delete subnet {subnetId}",
  DeleteTags: "remove tags from {resourcesSet.items.resourceId}",
  DeleteVolume: "delete volume {volumeId}",
  DeleteVpc: "delete VPC {vpcId}",
  DeregisterImage: "deregister image {imageId}",
  DescribeInstanceAttribute: "look at attribute {attribute} of instance {instanceId}",
  DescribeInstances: "look at instances[ ({instancesSet.items.instanceId})]",
  DetachVolume: "detach volume {volumeId}[ from instance {instanceId}]",
  DisableEbsEncryptionByDefault: "stop encrypting new EBS volumes by default",
  EnableEbsEncryptionByDefault: "begin encrypting new EBS volumes by default",
  GetConsoleOutput: "read the console output of instance {instanceId}",
  GetPasswordData: "read the administrator's password of instance {instanceId}",
  ImportKeyPair: "import key pair {keyName}",
  ModifyImageAttribute:
    "change who may use image {imageId}[: {launchPermission.add.items.userId|launchPermission.add.items.group} may]",
  ModifyInstanceAttribute: "change[ attribute {attribute} of] instance {instanceId}",
  ModifySnapshotAttribute:
    "change who may use snapshot {snapshotId}[: {createVolumePermission.add.items.userId|createVolumePermission.add.items.group} may]",
  RebootInstances: "reboot instance~ {instancesSet.items.instanceId}",
  ReleaseAddress: "release elastic IP address {publicIp|allocationId}",
  ReplaceIamInstanceProfileAssociation: "replace the instance profile of an instance",
  RevokeSecurityGroupEgress: "stop traffic out of security group {groupId|groupName}",
  RevokeSecurityGroupIngress:
    "stop traffic into security group {groupId|groupName}[ from {ipPermissions.items.ipRanges.items.cidrIp|cidrIp}]",
  RunInstances:
    "launch instance~ {=instancesSet.items.instanceId}[ of type {instanceType}]||launch instances of type {instanceType}||launch instances",
  SharedSnapshotCopyInitiated: "begin to copy a shared snapshot",
  StartInstances: "start instance~ {instancesSet.items.instanceId}",
  StopInstances: "stop instance~ {instancesSet.items.instanceId}",
  TerminateInstances: "terminate instance~ {instancesSet.items.instanceId}",
};
