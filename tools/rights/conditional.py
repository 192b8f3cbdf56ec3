"""Permissions that a handler needs only with certain properties.

A registry schema lists, for each handler, every permission that any use of the type may
need. Here are those that a resource without the named property never needs. A property
written `Name=value` counts only with that value. What is not listed is always needed.
"""

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Final

from tools.rights.facts import Handler
from tools.rights.resources import Resource

ONLY_WITH: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::AutoScaling::AutoScalingGroup": {
        # Instance types by requirements are looked up, and an image may be named by a parameter.
        "MixedInstancesPolicy": "ec2:Get* ssm:Get*",
        "TrafficSources": "vpc-lattice:*",
    },
    "AWS::AutoScaling::ScalingPolicy": {
        "PredictiveScalingConfiguration": "cloudwatch:GetMetricData"
    },
    "AWS::EC2::Subnet": {
        "Ipv6CidrBlock": "ec2:*AssociateSubnetCidrBlock ec2:DisassociateSubnetCidrBlock",
        "Ipv6IpamPoolId": "ec2:*AssociateSubnetCidrBlock ec2:DisassociateSubnetCidrBlock",
    },
    "AWS::EC2::VPC": {"VpcEncryptionControl": "ec2:CreateVpcEncryptionControl"},
    "AWS::EC2::VPCEndpoint": {
        "ServiceNetworkArn": "vpc-lattice:*",
        "ResourceConfigurationArn": "vpc-lattice:*",
        "ServiceRegion": "vpce:AllowMultiRegion",
    },
    "AWS::EC2::VPCGatewayAttachment": {
        "InternetGatewayId": "ec2:*InternetGateway",
        "VpnGatewayId": "ec2:*VpnGateway",
    },
    "AWS::ECS::Cluster": {
        # Container Insights is an account's setting where a cluster has none.
        "ClusterSettings": "ecs:PutAccountSetting* ecs:UpdateClusterSettings",
        "Configuration": "kms:DescribeKey",
    },
    "AWS::ECS::Service": {"Role": "iam:PassRole"},
    "AWS::ECS::TaskDefinition": {
        "ExecutionRoleArn": "iam:PassRole iam:GetRole",
        "TaskRoleArn": "iam:PassRole iam:GetRole",
    },
    "AWS::ElasticBeanstalk::Application": {"ResourceLifecycleConfig.ServiceRole": "iam:PassRole"},
    "AWS::ElasticBeanstalk::Environment": {
        "OperationsRole": "elasticbeanstalk:*EnvironmentOperationsRole"
    },
    "AWS::ElasticLoadBalancingV2::Listener": {
        "DefaultActions.AuthenticateCognitoConfig": "cognito-idp:*"
    },
    "AWS::Logs::LogGroup": {
        "BearerTokenAuthenticationEnabled": "logs:PutBearerTokenAuthentication",
        "DataProtectionPolicy": (
            "firehose:* logs:CreateLogDelivery logs:DeleteDataProtectionPolicy"
            " logs:PutDataProtectionPolicy s3:*"
        ),
        "DeletionProtectionEnabled": "logs:PutLogGroupDeletionProtection",
        "FieldIndexPolicies": "logs:PutIndexPolicy logs:DeleteIndexPolicy",
        "KmsKeyId": "logs:*KmsKey",
        "ResourcePolicyDocument": "logs:PutResourcePolicy logs:DeleteResourcePolicy",
    },
    "AWS::RDS::DBInstance": {
        "AssociatedRoles": "rds:*RoleToDBInstance rds:RemoveRoleFromDBInstance iam:PassRole",
        "AutomaticBackupReplicationRegion": "rds:*DBInstanceAutomatedBackupsReplication",
        "DBSnapshotIdentifier": "rds:RestoreDBInstanceFromDBSnapshot",
        "DBClusterSnapshotIdentifier": "rds:RestoreDBInstanceFromDBSnapshot",
        "DeletionPolicy=Snapshot": "rds:CreateDBSnapshot",
        "DomainIAMRoleName": "iam:GetRole iam:ListRoles iam:PassRole",
        # The key policy of AWS's own key lets callers of RDS in; a key of ours would not.
        "KmsKeyId": "kms:*",
        "ManageMasterUserPassword": "kms:* secretsmanager:*",
        "MonitoringRoleArn": "iam:GetRole iam:ListRoles iam:PassRole",
        "PerformanceInsightsKMSKeyId": "kms:*",
        "RestoreTime": "rds:RestoreDBInstanceToPointInTime",
        "SourceDBInstanceIdentifier": "rds:CreateDBInstanceReadReplica rds:PromoteReadReplica",
        "UseLatestRestorableTime": "rds:RestoreDBInstanceToPointInTime",
    },
    "AWS::S3::Bucket": {
        "AbacStatus": "s3:PutBucketAbac",
        "AccelerateConfiguration": "s3:PutAccelerateConfiguration",
        "AccessControl": "s3:*Acl",
        "AnalyticsConfigurations": "s3:PutAnalyticsConfiguration",
        "IntelligentTieringConfigurations": "s3:PutIntelligentTieringConfiguration",
        "InventoryConfigurations": "s3:PutInventoryConfiguration",
        # The objects are S3's own trial of a bucket that logs are to be written to.
        "LoggingConfiguration": "s3:DeleteObject s3:PutObjectAcl",
        "MetadataConfiguration": "s3:*Metadata*Table* s3tables:*",
        "MetadataTableConfiguration": "s3:*Metadata*Table* s3tables:*",
        "MetricsConfigurations": "s3:PutMetricsConfiguration",
        "ReplicationConfiguration": "s3:PutReplicationConfiguration iam:PassRole",
        "WebsiteConfiguration": "s3:*Website",
    },
    "AWS::SecretsManager::Secret": {"ReplicaRegions": "secretsmanager:*Regions*"},
    "AWS::SecretsManager::SecretTargetAttachment": {
        "TargetType=AWS::DocDB::DBCluster": "rds:DescribeDBClusters",
        "TargetType=AWS::DocDBElastic::Cluster": "docdb-elastic:*",
        "TargetType=AWS::RDS::DBCluster": "rds:DescribeDBClusters",
        "TargetType=AWS::Redshift::Cluster": "redshift:*",
        "TargetType=AWS::RedshiftServerless::Namespace": "redshift-serverless:*",
    },
}

