//! Amazon Web Services.

use super::super::copies::{self, Copies};
use super::{Row, What};

const AZ: &[&str] = &["availability_zone"];
const SUBNETS: &[&str] = &[
    "subnet_ids",
    "subnets",
    "vpc_config.subnet_ids",
    "subnet_id",
];
const TAGGED: &[&str] = &["tags.Name", "name"];

pub(super) const ROWS: &[Row] = &[
    Row::new(
        &["aws_instance", "aws_spot_instance_request"],
        What::Machine,
    )
    .zone(AZ)
    .via(&["subnet_id", "network_interface.network_interface_id"])
    .name(&["tags.Name", "tags.name"])
    .address(&["private_ip", "public_ip", "private_dns", "public_dns"])
    .texts(&["user_data", "user_data_base64"])
    .template(&["launch_template.id", "launch_template.name"]),
    Row::new(
        &["aws_launch_template", "aws_launch_configuration"],
        What::Part,
    )
    .texts(&["user_data", "user_data_base64"]),
    Row::new(
        &["aws_autoscaling_group"],
        What::Service(Copies::Group(&["desired_capacity", "min_size"])),
    )
    .zone(&["availability_zones"])
    .via(&["vpc_zone_identifier"])
    .back(&[
        "target_group_arns",
        "load_balancers",
        "traffic_source.identifier",
    ])
    .template(&[
        "launch_template.id",
        "launch_template.name",
        "launch_configuration",
        "mixed_instances_policy.launch_template.launch_template_specification.launch_template_id",
    ]),
    Row::new(&["aws_autoscaling_attachment"], What::Part)
        .back(&["lb_target_group_arn", "alb_target_group_arn", "elb"])
        .forth(&["autoscaling_group_name"]),
    Row::new(&["aws_ecs_cluster"], What::Cluster),
    Row::new(
        &["aws_ecs_service"],
        What::Service(Copies::By(copies::aws_ecs)),
    )
    .via(&["network_configuration.subnets"])
    .back(&["load_balancer.target_group_arn", "load_balancer.elb_name"])
    .template(&["task_definition"]),
    Row::new(&["aws_ecs_task_definition"], What::Part)
        .name(&["family"])
        .texts(&["container_definitions"]),
    Row::new(&["aws_eks_cluster"], What::Cluster).address(&["endpoint"]),
    Row::new(
        &["aws_eks_node_group"],
        What::Service(Copies::Group(&[
            "scaling_config.desired_size",
            "scaling_config.min_size",
        ])),
    )
    .via(SUBNETS)
    .name(&["node_group_name"])
    .template(&["launch_template.id"]),
    // Kept by the region, unless it stands in subnets of its owner.
    Row::new(&["aws_lambda_function"], What::Service(Copies::EachZone))
        .via(&["vpc_config.subnet_ids"])
        .name(&["function_name"])
        .texts(&["environment.variables"])
        .forth(&["file_system_config.arn"]),
    Row::new(&["aws_lambda_alias", "aws_lambda_function_url"], What::Part)
        .forth(&["function_name"]),
    Row::new(&["aws_lambda_event_source_mapping"], What::Part)
        .back(&["function_name"])
        .forth(&["event_source_arn"]),
    Row::new(
        &["aws_apprunner_service", "aws_elastic_beanstalk_environment"],
        What::Service(Copies::Regional),
    )
    .name(&["service_name", "name"])
    .address(&["service_url", "cname", "endpoint_url"])
    .texts(&[
        "source_configuration.image_repository.image_configuration.runtime_environment_variables",
    ]),
    // Load balancers.
    Row::new(&["aws_lb", "aws_alb"], What::Balancer)
        .via(&["subnets", "subnet_mapping.subnet_id"])
        .address(&["dns_name"]),
    Row::new(&["aws_elb"], What::Balancer)
        .zone(&["availability_zones"])
        .via(&["subnets"])
        .address(&["dns_name"])
        .forth(&["instances"]),
    Row::new(&["aws_elb_attachment"], What::Part)
        .back(&["elb"])
        .forth(&["instance"]),
    Row::new(&["aws_lb_listener", "aws_alb_listener"], What::Part)
        .back(&["load_balancer_arn"])
        .forth(&[
            "default_action.target_group_arn",
            "default_action.forward.target_group.arn",
        ]),
    Row::new(
        &["aws_lb_listener_rule", "aws_alb_listener_rule"],
        What::Part,
    )
    .back(&["listener_arn"])
    .forth(&["action.target_group_arn", "action.forward.target_group.arn"]),
    Row::new(&["aws_lb_target_group", "aws_alb_target_group"], What::Pool),
    Row::new(
        &[
            "aws_lb_target_group_attachment",
            "aws_alb_target_group_attachment",
        ],
        What::Part,
    )
    .back(&["target_group_arn"])
    .forth(&["target_id"]),
    Row::new(&["aws_eip"], What::Part)
        .address(&["public_ip", "public_dns"])
        .forth(&["instance", "network_interface"]),
    Row::new(&["aws_eip_association"], What::Part)
        .back(&["allocation_id"])
        .forth(&["instance_id", "network_interface_id"]),
    Row::new(&["aws_network_interface"], What::Part)
        .via(&["subnet_id"])
        .address(&["private_ip", "private_ips"]),
    Row::new(&["aws_network_interface_attachment"], What::Part)
        .back(&["network_interface_id"])
        .forth(&["instance_id"]),
    // Databases and caches.
    Row::new(
        &["aws_db_instance"],
        What::Store(Copies::By(copies::aws_db)),
    )
    .zone(AZ)
    .via(&["db_subnet_group_name"])
    .name(&["identifier", "db_instance_identifier", "identifier_prefix"])
    .address(&["address", "endpoint"])
    .of(&["replicate_source_db"]),
    Row::new(
        &[
            "aws_rds_cluster",
            "aws_docdb_cluster",
            "aws_neptune_cluster",
        ],
        What::Store(Copies::By(copies::aws_cluster)),
    )
    .via(&["db_subnet_group_name", "neptune_subnet_group_name"])
    .name(&["cluster_identifier"])
    .address(&["endpoint", "reader_endpoint"]),
    Row::new(
        &[
            "aws_rds_cluster_instance",
            "aws_docdb_cluster_instance",
            "aws_neptune_cluster_instance",
        ],
        What::Store(Copies::One),
    )
    .zone(AZ)
    .via(&["db_subnet_group_name"])
    .name(&["identifier"])
    .address(&["endpoint", "address"])
    .of(&["cluster_identifier"]),
    Row::new(&["aws_db_proxy"], What::Service(Copies::EachZone))
        .via(&["vpc_subnet_ids"])
        .address(&["endpoint"]),
    Row::new(&["aws_db_proxy_target"], What::Part)
        .back(&["db_proxy_name"])
        .forth(&["db_instance_identifier", "db_cluster_identifier"]),
    Row::new(
        &["aws_elasticache_cluster"],
        What::Store(Copies::By(copies::aws_cache_cluster)),
    )
    .zone(&[
        "availability_zone",
        "preferred_availability_zones",
        "cache_nodes.availability_zone",
    ])
    .via(&["subnet_group_name"])
    .name(&["cluster_id"])
    .address(&[
        "cluster_address",
        "cache_nodes.address",
        "configuration_endpoint",
    ])
    .of(&["replication_group_id"]),
    Row::new(
        &["aws_elasticache_replication_group", "aws_memorydb_cluster"],
        What::Store(Copies::By(copies::aws_cache_group)),
    )
    .zone(&["preferred_cache_cluster_azs", "availability_zones"])
    .via(&["subnet_group_name"])
    .name(&["replication_group_id", "name"])
    .address(&[
        "primary_endpoint_address",
        "configuration_endpoint_address",
        "reader_endpoint_address",
        "cluster_endpoint.address",
    ]),
    Row::new(
        &["aws_elasticache_serverless_cache"],
        What::Store(Copies::EachZone),
    )
    .via(SUBNETS)
    .address(&["endpoint.address"]),
    Row::new(&["aws_redshift_cluster"], What::Store(Copies::One))
        .zone(AZ)
        .via(&["cluster_subnet_group_name"])
        .name(&["cluster_identifier"])
        .address(&["dns_name", "endpoint"]),
    Row::new(
        &["aws_opensearch_domain", "aws_elasticsearch_domain"],
        What::Store(Copies::By(copies::aws_search)),
    )
    .via(&["vpc_options.subnet_ids"])
    .name(&["domain_name"])
    .address(&["endpoint"]),
    Row::new(
        &["aws_msk_cluster"],
        What::Store(Copies::Spread(&["number_of_broker_nodes"])),
    )
    .via(&["broker_node_group_info.client_subnets"])
    .name(&["cluster_name"])
    .address(&["bootstrap_brokers", "bootstrap_brokers_tls"]),
    Row::new(&["aws_mq_broker"], What::Store(Copies::By(copies::aws_mq)))
        .via(&["subnet_ids"])
        .name(&["broker_name"])
        .address(&["instances.ip_address", "instances.endpoints"]),
    Row::new(
        &[
            "aws_db_subnet_group",
            "aws_elasticache_subnet_group",
            "aws_redshift_subnet_group",
            "aws_docdb_subnet_group",
            "aws_neptune_subnet_group",
            "aws_memorydb_subnet_group",
            "aws_rds_subnet_group",
        ],
        What::Place,
    )
    .via(&["subnet_ids"]),
    Row::new(&["aws_subnet", "aws_default_subnet"], What::Place)
        .zone(AZ)
        .name(TAGGED),
    Row::new(&["aws_subnets", "aws_subnet_ids"], What::Place).via(&["ids"]),
    // What is routed through it is told apart.
    Row::new(&["aws_nat_gateway"], What::Place).via(&["subnet_id"]),
    Row::new(
        &[
            "aws_vpc",
            "aws_default_vpc",
            "aws_placement_group",
            "aws_region",
            "aws_availability_zone",
        ],
        What::Place,
    )
    .name(TAGGED),
    Row::new(&["aws_availability_zones"], What::Place).zone(&["names"]),
    // Kept by the region.
    Row::new(
        &["aws_dynamodb_table"],
        What::Store(Copies::By(copies::aws_dynamo)),
    ),
    Row::new(
        &["aws_s3_bucket"],
        What::Store(Copies::By(copies::aws_bucket)),
    )
    .name(&["bucket"])
    .region(&["region", "bucket_region"])
    .address(&[
        "bucket_domain_name",
        "bucket_regional_domain_name",
        "website_endpoint",
    ]),
    Row::new(&["aws_s3_bucket_replication_configuration"], What::Part),
    Row::new(&["aws_sqs_queue"], What::Store(Copies::Regional)),
    Row::new(
        &["aws_kinesis_stream", "aws_kinesis_firehose_delivery_stream"],
        What::Store(Copies::Regional),
    ),
    Row::new(&["aws_ecr_repository"], What::Store(Copies::Regional)),
    Row::new(&["aws_efs_file_system"], What::Store(Copies::ZoneOrRegion))
        .zone(&["availability_zone_name"])
        .name(&["tags.Name", "creation_token"])
        .address(&["dns_name"]),
    Row::new(
        &["aws_efs_access_point", "aws_efs_mount_target"],
        What::Part,
    )
    .forth(&["file_system_id"]),
    Row::new(
        &[
            "aws_fsx_lustre_file_system",
            "aws_fsx_windows_file_system",
            "aws_fsx_ontap_file_system",
        ],
        What::Store(Copies::One),
    )
    .via(SUBNETS)
    .name(&["tags.Name"])
    .address(&["dns_name"]),
    Row::new(&["aws_ebs_volume"], What::Store(Copies::One))
        .zone(AZ)
        .name(&["tags.Name"]),
    Row::new(&["aws_volume_attachment"], What::Part)
        .back(&["instance_id"])
        .forth(&["volume_id"]),
    Row::new(
        &[
            "aws_sns_topic",
            "aws_sfn_state_machine",
            "aws_cloudwatch_event_bus",
            "aws_appsync_graphql_api",
        ],
        What::Service(Copies::Regional),
    ),
    Row::new(
        &["aws_api_gateway_rest_api", "aws_apigatewayv2_api"],
        What::Service(Copies::Regional),
    )
    .address(&["api_endpoint"]),
    Row::new(&["aws_api_gateway_integration"], What::Part)
        .back(&["rest_api_id"])
        .forth(&["uri"]),
    Row::new(&["aws_apigatewayv2_integration"], What::Part)
        .back(&["api_id"])
        .forth(&["integration_uri"]),
    Row::new(&["aws_cloudfront_distribution"], What::Balancer)
        .name(&["aliases", "domain_name", "comment"])
        .address(&["domain_name", "aliases"])
        .forth(&["origin.domain_name"]),
    // Values handed on.
    Row::new(&["aws_ssm_parameter"], What::Link("value")),
    Row::new(
        &["aws_secretsmanager_secret_version"],
        What::Link("secret_string"),
    )
    .name(&["secret_id"]),
    Row::new(&["aws_secretsmanager_secret"], What::Part),
    Row::new(&["aws_route53_record"], What::Record),
    Row::new(
        &[
            "aws_route53_zone",
            "aws_route53_health_check",
            "aws_route53_zone_association",
        ],
        What::Nothing,
    ),
    Row::new(
        &[
            "aws_s3_bucket_versioning",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_notification",
            "aws_s3_object",
            "aws_s3_bucket_object",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_lifecycle_configuration",
            "aws_s3_bucket_logging",
            "aws_sns_topic_subscription",
            "aws_db_parameter_group",
            "aws_rds_cluster_parameter_group",
            "aws_db_option_group",
            "aws_elasticache_parameter_group",
            "aws_ami",
            "aws_ami_copy",
            "aws_ebs_snapshot",
            "aws_db_snapshot",
            "aws_appautoscaling_target",
            "aws_autoscaling_schedule",
            "aws_vpc_endpoint",
            "aws_vpc_peering_connection",
            "aws_vpc_dhcp_options",
            "aws_vpc_dhcp_options_association",
            "aws_lb_listener_certificate",
            "aws_api_gateway_method",
            "aws_api_gateway_resource",
            "aws_api_gateway_deployment",
            "aws_api_gateway_stage",
            "aws_apigatewayv2_stage",
            "aws_apigatewayv2_route",
            "aws_lambda_layer_version",
            "aws_eks_addon",
            "aws_main_route_table_association",
            "aws_partition",
            "aws_egress_only_internet_gateway",
            "aws_ecs_capacity_provider",
            "aws_ecs_cluster_capacity_providers",
            "aws_launch_template_tag",
            "aws_service_discovery_private_dns_namespace",
            "aws_cloudfront_origin_access_identity",
            "aws_cloudfront_origin_access_control",
            "aws_dynamodb_table_item",
            "aws_ecs_container_definition",
        ],
        What::Nothing,
    ),
];
