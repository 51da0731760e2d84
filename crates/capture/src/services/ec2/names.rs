//! EC2's names for what it is asked.

/// Tells whether an operation is as old as the API of 2014.
pub(super) fn is_earlier(operation: &str) -> bool {
    EARLIER.split_ascii_whitespace().any(|name| name == operation)
}

/// Tells whether an operation calls the items of a list `item`, not `items`.
pub(super) fn says_item(operation: &str) -> bool {
    matches!(operation, "DescribeClassicLinkInstances" | "DescribeVpcClassicLink")
}

/// Returns how records call a list of texts, and each text in it; none for a list that has no name of its own.
pub(super) fn of_list(operation: &str, member: &str) -> Option<(&'static str, &'static str)> {
    let found = LISTS.iter().find(|row| row.1 == member && (row.0 == operation || row.0 == "*"));
    found.map(|row| (row.2, row.3))
}

/// Returns the name under which a record holds a call of a later operation.
pub(super) fn of_request(operation: &str) -> String {
    match operation {
        "DeleteTransitGatewayVpcAttachment" => "DelTGwVpcAttachReq".to_owned(),
        _ => format!("{operation}Request"),
    }
}

/// Operation or `*`, member in the model, name of the list, name of each text. Particular rows come first.
const LISTS: [(&str, &str, &str, &str); 53] = [
    ("DescribePlacementGroups", "GroupIds", "placementGroupIdSet", "groupId"),
    ("DescribePlacementGroups", "GroupNames", "placementGroupSet", "groupName"),
    ("ModifyImageAttribute", "ProductCodes", "productCodes", "productCode"),
    ("ReportInstanceStatus", "Instances", "instancesSet", "instanceId"),
    ("ReportInstanceStatus", "ReasonCodes", "reasonCodesSet", "reasonCode"),
    ("*", "AllocationIds", "allocationIdsSet", "allocationId"),
    ("*", "AttributeNames", "accountAttributeNameSet", "attributeName"),
    ("*", "BlockDeviceMappings", "blockDeviceMapping", ""),
    ("*", "BundleIds", "bundlesSet", "bundleId"),
    ("*", "ConversionTaskIds", "conversionTaskIdSet", "conversionTaskId"),
    ("*", "CustomerGatewayIds", "customerGatewaySet", "customerGatewayId"),
    ("*", "DhcpConfigurations", "dhcpConfigurationSet", ""),
    ("*", "DhcpOptionsIds", "dhcpOptionsSet", "dhcpOptionsId"),
    ("*", "ExecutableUsers", "executableBySet", "user"),
    ("*", "ExportTaskIds", "exportTaskIdSet", "exportTaskId"),
    ("*", "Filters", "filterSet", ""),
    ("*", "GroupIds", "securityGroupIdSet", "groupId"),
    ("*", "GroupNames", "securityGroupSet", "groupName"),
    ("*", "Groups", "groupSet", "groupId"),
    ("*", "ImageIds", "imagesSet", "imageId"),
    ("*", "InstanceIds", "instancesSet", "instanceId"),
    ("*", "InstanceTypes", "instanceTypeSet", "instanceType"),
    ("*", "InternetGatewayIds", "internetGatewayIdSet", "internetGatewayId"),
    ("*", "Ipv6Addresses", "ipv6AddressesSet", ""),
    ("*", "KeyNames", "keySet", "keyName"),
    ("*", "KeyPairIds", "keyPairIdSet", "keyPairId"),
    ("*", "NetworkAclIds", "networkAclIdSet", "networkAclId"),
    ("*", "NetworkInterfaceIds", "networkInterfaceIdSet", "networkInterfaceId"),
    ("*", "NetworkInterfaces", "networkInterfaceSet", ""),
    ("*", "OwnerIds", "ownersSet", "owner"),
    ("*", "Owners", "ownersSet", "owner"),
    ("*", "PrivateIpAddresses", "privateIpAddressesSet", "privateIpAddress"),
    ("*", "ProductDescriptions", "productDescriptionSet", "productDescription"),
    ("*", "PublicIps", "publicIpsSet", "publicIp"),
    ("*", "RegionNames", "regionSet", "regionName"),
    ("*", "ReservedInstancesIds", "reservedInstancesSet", "reservedInstancesId"),
    (
        "*",
        "ReservedInstancesModificationIds",
        "reservedInstancesModificationIdSet",
        "reservedInstancesModificationId",
    ),
    ("*", "ReservedInstancesOfferingIds", "reservedInstancesOfferingsSet", "reservedInstancesOfferingId"),
    ("*", "Resources", "resourcesSet", "resourceId"),
    ("*", "RestorableByUserIds", "sharedUsersSet", "user"),
    ("*", "RouteTableIds", "routeTableIdSet", "routeTableId"),
    ("*", "SnapshotIds", "snapshotSet", "snapshotId"),
    ("*", "SpotInstanceRequestIds", "spotInstanceRequestIdSet", "spotInstanceRequestId"),
    ("*", "SubnetIds", "subnetSet", "subnetId"),
    ("*", "TagSpecifications", "tagSpecificationSet", ""),
    ("*", "Tags", "tagSet", ""),
    ("*", "VolumeIds", "volumeSet", "volumeId"),
    ("*", "VpcIds", "vpcSet", "vpcId"),
    ("*", "VpcPeeringConnectionIds", "vpcPeeringConnectionIdSet", "vpcPeeringConnectionId"),
    ("*", "VpnConnectionIds", "vpnConnectionSet", "vpnConnectionId"),
    ("*", "VpnGatewayIds", "vpnGatewaySet", "vpnGatewayId"),
    ("*", "ZoneIds", "availabilityZoneIdSet", "zoneId"),
    ("*", "ZoneNames", "availabilityZoneSet", "zoneName"),
];