ALSO_WITH: Final[Mapping[tuple[str, Handler], Mapping[str, str]]] = {
    # CloudFormation itself replaces the instances then (User Guide, "UpdatePolicy attribute").
    ("AWS::AutoScaling::AutoScalingGroup", "update"): {
        "UpdatePolicy.AutoScalingRollingUpdate": (
            "autoscaling:DescribeScalingActivities autoscaling:ResumeProcesses"
            " autoscaling:SuspendProcesses autoscaling:TerminateInstanceInAutoScalingGroup"
        ),
    },
}
"""Permissions that no schema lists and a handler needs with a property or attribute."""

NEVER: Final[Mapping[str, str]] = {
    "iam:DeleteRolePermissionsBoundary": "no update may take the boundary off a role",
}
"""Permissions that no stack may have, each with the reason; what needs them is to fail."""


def is_needed(permission: str, resource: Resource) -> bool:
    """Whether this resource, with the properties it has, needs a permission of its handlers."""
    if permission in NEVER:
        return False
    wanted_by = [
        condition
        for condition, patterns in ONLY_WITH.get(resource.type, {}).items()
        if any(fnmatch.fnmatchcase(permission, pattern) for pattern in patterns.split())
    ]
    return not wanted_by or any(_is_used(condition, resource) for condition in wanted_by)


def also_needed(resource: Resource, handler: Handler) -> Iterator[str]:
    """Yield the permissions that a handler of this resource needs beside its schema's."""
    for condition, permissions in ALSO_WITH.get((resource.type, handler), {}).items():
        if _is_used(condition, resource):
            yield from permissions.split()


def _is_used(condition: str, resource: Resource) -> bool:
    path, _, wanted = condition.partition("=")
    found = [value for value in resource.values(path) if value not in (None, False, "false", "")]
    return wanted in found if wanted else bool(found)
