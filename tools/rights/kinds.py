"""How a CloudFormation resource type and the things it names are addressed in IAM.

The registry schemas say which actions a handler calls, the Service Authorization Reference
which ARNs an action is authorised on. This table joins the two: what a resource is called in
the reference, and which of its properties name the other resources of a call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Kind:
    """One resource type.

    `target` is its kind in the reference (`ec2:vpc`), empty for what has no ARN of its own.
    `made_by` is the action that makes it: no tag can be required before that.
    `named` is the property that gives its name, where one can.
    `parts` fills placeholders of its ARN from properties. `related` says, for each kind of other
    resource that a call of its handlers may be authorised on, which properties hold its id,
    name or ARN; `=name` is such a name itself, with properties in `${}`. A key may name an
    action before the kind, where that action is about others than the rest.
    `refers_by_arn` is whether `Ref` gives an ARN.
    """

    target: str = ""
    made_by: str = ""
    named: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refers_by_arn: bool = False


_BEANSTALK_BUCKET: Final = "=elasticbeanstalk-${AWS::Region}-${AWS::AccountId}"
"""The bucket that Elastic Beanstalk keeps for an account in a region (its Developer Guide)."""

KINDS: Final[Mapping[str, Kind]] = {
    "AWS::AutoScaling::AutoScalingGroup": Kind(
        target="autoscaling:autoScalingGroup",
        made_by="autoscaling:CreateAutoScalingGroup",
        named="AutoScalingGroupName",
    ),
    "AWS::AutoScaling::ScalingPolicy": Kind(
        related={"autoscaling:autoScalingGroup": ("AutoScalingGroupName",)},
    ),
    "AWS::CloudWatch::Alarm": Kind(
        target="cloudwatch:alarm", made_by="cloudwatch:PutMetricAlarm", named="AlarmName"
    ),
    "AWS::DynamoDB::Table": Kind(
        target="dynamodb:table", made_by="dynamodb:CreateTable", named="TableName"
    ),
    "AWS::EC2::EIP": Kind(target="ec2:elastic-ip", made_by="ec2:AllocateAddress"),
    "AWS::EC2::Instance": Kind(
        target="ec2:instance",
        made_by="ec2:RunInstances",
        related={"ec2:security-group": ("SecurityGroupIds",), "ec2:subnet": ("SubnetId",)},
    ),
    "AWS::EC2::InternetGateway": Kind(
        target="ec2:internet-gateway", made_by="ec2:CreateInternetGateway"
    ),
    "AWS::EC2::LaunchTemplate": Kind(
        target="ec2:launch-template", made_by="ec2:CreateLaunchTemplate"
    ),
    "AWS::EC2::NatGateway": Kind(
        target="ec2:natgateway",
        made_by="ec2:CreateNatGateway",
        related={"ec2:elastic-ip": ("AllocationId",), "ec2:subnet": ("SubnetId",)},
    ),
    "AWS::EC2::Route": Kind(related={"ec2:route-table": ("RouteTableId",)}),
    "AWS::EC2::RouteTable": Kind(
        target="ec2:route-table", made_by="ec2:CreateRouteTable", related={"ec2:vpc": ("VpcId",)}
    ),
    "AWS::EC2::SecurityGroup": Kind(
        target="ec2:security-group",
        made_by="ec2:CreateSecurityGroup",
        related={"ec2:vpc": ("VpcId",)},
    ),
    "AWS::EC2::Subnet": Kind(
        target="ec2:subnet", made_by="ec2:CreateSubnet", related={"ec2:vpc": ("VpcId",)}
    ),
    "AWS::EC2::SubnetRouteTableAssociation": Kind(
        related={"ec2:route-table": ("RouteTableId",), "ec2:subnet": ("SubnetId",)}
    ),
    "AWS::EC2::VPC": Kind(target="ec2:vpc", made_by="ec2:CreateVpc"),
    "AWS::EC2::VPCEndpoint": Kind(
        target="ec2:vpc-endpoint",
        made_by="ec2:CreateVpcEndpoint",
        related={
            "ec2:vpc": ("VpcId",),
            "ec2:route-table": ("RouteTableIds",),
            "ec2:security-group": ("SecurityGroupIds",),
            "ec2:subnet": ("SubnetIds",),
        },
    ),
    "AWS::EC2::VPCGatewayAttachment": Kind(
        related={
            "ec2:internet-gateway": ("InternetGatewayId",),
            "ec2:vpc": ("VpcId",),
            "ec2:vpn-gateway": ("VpnGatewayId",),
        }
    ),
    "AWS::ECR::Repository": Kind(
        target="ecr:repository", made_by="ecr:CreateRepository", named="RepositoryName"
    ),
    "AWS::ECS::Cluster": Kind(
        target="ecs:cluster", made_by="ecs:CreateCluster", named="ClusterName"
    ),
    "AWS::ECS::Service": Kind(
        target="ecs:service",
        made_by="ecs:CreateService",
        named="ServiceName",
        parts={"ClusterName": "Cluster"},
        related={"ecs:cluster": ("Cluster",), "ecs:task-definition": ("TaskDefinition",)},
        refers_by_arn=True,
    ),
    "AWS::ECS::TaskDefinition": Kind(
        target="ecs:task-definition",
        made_by="ecs:RegisterTaskDefinition",
        named="Family",
        refers_by_arn=True,
    ),
    "AWS::ElasticBeanstalk::Application": Kind(
        target="elasticbeanstalk:application",
        made_by="elasticbeanstalk:CreateApplication",
        named="ApplicationName",
        related={
            "s3:bucket": (_BEANSTALK_BUCKET,),
            "s3:object": (f"{_BEANSTALK_BUCKET}/bundle.zip",),
        },
    ),
    "AWS::ElasticBeanstalk::ApplicationVersion": Kind(
        target="elasticbeanstalk:applicationversion",
        made_by="elasticbeanstalk:CreateApplicationVersion",
        parts={"ApplicationName": "ApplicationName"},
        related={
            "elasticbeanstalk:application": ("ApplicationName",),
            "s3:object": ("=${SourceBundle.S3Bucket}/${SourceBundle.S3Key}",),
            # Elastic Beanstalk copies a version's bundle to where it keeps all of them.
            "s3:PutObject s3:object": (f"{_BEANSTALK_BUCKET}/bundle.zip",),
        },
    ),
    "AWS::ElasticBeanstalk::Environment": Kind(
        target="elasticbeanstalk:environment",
        made_by="elasticbeanstalk:CreateEnvironment",
        named="EnvironmentName",
        parts={"ApplicationName": "ApplicationName"},
        related={
            "elasticbeanstalk:application": ("ApplicationName",),
            "s3:bucket": (_BEANSTALK_BUCKET,),
        },
    ),
    "AWS::ElasticLoadBalancingV2::Listener": Kind(
        target="elasticloadbalancing:listener/app",
        made_by="elasticloadbalancing:CreateListener",
        related={"elasticloadbalancing:loadbalancer/app/": ("LoadBalancerArn",)},
        refers_by_arn=True,
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Kind(
        target="elasticloadbalancing:loadbalancer/app/",
        made_by="elasticloadbalancing:CreateLoadBalancer",
        named="Name",
        refers_by_arn=True,
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Kind(
        target="elasticloadbalancing:targetgroup",
        made_by="elasticloadbalancing:CreateTargetGroup",
        named="Name",
        refers_by_arn=True,
    ),
    "AWS::IAM::InstanceProfile": Kind(
        target="iam:instance-profile",
        made_by="iam:CreateInstanceProfile",
        named="InstanceProfileName",
        related={"iam:role": ("Roles",)},
    ),
    "AWS::IAM::Role": Kind(target="iam:role", made_by="iam:CreateRole", named="RoleName"),
    "AWS::IAM::ManagedPolicy": Kind(
        target="iam:policy",
        made_by="iam:CreatePolicy",
        named="ManagedPolicyName",
        refers_by_arn=True,
    ),
    "AWS::Lambda::Function": Kind(
        target="lambda:function", made_by="lambda:CreateFunction", named="FunctionName"
    ),
    "AWS::Logs::LogGroup": Kind(
        target="logs:log-group", made_by="logs:CreateLogGroup", named="LogGroupName"
    ),
    "AWS::RDS::DBInstance": Kind(
        target="rds:db",
        made_by="rds:CreateDBInstance",
        named="DBInstanceIdentifier",
        related={
            # Authorised on the groups whose names are not given, too (Amazon RDS User Guide,
            # "Permission policies to create, modify, and delete resources in Amazon RDS").
            "rds:og": ("OptionGroupName", "=default:${Engine}-${EngineVersion}"),
            "rds:pg": ("DBParameterGroupName",),
            "rds:subgrp": ("DBSubnetGroupName",),
        },
    ),
    "AWS::RDS::DBParameterGroup": Kind(
        target="rds:pg", made_by="rds:CreateDBParameterGroup", named="DBParameterGroupName"
    ),
    "AWS::RDS::DBSubnetGroup": Kind(
        target="rds:subgrp", made_by="rds:CreateDBSubnetGroup", named="DBSubnetGroupName"
    ),
    "AWS::RDS::DBCluster": Kind(
        target="rds:cluster", made_by="rds:CreateDBCluster", named="DBClusterIdentifier"
    ),
    "AWS::S3::Bucket": Kind(target="s3:bucket", made_by="s3:CreateBucket", named="BucketName"),
    "AWS::S3::BucketPolicy": Kind(related={"s3:bucket": ("Bucket",)}),
    "AWS::SNS::Topic": Kind(
        target="sns:topic", made_by="sns:CreateTopic", named="TopicName", refers_by_arn=True
    ),
    "AWS::SQS::Queue": Kind(target="sqs:queue", made_by="sqs:CreateQueue", named="QueueName"),
    "AWS::SecretsManager::Secret": Kind(
        target="secretsmanager:Secret",
        made_by="secretsmanager:CreateSecret",
        named="Name",
        refers_by_arn=True,
    ),
    "AWS::SecretsManager::SecretTargetAttachment": Kind(
        related={"secretsmanager:Secret": ("SecretId",), "rds:db": ("TargetId",)}
    ),
    "AWS::Serverless::Function": Kind(target="lambda:function", named="FunctionName"),
    "AWS::StepFunctions::StateMachine": Kind(
        target="states:statemachine", named="StateMachineName", refers_by_arn=True
    ),
}