/// The operations of the API's versions 2014-09-01 and 2014-10-01 that still exist: in real records exactly
/// these have the earlier shapes.
const EARLIER: &str = "AcceptVpcPeeringConnection AllocateAddress AssignPrivateIpAddresses AssociateAddress \
     AssociateDhcpOptions AssociateRouteTable AttachClassicLinkVpc AttachInternetGateway \
     AttachNetworkInterface AttachVolume AttachVpnGateway AuthorizeSecurityGroupEgress \
     AuthorizeSecurityGroupIngress BundleInstance CancelBundleTask CancelConversionTask \
     CancelExportTask CancelReservedInstancesListing CancelSpotInstanceRequests \
     ConfirmProductInstance CopyImage CopySnapshot CreateCustomerGateway CreateDhcpOptions \
     CreateImage CreateInstanceExportTask CreateInternetGateway CreateKeyPair CreateNetworkAcl \
     CreateNetworkAclEntry CreateNetworkInterface CreatePlacementGroup \
     CreateReservedInstancesListing CreateRoute CreateRouteTable CreateSecurityGroup CreateSnapshot \
     CreateSpotDatafeedSubscription CreateSubnet CreateTags CreateVolume CreateVpc \
     CreateVpcPeeringConnection CreateVpnConnection CreateVpnConnectionRoute CreateVpnGateway \
     DeleteCustomerGateway DeleteDhcpOptions DeleteInternetGateway DeleteKeyPair DeleteNetworkAcl \
     DeleteNetworkAclEntry DeleteNetworkInterface DeletePlacementGroup DeleteRoute DeleteRouteTable \
     DeleteSecurityGroup DeleteSnapshot DeleteSpotDatafeedSubscription DeleteSubnet DeleteTags \
     DeleteVolume DeleteVpc DeleteVpcPeeringConnection DeleteVpnConnection DeleteVpnConnectionRoute \
     DeleteVpnGateway DeregisterImage DescribeAccountAttributes DescribeAddresses \
     DescribeAvailabilityZones DescribeBundleTasks DescribeClassicLinkInstances \
     DescribeConversionTasks DescribeCustomerGateways DescribeDhcpOptions DescribeExportTasks \
     DescribeImageAttribute DescribeImages DescribeInstanceAttribute DescribeInstanceStatus \
     DescribeInstances DescribeInternetGateways DescribeKeyPairs DescribeNetworkAcls \
     DescribeNetworkInterfaceAttribute DescribeNetworkInterfaces DescribePlacementGroups \
     DescribeRegions DescribeReservedInstances DescribeReservedInstancesListings \
     DescribeReservedInstancesModifications DescribeReservedInstancesOfferings DescribeRouteTables \
     DescribeSecurityGroups DescribeSnapshotAttribute DescribeSnapshots \
     DescribeSpotDatafeedSubscription DescribeSpotInstanceRequests DescribeSpotPriceHistory \
     DescribeSubnets DescribeTags DescribeVolumeAttribute DescribeVolumeStatus DescribeVolumes \
     DescribeVpcAttribute DescribeVpcClassicLink DescribeVpcPeeringConnections DescribeVpcs \
     DescribeVpnConnections DescribeVpnGateways DetachClassicLinkVpc DetachInternetGateway \
     DetachNetworkInterface DetachVolume DetachVpnGateway DisableVgwRoutePropagation \
     DisableVpcClassicLink DisassociateAddress DisassociateRouteTable EnableVgwRoutePropagation \
     EnableVolumeIO EnableVpcClassicLink GetConsoleOutput GetPasswordData ImportInstance \
     ImportKeyPair ImportVolume ModifyImageAttribute ModifyInstanceAttribute \
     ModifyNetworkInterfaceAttribute ModifyReservedInstances ModifySnapshotAttribute \
     ModifySubnetAttribute ModifyVolumeAttribute ModifyVpcAttribute MonitorInstances \
     PurchaseReservedInstancesOffering RebootInstances RegisterImage RejectVpcPeeringConnection \
     ReleaseAddress ReplaceNetworkAclAssociation ReplaceNetworkAclEntry ReplaceRoute \
     ReplaceRouteTableAssociation ReportInstanceStatus RequestSpotInstances ResetImageAttribute \
     ResetInstanceAttribute ResetNetworkInterfaceAttribute ResetSnapshotAttribute \
     RevokeSecurityGroupEgress RevokeSecurityGroupIngress RunInstances StartInstances StopInstances \
     TerminateInstances UnassignPrivateIpAddresses UnmonitorInstances";
